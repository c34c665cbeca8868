"""Which orders an account may claim: its address alone does not make an order its own."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from ledger.accounts.account import Account
from ledger.accounts.stamps import AccountOpened
from ledger.kernel.events import Recorded
from ledger.order.evolve import fold
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
