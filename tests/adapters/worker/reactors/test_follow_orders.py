from dataclasses import replace
from uuid import UUID

from adapters.worker.reactor import NOTHING
from ledger.cases.stamps import CaseKind
from ledger.kernel.money import Money
from ledger.order.status import Status, status
from tests.kits.worker import World


def test_a_late_payment_takes_its_seats_again():
    world = World()
    order = world.opened(world.place())
    world.clock.forward(days=3)
    world.timeouts().run()
    world.pay(order)
    world.following().run()
    assert status(world.orders.get(order.id)) is Status.PAID


def test_a_late_payment_after_the_seats_were_freed_is_decided_once():
    world = World()
    order = world.opened(world.place())
    world.clock.forward(days=3)
    world.timeouts().run()
    world.pay(order)
    world.following().run()
    size = len(world.stamps())
    world.cursor = type(world.cursor)()
    world.following().run()
    assert len(world.stamps()) == size


def test_too_little_money_is_a_case():
    world = World()
    world.placed_and_paid(Money(3000, "EUR"))
    world.following().run()
    (case,) = world.opened_cases()
    assert (case.kind, case.amount) == (CaseKind.UNDERPAID, Money(500, "EUR"))


def test_too_much_money_is_a_case():
    world = World()
    world.placed_and_paid(Money(4000, "EUR"))
    world.following().run()
    (case,) = world.opened_cases()
    assert (case.kind, case.amount) == (CaseKind.OVERPAID, Money(500, "EUR"))


def test_it_goes_on_where_it_was():
    world = World()
    world.placed_and_paid()
    first = world.following()
    assert first.run().done == 1
    assert world.following().run().done == 1, "it was read, and not remembered yet"
    first.finish()
    assert world.following().run().done == 0
    world.placed_and_paid()
    assert world.following().run().done == 1


def test_an_order_that_goes_wrong_holds_back_the_cursor_but_not_the_others(monkeypatch):
    world = World()
    bad = world.placed_and_paid(Money(3000, "EUR"))
    world.placed_and_paid(Money(3000, "EUR"))
    worker, follow = world.following(), world.orders.follow

    def broken(order_id, at):
        if order_id == bad.id:
            raise RuntimeError("no")
        return follow(order_id, at)

    monkeypatch.setattr(world.orders, "follow", broken)
    progress = worker.run()
    assert (progress.done, progress.failed) == (1, 1)
    assert world.cursor.load("following") < world.orders.history(bad.id)[0].position
    monkeypatch.undo()
    world.clock.forward(seconds=10)
    worker.run()
    assert {case.order for case in world.opened_cases()} == {*world.all_orders()}
    worker.run()
    world.clock.forward(seconds=1)
    assert worker.run() == NOTHING
    assert world.cursor.load("following") == len(world.stamps())


def test_an_order_that_always_goes_wrong_becomes_a_case(monkeypatch):
    world = World()
    world.placed_and_paid(Money(3000, "EUR"))
    worker = world.following()

    def broken(order_id, at):
        raise RuntimeError("no")

    monkeypatch.setattr(world.orders, "follow", broken)
    for _ in range(10):
        worker.run()
        world.clock.forward(minutes=10)
    worker.run()
    world.clock.forward(seconds=1)
    worker.run()
    assert [case.kind for case in world.opened_cases()] == [CaseKind.POISON_STAMP]
    assert world.cursor.load("following") == len(world.stamps())


def test_an_order_that_calls_for_nothing_is_not_read_again(monkeypatch):
    world, read = World(), list[UUID]()
    monkeypatch.setattr(world.orders, "follow", lambda order_id, at: read.append(order_id))
    worker = world.following()
    order = world.place()
    assert worker.run().done == 1
    world.opened(order)
    assert worker.run().done == 1
    assert read == []
    world.clock.forward(seconds=1)
    assert worker.run() == NOTHING
    assert world.cursor.load("following") == len(world.stamps())


def test_after_a_restart_an_order_is_read():
    world = World()
    order = world.opened(world.place())
    world.following().run()
    world.pay(order, Money(3000, "EUR"))
    assert world.following().run().done == 1
    assert [case.kind for case in world.opened_cases()] == [CaseKind.UNDERPAID]


def test_whoever_sends_letters_is_told_of_each_order_that_owes_one():
    world, told = World(), list[UUID]()
    worker = replace(world.following(), owes=told.append)
    unpaid, paid = world.place(), world.opened(world.place())
    worker.run()
    assert told == []
    world.pay(paid)
    worker.run()
    assert told == [paid.id]
    world.letters().run()
    world.opened(unpaid)
    worker.run()
    assert told == [paid.id]
    fresh = replace(world.following(), owes=told.append)
    world.pay(unpaid)
    fresh.run()
    assert told == [paid.id, unpaid.id]


def test_what_was_read_is_remembered_every_five_seconds_and_when_nothing_came_for_one():
    world = World()
    worker = world.following()
    remembered = []
    for _ in range(8):
        world.place()
        worker.run()
        remembered.append(world.cursor.load("following"))
        world.clock.forward(seconds=0.9)
    assert [bool(one) for one in remembered] == [False] * 6 + [True] * 2
    assert remembered[-1] < len(world.stamps())
    world.clock.forward(seconds=1)
    worker.run()
    assert world.cursor.load("following") == len(world.stamps())
