"""The orders of a shop that is cancelled or moved follow, each once, whatever is killed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from adapters.worker.reactor import NOTHING, Reactor
from adapters.worker.reactors.shop_changes import CallRate, ShopChanges
from ledger.kernel.refusals import SellingStopped
from ledger.order.stamps import (
    Cancelled,
    Cause,
    CreateRefundRequest,
    Letter,
    Paid,
    ReceiptSent,
    StartMoved,
)
from ledger.order.status import Status, status
from tests.kits.worker import World, shop_spec
from tests.kits.worker_fakes import Killed

WHY = {"en": "The hall burnt down.", "fi": "Sali paloi."}


class FakeTime:
    def __init__(self) -> None:
        self.now, self.slept = 0.0, 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept += seconds


def rate(time: FakeTime | None = None, *, per_second: float = 5) -> CallRate:
    time = time or FakeTime()
    return CallRate(per_second=per_second, clock=time, sleep=time.sleep)


def following_shop(world: World, **more: Any) -> Reactor[UUID]:
    act = ShopChanges(
        orders=world.orders,
        shops=world.shops,
        providers={"stripe": world.provider},
        pages=world.pages(),
        clock=world.clock,
        fresh=lambda: "c" * 43,
        **{"rate": rate(), **more},
    )
    return world.reactor("shop_changes", act)


def settle(world: World) -> None:
    """All reactors, until nothing is due; recovery has its head start behind it."""
    for _ in range(4):
        world.clock.forward(minutes=15)
        for run in (following_shop(world), world.payments(), world.following(), world.letters()):
            run.run()


def cancel(world: World) -> None:
    world.shops.cancel("winterfest", reason=WHY, actor="test")


def counted(world: World, kind: type) -> int:
    return sum(isinstance(one.stamp, kind) for one in world.stamps())


def letters_of(world: World, order: UUID) -> Sequence[Letter]:
    sent = (one for one in world.stamps() if one.stream == order)
    return [one.stamp.letter for one in sent if isinstance(one.stamp, ReceiptSent)]


def test_twenty_orders_get_their_money_and_one_letter_each():
    world = World()
    paid = [world.placed_and_paid() for _ in range(15)]
    unpaid = [world.opened(world.place()) for _ in range(5)]
    cancel(world)
    settle(world)
    for order in paid:
        after = world.orders.get(order.id)
        assert (after.cancelled_cause, after.held.amount) == (Cause.SHOP_CANCELLED, 0)
        assert letters_of(world, order.id)[1:] == [Letter.REFUNDED]
    for order in unpaid:
        assert status(world.orders.get(order.id)) is Status.CANCELLED
        assert letters_of(world, order.id) == [Letter.CANCELLED]
    assert len(world.provider.closed) == 20 - 15
    assert counted(world, Cancelled) == 20
    assert counted(world, CreateRefundRequest) == 15
    size = len(world.stamps())
    settle(world)
    assert len(world.stamps()) == size


def test_nothing_is_sold_and_nothing_is_taken_up_again():
    world = World()
    late = world.opened(world.place())
    world.clock.forward(days=3)
    world.time_out(late)
    cancel(world)
    with pytest.raises(SellingStopped):
        world.place()
    world.pay(late)
    after = world.orders.follow(late.id, world.clock())
    assert not after.alive
    assert after.refund_pending == after.received


def stories(world: World) -> dict[UUID, Counter[str]]:
    """What stands in each order, apart from how letters went."""
    told: dict[UUID, Counter[str]] = {}
    for one in world.stamps():
        told.setdefault(one.stream, Counter())[type(one.stamp).__name__] += 1
    return told


class Mortal:
    """A ledger whose process dies before, or after, its n-th append."""

    def __init__(self, store: Any, *, at: int, after: bool) -> None:
        self._store, self.left, self._after = store, at, after

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def append(self, *appends: Any) -> Any:
        self.left -= 1
        if self.left == 0 and not self._after:
            raise Killed
        done = self._store.append(*appends)
        if self.left == 0:
            raise Killed
        return done


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_any_append_it_goes_on_and_does_nothing_twice(after):
    at, died = 0, True
    while died:
        at += 1
        world, died = World(), False
        for _ in range(3):
            world.placed_and_paid()
        world.opened(world.place())
        cancel(world)
        alive, world.orders._store = (
            world.orders._store,
            Mortal(world.store, at=at, after=after),
        )
        try:
            following_shop(world).run()
        except Killed:
            died = True
        world.orders._store = alive
        settle(world)
        assert counted(world, CreateRefundRequest) == 3
        assert counted(world, Cancelled) == 4
        refunds = Counter(one for one in world.provider.asks if "/refund/" in one)
        assert len(refunds) == 3
        for order in world.all_orders():
            assert not world.orders.get(order).held
            assert len([x for x in letters_of(world, order) if x is not Letter.PAID]) == 1
    assert at == 8  # four orders end, and three refunds are answered


def test_a_provider_that_does_not_answer_is_left_alone_for_a_while():
    time, world = FakeTime(), World()
    for _ in range(4):
        world.placed_and_paid()
    cancel(world)
    world.provider.silent = 1
    run = following_shop(world, rate=rate(time))
    assert run.run().done == 1
    assert run.run() == NOTHING
    time.now += 5
    assert run.run().done == 3


def test_the_rate_is_kept():
    time = FakeTime()
    world, calls = World(), rate(time, per_second=4)
    for _ in range(9):
        world.placed_and_paid()
    world.place()  # who has not paid costs no call
    cancel(world)
    following_shop(world, rate=calls).run()
    assert time.slept == pytest.approx(2.0)


def test_a_move_is_told_to_every_order_and_again_to_none():
    world = World()
    paid, unpaid = world.placed_and_paid(), world.opened(world.place())
    start = world.clock() + timedelta(days=80)
    world.shops.move(
        "winterfest",
        starts_at=start,
        reason=WHY,
        refunds_until=world.clock() + timedelta(days=20),
        actor="test",
        at=world.clock(),
    )
    later = world.placed_and_paid()
    settle(world)
    settle(world)
    assert counted(world, StartMoved) == 2
    assert {world.orders.get(one.id).starts_at for one in (paid, unpaid, later)} == {start}
    assert letters_of(world, paid.id) == [Letter.PAID, Letter.MOVED]
    assert letters_of(world, later.id) == [Letter.PAID]
    assert Letter.MOVED not in letters_of(world, unpaid.id)


def test_an_order_of_another_shop_is_left_alone():
    world = World()
    world.placed_and_paid()
    size = len(world.stamps())
    assert following_shop(world).run() == NOTHING
    assert len(world.stamps()) == size
    assert counted(world, Paid) == 1


@pytest.mark.slow
def test_five_hundred_orders_and_a_worker_that_dies_again_and_again():
    world = World()
    world.shops.import_shop(
        replace(shop_spec(world.clock()), quotas={"weekend": 1_000}),
        actor="test",
        at=world.clock(),
    )
    for number in range(500):
        _ = world.placed_and_paid() if number % 5 else world.opened(world.place())
    cancel(world)
    alive, deaths = world.orders._store, 0
    while True:
        world.orders._store = Mortal(world.store, at=37 + deaths % 7, after=bool(deaths % 2))
        try:
            following_shop(world).run()
        except Killed:
            deaths += 1
        else:
            break
    world.orders._store = alive
    settle(world)
    assert deaths > 10
    assert counted(world, Cancelled) == 500
    assert counted(world, CreateRefundRequest) == 400
    assert len({one for one in world.provider.asks if "/refund/" in one}) == 400
    for order in world.all_orders():
        assert not world.orders.get(order).held
        assert len([x for x in letters_of(world, order) if x is not Letter.PAID]) == 1
