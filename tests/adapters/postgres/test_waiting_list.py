"""Many at once on PostgreSQL: whoever waits is served first, one by one, never oversold."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest

from adapters.postgres.ledger.recorder import PostgresStampRecorder
from ledger.audit.streams import State, begun, evolved
from ledger.audit.verify import verify
from ledger.kernel.refusals import Refusal
from ledger.order.commands import CancelUnpaid
from ledger.order.stamps import OrderPlaced
from ledger.shop.stamps import line_id, shop_id
from ledger.waiting_list.stamps import Leaving, PlaceUsed
from tests.adapters.worker.reactors.test_waiting_list import WAITS, WEEKEND, Line
from tests.kits.worlds import World

LINE = line_id(shop_id("winterfest"), "weekend")
CAPACITY, THREADS, STEPS = 5, 4, 14
ACTS = ("join", "join", "buy", "buy", "cancel", "cancel", "worker", "worker", "turn", "leave")


@pytest.fixture
def line(database: Any) -> Iterator[Line]:
    def recorder(clock: Any) -> PostgresStampRecorder:
        return PostgresStampRecorder(database.app, clock=clock)

    line = Line(World(WAITS, make=recorder))
    yield line
    line.world.close()


def one_of_many(line: Line, number: int) -> None:
    """Somebody who joins, leaves, buys in the open sale or their turn, cancels, or is a worker."""
    chance, world = Random(number), line.world
    for step in range(STEPS):
        name = f"{number}/{step}"
        try:
            match chance.choice(ACTS):
                case "join":
                    line.join(f"{number}-{step}", chance.randint(1, 3))
                case "buy":
                    world.place(name, ("weekend", chance.randint(1, 2)))
                case "cancel":
                    orders = [one for one in line.views.orders_placed() if one.alive]
                    at = world.clock.pass_(days=4)
                    wish = CancelUnpaid(correlation_id=uuid4(), actor="worker", at=at)
                    world.orders.handle(chance.choice(orders).id, wish)
                case "worker":
                    line.passes()
                case word:
                    place = chance.choice(line.views.places("winterfest"))
                    if word == "leave":
                        line.list.leave(place.stream, Leaving.LINK, actor="visitor")
                    else:
                        command = world.order_command(name, ("weekend", place.quantity))
                        used = line.list.used_by(place.stream, command.order, command.at)
                        world.orders.place("winterfest", command, beside=used)
        except (Refusal, IndexError):
            continue


def past_the_line(world: World) -> list[int]:
    """Positions of orders in the open sale that took what those who waited could have had."""
    states: dict[UUID, State] = {}
    held, waiting, found = 0, 0, list[int]()
    feed = [*world.store.feed(0, limit=100_000)]
    used = {one.stamp.order for one in feed if isinstance(one.stamp, PlaceUsed)}
    for one in feed:
        before = states.get(one.stream) or begun(one)
        states[one.stream] = after = evolved(before, one)
        had, has = (getattr(state, "seats", {}) for state in (before, after))
        free = CAPACITY - held
        held += sum(has.get(WEEKEND, (0, 0))) - sum(had.get(WEEKEND, (0, 0)))
        waiting += sum(has.get(LINE, (0, 0))) - sum(had.get(LINE, (0, 0)))
        assert held <= CAPACITY, one.position
        in_open_sale = isinstance(one.stamp, OrderPlaced) and one.stream not in used
        if in_open_sale and CAPACITY - held < min(free, waiting):
            found.append(one.position)
    return found


def test_whatever_comes_together_nobody_is_passed_by_and_nothing_sold_twice(line: Line):
    with ThreadPoolExecutor(THREADS) as pool:
        for work in [pool.submit(one_of_many, line, number) for number in range(THREADS)]:
            work.result()
    line.join("somebody-still-waits")
    for order in [one for one in line.views.orders_placed() if one.alive]:
        line.free(order)
    line.passes()
    stamps = [type(one.stamp).__name__ for one in line.world.store.feed(0, limit=100_000)]
    assert {"PlaceTaken", "PlaceOffered", "OrderPlaced"} <= {*stamps}
    assert verify(line.world.store.stored()) == ()
    assert past_the_line(line.world) == []
    totals = line.world.recorder.read_seat_totals(10**9)
    assert totals[WEEKEND][1] + totals[WEEKEND][2] <= CAPACITY


def test_of_many_who_join_with_one_address_one_place_is_made_and_one_hold_bought_once(line: Line):
    with ThreadPoolExecutor(THREADS) as pool:
        places = [*pool.map(lambda _: line.join("ada", 2), range(THREADS))]
    assert len({one.id for one in places}) == 1
    line.free()
    with ThreadPoolExecutor(THREADS) as pool:
        assert [*pool.map(lambda _: line.passes(), range(THREADS))] == [None] * THREADS
    assert line.totals([WEEKEND])[WEEKEND][1] == 2

    def buy(name: str) -> str:
        command = line.world.order_command(name, ("weekend", 2))
        used = line.list.used_by(places[0].id, command.order, command.at)
        try:
            line.world.orders.place("winterfest", command, beside=used)
        except Refusal as refusal:
            return type(refusal).__name__
        return "bought"

    with ThreadPoolExecutor(THREADS) as pool:
        told = sorted(pool.map(buy, map(str, range(THREADS))))
    assert told == ["HoldOver"] * (THREADS - 1) + ["bought"]
    subjects = [one for one, _ in line.mail.delivered if "your turn" in one]
    assert len(subjects) == 1, "one letter, however many workers look at once"
