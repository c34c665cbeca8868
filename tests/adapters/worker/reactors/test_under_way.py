"""A payment that is pending at a bank: no clock cancels its order (SPEC P7, X7)."""

from uuid import UUID

from ledger.cases.stamps import CaseKind
from ledger.order.order import Order
from ledger.order.stamps import PaymentFailed, PaymentPending
from ledger.order.status import Status, status
from tests.kits.worker import World


def under_way(world: World):
    order = world.opened(world.place())
    attempt = next(iter(order.attempts))
    pending = PaymentPending(provider_reference=f"cs_{attempt}")
    return world.orders.record(order.id, pending, correlation_id=attempt, actor="stripe"), attempt


def test_it_is_not_cancelled_however_long_ago_it_should_have_been_paid():
    world = World()
    order, _ = under_way(world)
    world.clock.forward(days=20)
    world.timeouts().run()
    world.time_out(order)
    assert world.orders.get(order.id).alive
    assert world.opened_cases() == []


def test_when_it_fails_the_order_times_out_as_any_other():
    world = World()
    order, attempt = under_way(world)
    world.clock.forward(days=4)
    failed = PaymentFailed(provider_reference=f"cs_{attempt}", code="no")
    world.orders.record(
        order.id, failed, correlation_id=attempt, actor="stripe", occurred_at=world.clock()
    )
    assert world.timeouts().run().done == 1
    assert status(world.orders.get(order.id)) is Status.CANCELLED


def test_after_the_longest_wait_a_person_is_asked_once():
    world = World()
    order, _ = under_way(world)
    world.clock.forward(days=31)
    looked = list[UUID]()

    def look(one: Order) -> bool:
        looked.append(one.id)
        return True

    for _ in range(2):
        world.timeouts(look=look).run()
    (case,) = world.opened_cases()
    assert (case.kind, case.order) == (CaseKind.PAYMENT_OVERDUE, order.id)
    assert looked == [order.id, order.id]
    assert world.orders.get(order.id).alive
