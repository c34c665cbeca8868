"""What is over is no case any more."""

from uuid import uuid4

import pytest

from adapters.worker.open_cases import Desk
from adapters.worker.reactor import Patience, Reactor
from adapters.worker.reactors.close_cases import Settled
from ledger.cases.stamps import CaseKind, CaseOpened
from ledger.kernel.money import Money
from ledger.order.commands import MarkPaid, RefundByHand, RefundPayment
from ledger.order.issues import refund_of_unknown_fate
from ledger.order.order import Order
from ledger.payments.refund import refund_payment
from tests.kits.worker import PRICE, World


@pytest.fixture
def world() -> World:
    return World()


def settle(world: World) -> None:
    Reactor(
        name="settled",
        find=lambda: [
            (one.stream, one.stamp.order)
            for one in world.stamps()
            if isinstance(one.stamp, CaseOpened) and one.stamp.order
        ],
        each=Settled(orders=world.orders, cases=world.cases, clock=world.clock),
        after=Patience(world.clock),
    ).run()


def states(world: World) -> dict[str, str]:
    opened = (one for one in world.stamps() if isinstance(one.stamp, CaseOpened))
    return {str(one.stamp.kind): world.cases.get(one.stream).state for one in opened}


def told(world: World, order: Order) -> None:
    Desk(world.cases).open_all(world.orders.get(order.id))


def test_what_was_lacking_came(world: World):
    order = world.placed_and_paid(PRICE - Money(500, "EUR"))
    told(world, order)
    settle(world)
    assert states(world) == {CaseKind.UNDERPAID: "open"}
    wish = MarkPaid(correlation_id=uuid4(), actor="till", at=world.clock(), reason="the rest")
    world.orders.handle(order.id, wish)
    settle(world)
    assert states(world) == {CaseKind.UNDERPAID: "resolved"}


def test_a_refused_refund_is_over_when_another_took_its_place(world: World):
    order = world.placed_and_paid()
    world.provider.refuses = True
    wish = RefundPayment(correlation_id=uuid4(), actor="till", at=world.clock(), reason="asked")
    refund_payment(world.orders, {"stripe": world.provider}, order.id, wish)
    told(world, order)
    settle(world)
    assert states(world) == {CaseKind.REFUND_REFUSED: "open"}
    by_hand = RefundByHand(correlation_id=uuid4(), actor="till", at=world.clock(), reason="in cash")
    world.orders.handle(order.id, by_hand)
    settle(world)
    assert states(world) == {CaseKind.REFUND_REFUSED: "resolved"}


def test_a_refund_is_of_unknown_outcome_until_it_is_known(world: World):
    order = world.placed_and_paid()
    world.provider.silent = 1
    wish = RefundPayment(correlation_id=uuid4(), actor="till", at=world.clock(), reason="asked")
    order = refund_payment(world.orders, {"stripe": world.provider}, order.id, wish)
    (refund,) = order.unanswered_refunds()
    Desk(world.cases).open(order.id, refund_of_unknown_fate(refund, order))
    settle(world)
    assert states(world) == {CaseKind.REFUND_UNKNOWN: "open"}


def test_while_money_is_on_its_way_back_it_is_not_over(world: World):
    order = world.placed_and_paid(PRICE + Money(500, "EUR"))
    told(world, order)
    wish = RefundPayment(
        correlation_id=uuid4(),
        actor="till",
        at=world.clock(),
        reason="too much",
        amount=Money(500, "EUR"),
    )
    refund_payment(world.orders, {"stripe": world.provider}, order.id, wish)
    settle(world)
    assert states(world) == {CaseKind.OVERPAID: "open"}
