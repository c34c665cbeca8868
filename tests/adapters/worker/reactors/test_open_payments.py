from uuid import uuid4

import pytest

from adapters.worker.reactor import NOTHING
from ledger.cases.stamps import CaseKind
from ledger.order.commands import RequestPayment
from ledger.order.status import Status, status
from ledger.payments.provider import start_refund
from tests.kits.worker import World
from tests.kits.worker_fakes import Killed


def cancelling(world: World):
    """An order whose refund was asked for, without an answer."""
    order = world.placed_and_paid()
    link = world.ask_for_link(order)
    world.confirm(order, link)
    return order, link


def test_what_the_web_has_just_begun_is_left_to_it():
    world = World()
    world.place()
    world.clock.forward(seconds=19)
    assert world.payments().run() == NOTHING


def test_a_payment_page_without_an_answer_is_asked_for_again_with_the_same_key():
    world = World()
    order = world.place()
    world.provider.silent = 1
    worker = world.payments()
    world.clock.forward(seconds=20)
    assert worker.run().waiting == 1
    assert worker.run().waiting == 1
    world.clock.forward(seconds=20)
    assert worker.run().done == 1
    assert len(world.provider.asks) == 2
    assert len(set(world.provider.asks)) == 1
    assert not list(world.orders.get(order.id).unanswered_payments())


def test_a_page_that_is_there_after_all_closes_the_one_that_it_replaced():
    world = World()
    order = world.opened(world.place())
    (first,) = order.attempts.values()
    world.clock.forward(minutes=1)
    again = RequestPayment(
        correlation_id=uuid4(),
        actor="customer",
        at=world.clock(),
        provider="stripe",
        account="acct_1",
        live=False,
    )
    world.orders.handle(order.id, again)
    world.provider.silent = 1
    worker = world.payments()
    world.clock.forward(seconds=20)
    worker.run()
    assert world.provider.closed == []
    world.clock.forward(seconds=20)
    worker.run()
    assert world.provider.closed == [first.session]


def test_a_payment_page_that_the_provider_has_forgotten_is_given_up():
    world = World()
    order = world.place()
    world.clock.forward(hours=23)
    assert world.payments().run().done == 1
    assert world.provider.asks == []
    assert status(world.orders.get(order.id)) is Status.FAILED


def test_a_refund_without_an_answer_is_asked_again_and_made_once():
    world = World()
    order, link = cancelling(world)
    world.provider.silent = 1
    start_refund(world.orders, world.provider, order.id, link, at=world.clock())
    assert status(world.orders.get(order.id)) is Status.REFUND_REQUESTED
    world.clock.forward(seconds=30)
    world.payments().run()
    after = world.orders.get(order.id)
    assert len(world.provider.refunds) == 1
    assert len(set(world.provider.asks)) == 1
    assert after.cancelled == link
    assert after.released


def test_after_23_hours_a_refund_is_looked_up_and_never_asked_for_again():
    world = World()
    order, link = cancelling(world)
    world.provider.silent = 1
    start_refund(world.orders, world.provider, order.id, link, at=world.clock())
    world.clock.forward(hours=23)
    asked = len(world.provider.asks)
    world.payments().run()
    assert len(world.provider.asks) == asked
    assert world.orders.get(order.id).cancelled == link


def test_after_23_hours_a_refund_that_was_never_made_is_a_case():
    world = World()
    order, link = cancelling(world)
    world.clock.forward(hours=23)
    world.payments().run()
    after = world.orders.get(order.id)
    assert after.refunds[link].was_refused
    assert after.cancelled is None
    assert [case.kind for case in world.opened_cases()] == [CaseKind.REFUND_REFUSED]


def test_a_provider_that_does_not_tell_is_a_case_and_is_asked_on():
    world = World()
    order, link = cancelling(world)
    world.clock.forward(hours=23)
    world.provider.silent = 1
    worker = world.payments()
    worker.run()
    assert [case.kind for case in world.opened_cases()] == [CaseKind.REFUND_UNKNOWN]
    assert world.orders.get(order.id).refunds[link].unanswered
    world.clock.forward(minutes=1)
    worker.run()
    assert not world.orders.get(order.id).refunds[link].unanswered


def test_a_refused_refund_is_a_case_once():
    world = World()
    cancelling(world)
    world.provider.refuses = True
    world.clock.forward(seconds=30)
    world.payments().run()
    world.payments().run()
    world.following().run()
    assert [case.kind for case in world.opened_cases()] == [CaseKind.REFUND_REFUSED]


@pytest.mark.parametrize("where", ["before the call", "after the deed", "before the answer"])
def test_a_worker_killed_around_a_refund_leaves_one_refund_and_one_end(where, monkeypatch):
    world = World()
    order, link = cancelling(world)
    world.clock.forward(seconds=30)
    refund = world.provider.refund

    def ends(*given, **named):
        if where == "after the deed":
            refund(*given)
        raise Killed

    if where == "before the answer":
        monkeypatch.setattr(world.orders, "record", ends)
    else:
        monkeypatch.setattr(world.provider, "refund", ends)
    with pytest.raises(Killed):
        world.payments().run()
    monkeypatch.undo()
    world.payments().run()
    assert len(world.provider.refunds) == 1
    assert world.orders.get(order.id).cancelled == link
    assert world.orders.get(order.id).refunds[link].was_accepted
