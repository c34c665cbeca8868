"""Which orders an account may claim: its address alone does not make an order its own."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from ledger.accounts.account import Account
from ledger.accounts.stamps import AccountOpened
from ledger.kernel.erasure import Erased, Ground
from ledger.kernel.events import Recorded
from ledger.order.evolve import evolve, fold
from ledger.order.order import Order
from tests.kits.histories import placed

OPENED = AccountOpened(email_index="e" * 64, generation=1, language="en", email="ada@example.org")
ADA = Account(id=UUID(int=1), version=1, opened=OPENED, language="en")


def order(**said: object) -> Order:
    stamped = Recorded[object](
        stream=(stream := uuid4()),
        version=1,
        position=1,
        recorded_at=datetime(2027, 1, 1, tzinfo=UTC),
        stamp=placed(**said),
        correlation_id=uuid4(),
        actor="customer",
    )
    return fold(stream, [stamped])


@pytest.mark.parametrize(
    ("said", "may"),
    [
        ({}, True),
        ({"email_index": "f" * 64}, False),
        ({"account": UUID(int=2)}, False),
        ({"account": UUID(int=1)}, False),
    ],
    ids=["a guest's", "of another address", "somebody's who was signed in", "its own already"],
)
def test_only_what_is_nobody_s_and_of_the_proven_address_may_be_claimed(
    said: dict[str, object], may: bool
):
    assert ADA.may_claim(order(**said)) is may


def test_an_account_has_what_was_placed_while_signed_in_and_what_it_claimed_until_it_is_erased():
    its_own, claimed, foreign = order(account=ADA.id), order(), order()
    ada = replace(ADA, claimed=frozenset({claimed.id}))
    assert [ada.has(one) for one in (its_own, claimed, foreign)] == [True, True, False]
    assert not ada.has(Order(id=claimed.id)), "nothing was placed there"
    erased = replace(ada, opened=replace(OPENED, email=None))
    assert not erased.has(its_own)
    assert not erased.may_claim(foreign)


def test_an_order_that_was_erased_or_never_placed_may_not_be_claimed():
    known = order()
    assert ADA.may_claim(known)
    erased = Recorded[object](
        stream=known.id,
        version=2,
        position=2,
        recorded_at=datetime(2027, 1, 2, tzinfo=UTC),
        stamp=Erased(subject=known.id, ground=Ground.ASKED),
        correlation_id=uuid4(),
        actor="customer",
    )
    assert not ADA.may_claim(evolve(known, erased))
    assert not ADA.may_claim(Order(id=known.id))
