"""Paid twice: the surplus goes back against its own reference, or waits for a person (P5)."""

from dataclasses import replace
from typing import Any

import pytest

from ledger.cases.stamps import CaseKind
from ledger.kernel.money import Money
from ledger.order.commands import RequestPayment
from ledger.order.issues import troubles
from ledger.order.next_step import next_step, surplus
from ledger.order.stamps import CreateRefundFailure, CreateRefundRequest, ManualRefund, Paid
from ledger.order.status import Status, flags, status
from ledger.shop.stamps import Surplus
from tests.kits.spec import (
    ASKED,
    ATTEMPT,
    DISPUTED,
    NOON,
    OUTSIDE,
    PAGE,
    PAID,
    PAID_TWICE,
    PLACED,
    SECOND,
    eur,
    order_of,
    put,
)
from tests.kits.worlds import SPEC, World

RETURNING = replace(PLACED, overpaid=Surplus.REFUND)
AGAIN = (put(ASKED, under=SECOND), put(PAID_TWICE, under=SECOND))


def twice(first: Any = PAID, *, placed: Any = RETURNING) -> tuple[Any, ...]:
    return (placed, ASKED, PAGE, first, *AGAIN)


def step(*stack: Any) -> Any:
    return next_step(order_of(*stack), NOON)


def test_the_later_payment_is_the_surplus():
    asked = step(*twice())
    assert (asked.payment, asked.amount) == (SECOND, eur(7000))
    swapped = (RETURNING, ASKED, PAGE, put(ASKED, under=SECOND), AGAIN[1], PAID)
    assert step(*swapped).payment == ATTEMPT


def test_only_what_is_beyond_the_price_goes_back():
    more = replace(PAID, amount=eur(7500))
    asked = step(RETURNING, ASKED, PAGE, more)
    assert (asked.payment, asked.amount) == (ATTEMPT, eur(500))
    part = put(ManualRefund(payment=ATTEMPT, amount=eur(3000)), under=OUTSIDE)
    assert step(*twice(), part).amount == eur(4000)


def test_without_that_policy_it_waits_for_a_person():
    assert step(*twice(placed=PLACED)) is None
    (trouble,) = troubles(order_of(*twice(placed=PLACED)))
    assert (trouble.kind, trouble.about, trouble.amount) == (
        CaseKind.OVERPAID,
        SECOND,
        eur(7000),
    )


def test_money_that_came_by_hand_or_is_disputed_waits_for_a_person():
    by_hand = put(Paid(amount=eur(7000), provider="manual", provider_reference=""), under=SECOND)
    asked = put(replace(ASKED, provider="manual"), under=SECOND)
    assert step(RETURNING, ASKED, PAGE, PAID, asked, by_hand) is None
    assert step(*twice(), replace(DISPUTED, amount=eur(100))) is None


def test_three_payments_leave_one():
    third = (
        put(ASKED, under=OUTSIDE),
        put(replace(PAID, provider_reference="pi_3"), under=OUTSIDE),
    )
    order = order_of(*twice(), *third)
    assert [(one.correlation_id, money) for one, money in surplus(order)] == [
        (OUTSIDE, eur(7000)),
        (SECOND, eur(7000)),
    ]


@pytest.fixture
def world() -> Any:
    spec = replace(SPEC, preferences=replace(SPEC.preferences, overpaid=Surplus.REFUND))
    made = World(spec)
    made.place()
    yield made
    made.close()


def test_it_goes_back_once_and_a_refusal_is_a_case(world: World):
    order_id = world.id("order")
    (first,) = world.orders.get(order_id).attempts
    again = RequestPayment(
        correlation_id=world.id("second"),
        actor="customer",
        at=world.clock(),
        provider="stripe",
        account="acct_1",
        live=False,
    )
    world.orders.handle(order_id, again)
    for number, attempt in enumerate((first, world.id("second"))):
        paid = Paid(amount=Money(7000, "EUR"), provider="stripe", provider_reference=f"pi_{number}")
        world.orders.record(order_id, paid, correlation_id=attempt, actor="provider:stripe")
        world.orders.follow(order_id, world.clock())
    order = world.orders.follow(order_id, world.clock())
    assert world.stamps().count("CreateRefundRequest") == 1
    (refund,) = order.refunds.values()
    assert isinstance(refund.request, CreateRefundRequest)
    assert refund.request.payment_reference == "pi_1"
    assert status(order) is Status.REFUND_REQUESTED
    refused = CreateRefundFailure(code="no")
    world.orders.record(
        order_id, refused, correlation_id=refund.correlation_id, actor="provider:stripe"
    )
    order = world.orders.follow(order_id, world.clock())
    assert world.stamps().count("CreateRefundRequest") == 1
    assert next_step(order, world.clock()) is None
    kinds = {one.kind for one in troubles(order)}
    assert kinds == {CaseKind.REFUND_REFUSED, CaseKind.OVERPAID}
    assert "overpaid" in flags(order)
