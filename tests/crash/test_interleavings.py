"""Two writers, a reader and a projector, their statements in every order there is."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from random import Random
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from adapters.keys.key_ring import Keyring
from adapters.postgres.ledger.recorder import PostgresStampRecorder
from adapters.postgres.views.owner import OwnedViews
from adapters.store.ledger import StampLedger
from adapters.worker.projector.projector import Projector
from ledger.kernel.events import Draft
from ledger.kernel.store import Append, Appended, NoRoom, SeatChange
from projections.all import PROJECTIONS
from projections.engine.derive import Poison
from tests.contract.test_stamp_recorder import recomputed
from tests.crash.stepping import Actor, Stage
from tests.kits.examples import every
from tests.kits.histories import placed

# Where the writers may be interrupted when others take turns with them.
WRITING = frozenset({"begin", "insert_stamps", "commit"})
DECIDING = WRITING | {"take_turn", "confirm", "read_head"}
# Where the projector may be: before it reads, before it writes, before it commits.
MOVING = frozenset({"read_plain_positions", "read_positions", "begin", "commit"})
OVERTAKEN = frozenset({"confirm: 40001"})
# Who guesses that its news are new learns from the database that they stand there.
STANDING = OVERTAKEN | {"insert_stamps: 23505"}
MOST = 5_000
UNPAID = PROJECTIONS["unpaid"]


class Troupe:
    """The actors' ledgers, each on its own connections, and what must hold after each order."""

    def __init__(self, url: str) -> None:
        self.url, self._stack = url, ExitStack()
        self.ledger = self.opened(url)
        self.size = 0

    def opened(self, url: str) -> StampLedger:
        recorder = PostgresStampRecorder(url, readers=1)
        keyring = Keyring(bytes(32), ledger=recorder.ledger_id, store=recorder.keys)
        made = StampLedger(recorder, keyring=keyring)
        self._stack.callback(made.close)
        return made

    def writer(self, name: str, cuts: frozenset[str], make: Callable[[], Append]) -> Actor:
        actor = Actor(name, self.url, cuts)
        ledger = self.opened(actor.wire.url)
        actor.task = lambda: ledger.append(make())[0]
        return actor

    def reader(self, *, times: int) -> Actor:
        """Goes on from where it was; a hole would be an error."""
        actor = Actor("reader", self.url)
        ledger, seen = self.opened(actor.wire.url), list[int]()

        def read() -> list[int]:
            for _ in range(times):
                seen.extend(one.position for one in ledger.feed(len(seen), limit=100))
            return [*seen]

        actor.task = read
        return actor

    def projector(self, *, times: int) -> Actor:
        actor = Actor("projector", self.url, MOVING)
        ledger = self.opened(actor.wire.url)
        owned = OwnedViews.take(actor.wire.url, "projections", projections=[UNPAID])
        assert owned is not None
        self._stack.callback(owned.close)
        moving = Projector(ledger, owned, on_poison=unexpected)
        actor.task = lambda: sum(moving.run_once() for _ in range(times))
        return actor

    def grew(self, count: int) -> bool:
        self.size += count
        return self.ledger.head()[0] == self.size

    def stage(self, actors: Sequence[Actor], **options: Any) -> Stage:
        made = Stage(actors, watch=self.url, **options)
        self._stack.callback(made.close)
        return made

    def root_is_that_of_the_rows(self) -> bool:
        rows = PostgresStampRecorder(self.url).read_positions(0, limit=1_000_000)
        return self.ledger.head() == (len(rows), recomputed(rows, self.ledger.ledger_id))

    def close(self) -> None:
        self._stack.close()


@pytest.fixture
def troupe(database) -> Iterator[Troupe]:
    made = Troupe(database.app)
    yield made
    made.close()


def order(*seats: SeatChange, cause: UUID | None = None, stream: UUID | None = None) -> Append:
    at = stream or uuid4()
    draft = Draft(stream=at, stamp=placed(), correlation_id=cause or uuid4(), actor="test")
    return Append(drafts=[draft], expected={at: 0}, seats=seats)


def unexpected(poison: Poison) -> None:
    raise AssertionError(poison)


def only_overtaken(*actors: Actor, allowed: frozenset[str] = OVERTAKEN) -> bool:
    """Under the lock no statement fails, but for a guess of somebody who was overtaken."""
    return {one for actor in actors for one in actor.stepper.refused} <= allowed


def acquainted(*actors: Actor) -> None:
    """Each has just committed twice in a row, and remembers it; the first was overtaken since."""
    for actor in actors:
        for _ in range(2):
            actor.task()


EVERY = 2_000


def orders_of(stage: Stage, some: int) -> Iterator[tuple[list[str], list[Any]]]:
    """So many by chance, the same ones each time, in the fast suite; else every one."""
    if every(2) > 1:
        return stage.orders_by(Random(2).randrange, count=some)
    return stage.every_order(most=EVERY)


