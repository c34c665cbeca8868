"""Accounts: one for an address, opened once, erased for ever, its orders claimed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from ledger.accounts.account import (
    GENERATIONS,
    MOST_CLAIMED,
    Account,
    account_id,
    decide_claim,
    decide_erase,
    decide_language,
    decide_open,
    fold_account,
)
from ledger.accounts.service import Accounts
from ledger.accounts.session import LIFETIMES, opened
from ledger.accounts.stamps import AccountLanguageChosen, AccountOpened, OrdersClaimed
from ledger.kernel.erasure import Erased, Ground
from ledger.kernel.events import Draft, Foreign, Recorded
from ledger.kernel.refusals import Busy
from ledger.kernel.store import Append
from ledger.order.order import Order
from tests.kits.spec import NOON, ORDER, PLACED, order_of
from tests.kits.worlds import World

OPENED = AccountOpened(email_index="index", generation=1, language="en", email="ada@example.org")
ID = account_id("index", 1)
ADA = Account(id=ID, version=1, opened=OPENED, language="en")
GONE = replace(ADA, opened=replace(OPENED, email=None))


def folded(*stamps: object) -> Account:
    return fold_account(
        ID,
        [
            Recorded[object](
                stream=ID,
                version=number,
                position=number,
                recorded_at=NOON + timedelta(minutes=number),
                stamp=one,
                correlation_id=uuid4(),
                actor="customer",
            )
            for number, one in enumerate(stamps, start=1)
        ],
    )


def test_an_account_is_what_its_stamps_say():
    chosen, claimed = AccountLanguageChosen(language="fi"), OrdersClaimed(orders=(ORDER,))
    account = folded(OPENED, chosen, claimed)
    assert account == Account(
        id=ID,
        version=3,
        opened=OPENED,
        opened_at=NOON + timedelta(minutes=1),
        language="fi",
        claimed=frozenset({ORDER}),
        changed_at=NOON + timedelta(minutes=3),
    )
    assert (account.email, account.email_index) == ("ada@example.org", "index")
    assert folded(OPENED).language == "en"
    with pytest.raises(Foreign):
        folded(PLACED)


def test_it_lives_from_its_opening_until_it_is_erased():
    erased = folded(OPENED, Erased(subject=ID, ground=Ground.ASKED))
    states = [(one.alive, one.erased) for one in (folded(), folded(OPENED), erased)]
    assert states == [(False, False), (True, False), (False, True)]
    assert (erased.email, erased.erased_at) == (None, NOON + timedelta(minutes=2))
    assert folded(Erased(subject=ID, ground=Ground.ASKED)).opened is None


def test_what_is_wished_is_stamped_once():
    told: Any = {
        "email": "ada@example.org",
        "email_index": "index",
        "generation": 1,
        "language": "en",
    }
    assert decide_open(Account(id=ID), **told) == [OPENED]
    assert decide_open(ADA, **told) == []
    assert decide_language(ADA, "fi") == [AccountLanguageChosen(language="fi")]
    assert decide_language(ADA, "en") == []
    assert decide_language(GONE, "fi") == []
    assert decide_erase(ADA, Ground.ASKED) == [Erased(subject=ID, ground=Ground.ASKED)]
    assert decide_erase(GONE, Ground.ASKED) == decide_erase(Account(id=ID), Ground.ASKED) == []


def own(number: int) -> Order:
    order = order_of(PLACED)
    return Order(id=UUID(int=number), placed=order.placed, placed_at=order.placed_at)


def test_one_press_claims_at_most_two_hundred():
    assert decide_claim(ADA, []) == []
    many = [own(number) for number in range(1, MOST_CLAIMED + 2)]
    (claimed,) = decide_claim(ADA, many)
    assert isinstance(claimed, OrdersClaimed)
    assert claimed.orders == tuple(UUID(int=number) for number in range(1, 201))
    assert decide_claim(GONE, many) == []
    had = replace(ADA, claimed=frozenset({UUID(int=1)}))
    assert decide_claim(had, many[:2]) == [OrdersClaimed(orders=(UUID(int=2),))]


def test_addresses_and_generations_have_accounts_of_their_own():
    assert len({account_id(index, nth) for index in ("a", "b") for nth in (1, 2)}) == 4


@pytest.fixture
def accounts() -> Accounts:
    return Accounts(World().store)


def come(accounts: Accounts, index: str = "index") -> Account:
    return accounts.open(
        email="ada@example.org", email_index=index, language="en", correlation_id=uuid4()
    )


def erase(accounts: Accounts, account: Account) -> None:
    stamp = Erased(subject=account.id, ground=Ground.ASKED)
    draft: Draft[object] = Draft(
        stream=account.id, stamp=stamp, correlation_id=uuid4(), actor="customer"
    )
    now = accounts.get(account.id)
    accounts._store.append(Append(drafts=[draft], expected={now.id: now.version}))


def test_an_address_has_one_account_whoever_opens_it_how_often(accounts):
    assert accounts.of_address("index") is None
    first = come(accounts)
    assert (first.id, first.version, first.email) == (ID, 1, "ada@example.org")
    assert come(accounts) == first == accounts.of_address("index")
    assert [one.id for one in accounts.every("index")] == [ID]
    assert accounts.every("other") == []


def test_whoever_is_erased_comes_back_as_somebody_new(accounts):
    first = come(accounts)
    erase(accounts, first)
    assert accounts.of_address("index") is None
    second = come(accounts)
    assert second.id == account_id("index", 2)
    assert second.opened is not None
    assert second.opened.generation == 2
    assert accounts.of_address("index") == second
    assert [one.id for one in accounts.every("index")] == [first.id, second.id]


def test_an_address_comes_back_only_so_often(accounts):
    for _ in range(GENERATIONS):
        erase(accounts, come(accounts))
    with pytest.raises(Busy):
        come(accounts)
    assert len(accounts.every("index")) == GENERATIONS


def test_a_language_and_orders_are_kept(accounts):
    first = come(accounts)
    for _ in range(2):
        chosen = accounts.choose_language(first.id, "fi", correlation_id=uuid4())
        assert (chosen.language, chosen.version) == ("fi", 2)
    for _ in range(2):
        claimed = accounts.claim(first.id, [own(5)], correlation_id=uuid4())
        assert (claimed.claimed, claimed.version) == ({UUID(int=5)}, 3)
    assert {one.actor for one in accounts._store.read(first.id)} == {"customer"}


def test_another_kind_of_stream_is_no_account():
    world = World()
    order = world.place().id
    assert Accounts(world.store).get(order) == Account(id=order)
    assert Accounts(world.store).get(ID) == Account(id=ID)


@pytest.mark.parametrize(
    ("kind", "idle", "most"),
    [
        ("customer", timedelta(days=30), timedelta(days=180)),
        ("staff", timedelta(hours=2), timedelta(hours=12)),
    ],
)
def test_a_session_ends_if_it_is_not_used(kind, idle, most):
    at = datetime(2027, 1, 1, tzinfo=UTC)
    session = opened(ID, kind, ORDER, how="link", device="Firefox", at=at)
    assert (session.opened_at, session.last_used_at, session.ends_at) == (at, at, at + idle)
    assert (LIFETIMES[kind].idle, LIFETIMES[kind].at_most) == (idle, most)
