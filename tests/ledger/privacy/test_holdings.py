"""All that is held of one person, what stands in the way, and what an erasure stamps."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from ledger.accounts.account import Account
from ledger.accounts.stamps import AccountOpened
from ledger.approvals.approval import Approval
from ledger.cases.case import Case
from ledger.grants.grantee import Grantee
from ledger.grants.issued_voucher import IssuedVoucher
from ledger.grants.question import Question
from ledger.grants.stamps import VoucherRequested
from ledger.kernel.erasure import Erased, Ground
from ledger.kernel.refusals import PersonMoved, StillOpen
from ledger.kernel.values import replace as copied
from ledger.order.letter_delivery import Posting
from ledger.order.order import Order
from ledger.order.stamps import Letter
from ledger.privacy.erasure import EraseWish, append_of, drafts_of, erase
from ledger.privacy.holdings import Holdings, KeptMessage
from ledger.privacy.messages import names, text_of, words_of
from ledger.shop.stamps import Retention, line_id
from ledger.staff.invitation import StaffInvitation
from ledger.staff.member import StaffMember
from ledger.staff.role import Grant, Role
from ledger.vouchers.voucher import Voucher
from ledger.waiting_list.place import PlaceState, WaitingPlace
from tests.kits import spec
from tests.kits.beside_orders import TAKEN
from tests.kits.example_stamps import example
from tests.kits.spec import (
    ASKED,
    DISPUTED,
    NOON,
    ORDER,
    PAGE,
    PAID,
    PLACED,
    RELEASED,
    TIMED_OUT,
    order_of,
)
from tests.kits.worlds import World
from tests.ledger.approvals.test_approvals import REQUEST
from tests.ledger.cases.test_decide_case import CLOSED, STRAY, case_of

OVER = spec.OPENING + timedelta(days=2)
UNPAID = order_of(PLACED, TIMED_OUT, RELEASED)
BOUGHT = order_of(PLACED, ASKED, PAGE, PAID)
ID = UUID(int=7)
ACCOUNT = Account(
    id=ID,
    version=3,
    opened=AccountOpened(email_index="index", generation=1, language="en", email="ada@x.org"),
)
INVITATION = StaffInvitation(
    id=UUID(int=8),
    email="ada@x.org",
    email_index="index",
    grant=Grant(role=Role.DOOR),
    language="en",
    invited_by="staff:root",
    made_at=NOON,
)
WISH = EraseWish(correlation_id=uuid4(), actor="staff:bea", at=OVER, ground=Ground.ASKED)


def held(**told: Any) -> Holdings:
    return Holdings(**{"rules": {}, "email_index": "index", **told})


def open_of(holdings: Holdings, at: Any = OVER) -> list[str]:
    return [str(one.hindrance.open) for one in holdings.obstacles(at)]


@pytest.mark.parametrize(
    ("told", "known", "readable"),
    [
        ({}, False, 0),
        ({"orders": [UNPAID]}, True, 1),
        ({"accounts": [ACCOUNT]}, True, 1),
        ({"accounts": [Account(id=ID)]}, True, 0),
        ({"member": StaffMember(id=ID, email="ada@x.org")}, True, 1),
        ({"member": StaffMember(id=ID)}, True, 0),
        ({"cases": [Case(id=ID)]}, False, 1),
        ({"cases": [Case(id=ID, erased=True)]}, False, 0),
        ({"approvals": [Approval(id=ID, asked=REQUEST)]}, False, 1),
        ({"approvals": [Approval(id=ID, asked=REQUEST, erased=True)]}, False, 0),
        ({"grantees": [Grantee(id=ID)]}, True, 1),
        ({"grantees": [Grantee(id=ID, erased_at=NOON)]}, True, 0),
        ({"vouchers": [Voucher(id=ID)]}, False, 1),
        ({"places": [WaitingPlace(id=ID)]}, True, 1),
        ({"places": [WaitingPlace(id=ID, erased_at=NOON)]}, True, 0),
        ({"messages": [KeptMessage(id=ID, hash="h")]}, False, 1),
        ({"invitations": [INVITATION]}, True, 0),
    ],
)
def test_what_is_known_of_somebody_and_what_of_it_can_be_read(told, known, readable):
    holdings = held(**told)
    assert (holdings.known, len(holdings.readable)) == (known, readable)
    assert holdings.held is (readable > 0 or "invitations" in told)
    assert len(holdings.versions) == readable


def test_it_is_the_same_as_long_as_nothing_moves():
    def digest(**told: Any) -> str:
        return held(**told).digest

    assert digest(accounts=[ACCOUNT]) == digest(accounts=[ACCOUNT])
    moved = {
        digest(),
        digest(accounts=[ACCOUNT]),
        digest(accounts=[replace(ACCOUNT, version=4)]),
        digest(invitations=[INVITATION]),
        digest(invitations=[replace(INVITATION, made_at=OVER)]),
        digest(messages=[KeptMessage(id=ID, hash="h")]),
    }
    assert len(moved) == 6


@pytest.mark.parametrize("who", ["orders", "accounts", "grantees", "places", "member"])
def test_when_it_was_erased_last(who):
    assert held().erased_at is None
    gone: dict[str, Any] = {
        "orders": [order_of(PLACED)],
        "accounts": [replace(ACCOUNT, erased_at=NOON), replace(ACCOUNT, erased_at=OVER)],
        "grantees": [Grantee(id=ID, erased_at=OVER)],
        "places": [WaitingPlace(id=ID, erased_at=OVER)],
        "member": StaffMember(id=ID, erased_at=OVER),
    }
    assert held(**{who: gone[who]}).erased_at == (None if who == "orders" else OVER)


@pytest.mark.parametrize(
    ("terms", "told", "theirs"),
    [
        ({}, {}, True),
        ({"email_index": "other"}, {}, False),
        ({"email_index": "other", "account": ID}, {}, False),
        ({"email_index": "other", "account": ID}, {"accounts": [ACCOUNT]}, True),
        ({"email_index": "other"}, {"accounts": [ACCOUNT]}, False),
        (
            {"email_index": "other"},
            {"accounts": [replace(ACCOUNT, claimed=frozenset({ORDER}))]},
            True,
        ),
    ],
)
def test_whose_order_it_is(terms, told, theirs):
    assert held(**told).is_theirs(order_of(replace(PLACED, **terms))) is theirs


def test_an_order_stands_in_the_way_while_something_of_it_is_open():
    assert open_of(held(orders=[UNPAID])) == []
    assert open_of(held(orders=[UNPAID], unsent={ORDER})) == ["transfer"]
    assert open_of(held(orders=[UNPAID], unsent={ID})) == []
    about = replace(STRAY, order=ORDER)
    assert open_of(held(orders=[UNPAID], cases=[case_of(about)])) == ["case"]
    assert open_of(held(orders=[UNPAID], cases=[case_of(about, CLOSED)])) == []
    assert open_of(held(orders=[UNPAID], cases=[case_of(STRAY)])) == []
    asked = Approval(id=ID, asked=replace(REQUEST, until=OVER + timedelta(1)))
    assert open_of(held(orders=[UNPAID], approvals=[asked])) == ["approval"]
    assert open_of(held(orders=[UNPAID], approvals=[replace(asked, given_by="b")])) == []
    found = held(orders=[BOUGHT]).obstacles(NOON)
    assert found
    assert all(one.order is BOUGHT for one in found)


def test_a_person_stands_in_the_way_of_themselves():
    assert open_of(held(messages=[KeptMessage(id=ID, hash="h", waits=True)])) == ["news"]
    assert open_of(held(messages=[KeptMessage(id=ID, hash="h")])) == []
    assert open_of(held(member=StaffMember(id=ID, belongs=True))) == ["staff"]
    assert open_of(held(member=StaffMember(id=ID))) == []


REQUESTED = example(VoucherRequested)
LIVES = IssuedVoucher(
    correlation_id=ID,
    request=replace(REQUESTED, destination=replace(REQUESTED.destination, valid_until=OVER)),
    requested_at=NOON,
)
BLINK = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("told", "at", "open_"),
    [
        ({"vouchers": (LIVES,)}, OVER - BLINK, True),
        ({"vouchers": (LIVES,)}, OVER, False),
        ({"vouchers": (LIVES,), "erased_at": NOON}, OVER - BLINK, False),
        ({}, OVER, False),
        ({"vouchers": (replace(LIVES, uses=1),)}, OVER - BLINK, False),
        ({"vouchers": (replace(LIVES, withdrawal=Question(done=True)),)}, OVER - BLINK, False),
        (
            {
                "vouchers": (
                    replace(
                        LIVES,
                        request=replace(
                            REQUESTED, destination=replace(REQUESTED.destination, valid_until=None)
                        ),
                    ),
                )
            },
            OVER + timedelta(days=999),
            True,
        ),
    ],
)
def test_a_voucher_that_could_still_be_used_stands_in_the_way(told, at, open_):
    assert open_of(held(grantees=[Grantee(id=ID, **told)]), at) == (["voucher"] if open_ else [])


def test_an_erasure_stamps_every_stream_of_a_person_once():
    holdings = held(
        orders=[UNPAID],
        accounts=[ACCOUNT],
        cases=[Case(id=UUID(int=9), version=2)],
        messages=[KeptMessage(id=UUID(int=10), hash="h")],
    )
    append = append_of(holdings, WISH)
    told = {one.stream: one.stamp for one in append.drafts}
    streams = (ORDER, ID, UUID(int=9), UUID(int=10))
    assert told == {one: Erased(subject=one, ground=Ground.ASKED) for one in streams}
    assert len(append.drafts) == 4
    assert append.expected == {ORDER: 3, ID: 3, UUID(int=9): 2, UUID(int=10): 0}
    assert append.seats == ()
    assert {(one.actor, one.correlation_id) for one in append.drafts} == {
        ("staff:bea", WISH.correlation_id)
    }
    assert drafts_of(held(), WISH) == []


def test_what_is_open_is_told_and_nothing_is_stamped():
    with pytest.raises(StillOpen) as refused:
        drafts_of(held(member=StaffMember(id=ID, belongs=True)), WISH)
    assert refused.value.open == ("staff",)


def test_an_erasure_is_of_what_was_looked_at():
    world = World()
    found = held(messages=[KeptMessage(id=ID, hash="h")])
    with pytest.raises(PersonMoved):
        erase(world.store, lambda: found, replace(WISH, digest="other"), about=ID)
    assert world.store.read(ID) == []
    holdings, streams = erase(
        world.store, lambda: found, replace(WISH, digest=found.digest), about=ID
    )
    assert (holdings, streams) == (found, [ID])
    assert [one.stamp for one in world.store.read(ID)] == [Erased(subject=ID, ground=Ground.ASKED)]
    assert erase(world.store, held, WISH, about=ID) == (held(), ())


# Messages.


def buyer(**told: Any) -> Order:
    return order_of(replace(PLACED, customer=replace(spec.ADA, **told)))


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({}, [["ada@example.org"], ["ada", "lovelace"]]),
        ({"first_name": " "}, [["ada@example.org"]]),
        ({"first_name": "A"}, [["ada@example.org"]]),
        ({"first_name": "Al"}, [["ada@example.org"], ["al", "lovelace"]]),
        ({"phone": "+358 40-1"}, [["ada@example.org"], ["ada", "lovelace"], ["358401"]]),
        ({"phone": "1"}, [["ada@example.org"], ["ada", "lovelace"]]),
        ({"email": ""}, [["ada", "lovelace"]]),
    ],
)
def test_by_what_a_message_names_a_person(told, words):
    order = buyer(**told)
    assert [[*one] for one in words_of(order)] == [*words, [str(order.id)]]
    nobody = order_of(replace(PLACED, customer=None))
    assert [[*one] for one in words_of(nobody)] == [[str(ORDER)]]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"Ada", "ada"),
        (rb"\u0041da", "ada"),
        (b"ada%40x.org+b", "ada@x.org b"),
        (b"a+b", "a+b"),
        ("Ä".encode(), "ä"),
        (b"\xff", "\ufffd"),
    ],
)
def test_a_message_is_searched_however_it_is_written(body, text):
    assert text_of(body) == text


def test_a_message_names_whoever_is_in_it_with_all_words():
    wanted = [["ada", "lovelace"], ["bea"]]
    assert names("lovelace, ada", wanted)
    assert names("bea", wanted)
    assert not names("ada", wanted)
    assert not names("", wanted)
    assert not names("ada", [])


def test_when_all_of_it_was_erased_is_the_last_of_all():
    erased = copied(UNPAID, erased_at=NOON)
    assert held(orders=[erased]).erased_at == NOON
    later = replace(ACCOUNT, erased_at=OVER)
    assert held(orders=[erased], accounts=[later]).erased_at == OVER
    assert held(orders=[erased], accounts=[ACCOUNT]).erased_at == NOON


def test_a_case_about_money_that_stands_in_the_way_is_told_once():
    disputed = order_of(PLACED, ASKED, PAGE, PAID, DISPUTED)
    case = case_of(replace(STRAY, order=ORDER))
    assert open_of(held(orders=[disputed])) == ["money"]
    assert open_of(held(orders=[disputed], cases=[case])) == ["money"]
    assert "case" in open_of(held(orders=[BOUGHT], cases=[case]), NOON)


@pytest.mark.parametrize(
    ("early", "open_"), [(timedelta(microseconds=1), True), (timedelta(), False)]
)
def test_a_name_is_kept_as_long_as_the_law_says_and_no_longer(early, open_):
    posted = {**UNPAID.postings}
    posted[ORDER, Letter.PAID] = Posting(number=7, numbered_at=NOON)
    order = copied(UNPAID, postings=posted)
    holdings = held(orders=[order], rules={"winterfest": Retention(named_receipts=True)})
    ((_, kept),) = holdings.kept()
    assert open_of(holdings, kept.until - early) == (["by_law"] if open_ else [])


def test_who_waits_in_line_leaves_it_and_is_erased_in_the_same_append():
    place = WaitingPlace(
        id=ID, version=1, taken=TAKEN, taken_at=NOON, state=PlaceState.WAITING, rank=1
    )
    other = replace(place, id=UUID(int=9), state=PlaceState.LEFT, ended_at=NOON)
    append = append_of(held(places=[place, other], accounts=[replace(ACCOUNT, id=ORDER)]), WISH)
    told = [(one.stream, type(one.stamp).__name__) for one in append.drafts]
    assert told == [
        (ID, "PlaceLeft"),
        (ID, "Erased"),
        (UUID(int=9), "Erased"),
        (ORDER, "Erased"),
    ]
    assert append.expected == {ID: 1, UUID(int=9): 1, ORDER: 3}
    (change,) = append.seats
    line = line_id(TAKEN.shop, TAKEN.product)
    assert (change.quota, change.held, change.sold) == (line, -TAKEN.quantity, 0)