@pytest.mark.parametrize("strangers", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_two_writers_in_every_order_of_their_statements(troupe: Troupe, strangers: bool) -> None:
    writers = [troupe.writer(name, frozenset(), order) for name in ("one", "other")]

    def overtaken_by_a_third() -> None:
        for actor in writers:
            troupe.ledger.append(order())
            actor.task()
        troupe.ledger.append(order())

    prepare = overtaken_by_a_third if strangers else lambda: acquainted(*writers)
    orders = set()
    stage = troupe.stage(writers, prepare=prepare)
    for steps, outcomes in orders_of(stage, 40):
        orders.add(tuple(steps))
        assert only_overtaken(*writers), steps
        assert troupe.grew(7 if strangers else 6), steps
        positions = {one.recorded[0].position for one in outcomes}
        assert positions == {troupe.size - 1, troupe.size}, steps
    assert troupe.root_is_that_of_the_rows()
    print(f"{len(orders)} orders of two writers")
    assert len(orders) > (30 if every(2) > 1 else 50)


def test_the_last_seat_is_sold_once_in_every_order(troupe: Troupe) -> None:
    quotas = [uuid4()]

    def one_seat() -> Append:
        return order(SeatChange(quota=quotas[-1], held=1))

    writers = [troupe.writer(name, DECIDING, one_seat) for name in ("one", "other")]

    def one_seat_is_left() -> None:
        quotas.append(uuid4())
        troupe.ledger.append(order(SeatChange(quota=quotas[-1], capacity=5)))
        acquainted(*writers)

    stage = troupe.stage(writers, prepare=one_seat_is_left)
    for steps, outcomes in orders_of(stage, 20):
        assert only_overtaken(*writers), steps
        assert {type(one) for one in outcomes} == {Appended, NoRoom}, steps
        assert troupe.grew(6)


def test_the_same_news_is_stamped_once_in_every_order(troupe: Troupe) -> None:
    told: list[Append] = []

    def the_newest() -> Append:
        return told[-1] if told else order()

    writers = [troupe.writer(name, DECIDING, the_newest) for name in ("one", "other")]

    def something_happened() -> None:
        told.clear()
        acquainted(*writers)
        told.append(order())

    stage = troupe.stage(writers, prepare=something_happened)
    for steps, outcomes in orders_of(stage, 20):
        assert only_overtaken(*writers, allowed=STANDING), steps
        assert sorted(one.repeated for one in outcomes) == [False, True], steps
        assert outcomes[0].recorded == outcomes[1].recorded
        assert troupe.grew(5)


class Company:
    """Two writers, a reader and a projector, and an onlooker after every step."""

    def __init__(self, troupe: Troupe, *, times: int) -> None:
        self._troupe = troupe
        writers = [troupe.writer(name, WRITING, order) for name in ("one", "other")]
        self.actors = [*writers, troupe.reader(times=times), troupe.projector(times=times)]
        self._onlooker = psycopg.connect(troupe.url, autocommit=True)
        self.stage = troupe.stage(
            self.actors,
            prepare=lambda: acquainted(*self.actors),
            each=self.rows_are_of_the_checkpoint,
        )

    def rows_are_of_the_checkpoint(self) -> None:
        """Every stamp is an order of its own, and each order has one row."""
        ((rows, position),) = self._onlooker.execute(
            "select (select count(*) from views.unpaid), max(position) from views.steps"
        ).fetchall()
        assert rows == position

    def judge(self, steps: list[str], given: list[Any]) -> None:
        one, other, seen, moved = given
        assert only_overtaken(*self.actors), steps
        assert self._troupe.grew(6), steps
        assert {type(one), type(other)} == {Appended}
        assert seen == [*range(1, len(seen) + 1)], steps
        assert self._troupe.size - 2 <= len(seen) <= self._troupe.size
        assert moved in (0, 1, 2)

    def close(self) -> None:
        self._onlooker.close()
        assert self._troupe.root_is_that_of_the_rows()


def test_all_four_in_some_orders(troupe: Troupe) -> None:
    company = Company(troupe, times=4)
    choose = Random(4).randrange
    orders, moved = set(), 0
    for steps, given in company.stage.orders_by(choose, count=30):
        company.judge(steps, given)
        orders.add(tuple(steps))
        moved += given[-1]
    company.close()
    assert len(orders) > 25
    assert moved > 10


@pytest.mark.slow
def test_all_four_in_every_order(troupe: Troupe) -> None:
    company = Company(troupe, times=1)
    orders = 0
    for steps, given in company.stage.every_order(most=MOST):
        company.judge(steps, given)
        orders += 1
    company.close()
    print(f"{orders} orders of all four")
    assert orders < MOST
