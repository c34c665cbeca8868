"""The day's own auditor sees a cent too many, a cent too few, and money that is nobody's."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from ledger.order.stamps import Disputed, Paid, PaymentAssigned
from tests.end_to_end.chaos_money import Money
from tests.kits.worlds import World


@pytest.fixture
def world() -> Iterator[World]:
    """An order that was paid by `pi_1`."""
    made = World()
    order = made.place()
    (attempt,) = order.attempts
    paid = Paid(amount=order.due, provider="stripe", provider_reference="pi_1")
    made.orders.record(order.id, paid, correlation_id=attempt, actor="test")
    yield made
    made.close()


def charge(payment: str, captured: int, refunded: int = 0) -> dict[str, Any]:
    return {
        "payment_intent": payment,
        "amount_captured": captured,
        "amount_refunded": refunded,
    }


def findings(world: World, *charges: dict[str, Any], **more: Any) -> Sequence[str]:
    money = Money(
        orders=[world.orders.get(world.id("order"))],
        charges=charges,
        on_cases=more.pop("on_cases", ()),
        overpaid=more.pop("overpaid", ()),
        disputes=more.pop("disputes", ()),
    )
    return [*money.findings()]


def test_what_agrees_is_no_finding(world: World) -> None:
    assert findings(world, charge("pi_1", 7000)) == []
    assert findings(world, charge("pi_1", 7000), charge("pi_voided", 0)) == []


@pytest.mark.parametrize(
    "theirs", [charge("pi_1", 7001), charge("pi_1", 7000, 1), charge("pi_2", 7000)]
)
def test_every_cent_that_differs_is_found(world: World, theirs: dict[str, Any]) -> None:
    assert findings(world, theirs)


def test_money_of_no_order_must_be_on_a_case(world: World) -> None:
    both = charge("pi_1", 7000), charge("pi_2", 1)
    assert findings(world, *both)
    assert findings(world, *both, on_cases={"pi_2"}) == []


def test_a_dispute_takes_money_on_both_sides_or_is_found(world: World) -> None:
    lost = {"payment_intent": "pi_1", "amount": 7000, "status": "lost"}
    assert findings(world, charge("pi_1", 7000), disputes=[lost])
    assert findings(world, charge("pi_1", 7000), disputes=[lost | {"status": "won"}]) == []
    order = world.orders.get(world.id("order"))
    (attempt,) = order.attempts
    disputed = Disputed(payment=attempt, amount=order.due, provider_reference="du_1")
    world.orders.record(order.id, disputed, correlation_id=world.id("du_1"), actor="test")
    assert findings(world, charge("pi_1", 7000), disputes=[lost]) == []


def test_a_surplus_must_be_on_a_case(world: World) -> None:
    order = world.orders.get(world.id("order"))
    second = PaymentAssigned(
        case=world.id("case"),
        amount=order.due,
        provider="stripe",
        account="acct_1",
        live=False,
        payment_reference="pi_2",
    )
    world.orders.record(order.id, second, correlation_id=world.id("second"), actor="test")
    theirs = charge("pi_1", 7000), charge("pi_2", 7000)
    assert findings(world, *theirs)
    assert findings(world, *theirs, overpaid={order.id}) == []
