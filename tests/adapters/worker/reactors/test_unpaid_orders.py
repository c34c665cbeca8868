from typing import Any
from uuid import uuid4

from adapters.worker.reactor import NOTHING, WAITING
from ledger.order.commands import MarkPaid, WithdrawPayment
from ledger.order.status import Status, status
from tests.kits.worker import World


def test_an_order_that_nobody_paid_in_time_is_cancelled_silently_and_its_page_closed():
    world = World()
    order = world.opened(world.place())
    world.clock.forward(days=3)
    assert world.timeouts().run().done == 1
    after = world.orders.get(order.id)
    assert status(after) is Status.CANCELLED
    assert after.released
    assert world.provider.closed == [f"cs_{next(iter(order.attempts))}"]
    assert world.letters().run() == NOTHING


def test_a_minute_before_it_is_left_alone():
    world = World()
    world.place()
    world.clock.forward(days=3, minutes=-1)
    assert world.timeouts().run() == NOTHING


def test_a_paid_order_never_times_out():
    world = World()
    order = world.placed_and_paid()
    world.clock.forward(days=30)
    assert world.timeouts().run() == NOTHING
    assert world.orders.get(order.id).alive


def test_twice_is_once():
    world = World()
    world.place()
    world.clock.forward(days=3)
    world.timeouts().run()
    size = len(world.stamps())
    assert world.timeouts().run() == NOTHING
    assert len(world.stamps()) == size


def test_money_that_nobody_told_of_is_found_before_the_order_is_cancelled():
    world = World()
    order = world.opened(world.place())
    world.clock.forward(days=3)

    def look(unpaid):
        world.pay(unpaid)
        return True

    assert world.timeouts(look=look).run() == NOTHING
    assert status(world.orders.get(order.id)) is Status.PAID


def test_while_a_provider_does_not_answer_nothing_is_cancelled():
    world = World()
    order = world.opened(world.place())
    world.clock.forward(days=3)
    assert world.timeouts(look=lambda _: False).run() == WAITING
    assert world.orders.get(order.id).alive
    world.clock.forward(days=1)
    assert world.timeouts(look=lambda _: False).run().done == 1


def test_who_is_paid_or_cancelled_is_not_looked_at():
    world = World()
    world.placed_and_paid()
    world.clock.forward(days=3)

    def look(order):
        raise AssertionError("nobody is asked")

    assert world.timeouts(look=look).run() == NOTHING


def test_an_order_that_was_taken_up_again_times_out_once_more():
    world = World()
    order = world.opened(world.place())
    world.clock.forward(days=3)
    assert world.timeouts().run().done == 1
    wish: dict[str, Any] = {"actor": "token:till", "at": world.clock(), "reason": "statement"}
    world.orders.handle(order.id, MarkPaid(correlation_id=uuid4(), **wish))
    assert world.orders.follow(order.id, world.clock()).alive
    taken = WithdrawPayment(correlation_id=uuid4(), **wish, approver="boss")
    world.orders.handle(order.id, taken)
    assert world.timeouts().run().done == 0
    world.clock.forward(days=3)
    assert world.timeouts().run().done == 1
    assert not world.orders.get(order.id).alive
