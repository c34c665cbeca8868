"""kill -9 of every process around every statement: nothing acknowledged is lost, nothing is torn.

The table's rows are works, its columns victims, its cells the statements of the work and what it
says to the mail server: these are written down in a rehearsal, so that a statement that is added
is killed at, too.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from uuid import UUID

import psycopg
import pytest

from adapters.embedded_postgres import EmbeddedPostgres
from adapters.keys.key_ring import Keyring
from adapters.postgres.ledger.recorder import PostgresStampRecorder
from adapters.store.ledger import StampLedger
from adapters.worker.projector.views import differences
from ledger.audit.verify import verify
from ledger.cases.stamps import CaseOpened
from ledger.kernel.erasure import Erased
from ledger.kernel.money import Money
from ledger.order.stamps import Cancelled, Cause, CreateRefundRequest, OrderPlaced, Paid
from ledger.shop.shop import spec_of
from ledger.shop.stamps import ChangeExplained, ShopCancelled
from ledger.till.stamps import SaleRung
from ledger.waiting_list.place import PlaceState
from ledger.waiting_list.service import WaitingList
from ledger.waiting_list.stamps import PlaceOffered
from tests.crash.crew import (
    HOUSEHOLD,
    KILLED,
    Crew,
    Point,
    Rehearsal,
    Trap,
    named,
    postmaster_of,
)
from tests.crash.driver import AWAY, ORDERS, Job, world_at
from tests.crash.postbox import Nobody, Postbox
from tests.crash.product_works import (
    NOBODYS,
    PAID_WITH,
    PERSON,
    PRODUCT_WORKS,
    changed,
    invited,
    over,
    paid_by_transfer,
    product_at,
)
from tests.crash.wire import Gate, Wire
from tests.kits.databases import copied_database, hasty, migrated_template
from tests.kits.examples import every
from web.actions.persons import holdings_of

PLACED = 3
TRIES = 5
AFTER_THE_LEASE = 10
LONG_AFTER = 60

# What every work must be seen to send, lest the wire grew blind.
SENDS = {
    "append": {"begin", "take_turn", "insert_stamps", "insert_commit", "insert_seat_totals"}
    | {"insert_numbers", "insert_keys", "commit"},
    "project": {"views_claim_epoch", "views_insert_step", "commit"},
    "rebuild": {"views_begin_rebuild", "views_hold_owner", "views_swap_in", "commit"},
    "letters": {"insert_stamps", "insert_numbers", "commit"}
    | {"smtp mail", "smtp rcpt", "smtp data", "smtp end of letter"},
    "letters_together": {"insert_stamps", "commit", "smtp end of letter"},
    "part": {"insert_stamps", "insert_seat_totals", "commit"},
    "called_off": {"insert_stamps", "insert_seat_totals", "commit"},
    "news": {"insert_stamps", "insert_payments", "inbox_keep", "commit"},
    "sale": {"insert_stamps", "insert_seat_totals", "insert_numbers", "insert_keys", "commit"},
    "offer": {"insert_stamps", "insert_seat_totals", "insert_keys", "commit"},
    "erase": {"insert_stamps", "commit"},
    "erase_due": {"insert_stamps", "commit"},
    "statement": {"insert_stamps", "inbox_keep", "commit"},
    "shop_file": {"insert_stamps", "insert_seat_totals", "commit"},
}
TEMPLATES = {
    "rebuild": "projected",
    "part": "pairs",
    "news": "unpaid",
    "erase": "over",
    "erase_due": "over",
    "statement": "transfers",
}
# Letters that went out and are not stamped: one, or all that share a commit.
UNSTAMPED = {"letters": 1, "letters_together": PLACED}


@dataclass
class Scene:
    """A server that may be killed, templates to begin from, a mail server that lives."""

    server: EmbeddedPostgres
    crew: Crew
    postbox: Postbox
    count: int = 0

    def fresh(self, work: str) -> str:
        """A new database, as the work finds it; its name."""
        self.count += 1
        name = f"crash_{self.count}"
        copied_database(self.server, name, template=TEMPLATES.get(work, "placed"))
        return name

    def job(self, work: str, name: str, *, minutes: int = 0) -> Job:
        return Job(work=work, url=self.server.url(name), smtp=self.postbox.url, minutes=minutes)

    def drop(self, name: str) -> None:
        self.server.drop_database(name)


@pytest.fixture(scope="module")
def scene(request, tmp_path_factory) -> Iterator[Scene]:
    home = tmp_path_factory.mktemp("crash")
    server = EmbeddedPostgres(home, version=request.config.getoption("--postgres"))
    server.start()
    hasty(server)
    postbox, crew = Postbox(), Crew()
    try:
        made = Scene(server, crew, postbox)
        prepare(made)
        yield made
    finally:
        crew.close()
        postbox.close()
        server.destroy()


def prepare(scene: Scene) -> None:
    """Paid orders, whose letters are due; the same with all projections written; and of pairs."""
    empty = migrated_template(scene.server)
    scene.server.create_database("placed", template=empty)
    with world_at(scene.server.url("placed")) as world:
        for _ in range(PLACED):
            world.placed_and_paid()
    scene.server.create_database("pairs", template=empty)
    with world_at(scene.server.url("pairs")) as world:
        for _ in range(PLACED):
            world.placed_and_paid(quantity=2)
    scene.server.create_database("unpaid", template=empty)
    with world_at(scene.server.url("unpaid")) as world:
        for _ in range(PLACED):
            world.opened(world.place())
    scene.server.create_database("over", template=empty)
    with world_at(scene.server.url("over")) as world:
        over(world, PLACED)
    scene.server.create_database("transfers", template=empty)
    with world_at(scene.server.url("transfers")) as world:
        for _ in range(PLACED):
            world.place()
    scene.server.create_database("projected", template="placed")
    for name in ("projected", "over", "transfers"):
        assert scene.crew.run(scene.job("project", name))[0] == 0
    with product_at(scene.server.url("over")) as parts:
        invited(parts)
    with product_at(scene.server.url("transfers")) as parts:
        paid_by_transfer(parts)


def rehearse(scene: Scene, work: str) -> list[Point]:
    """Every point of a work, in order."""
    name, gate = scene.fresh(work), Rehearsal()
    ended, _ = watched(scene, work, name, gate)
    scene.drop(name)
    assert ended == 0
    assert {point.name for point in gate.points} >= SENDS[work]
    return gate.points


def watched(scene: Scene, work: str, name: str, gate: Gate) -> tuple[int, list[str]]:
    """How a work ended, and what it told, with a gate at its database and at the mail server."""
    wire = Wire(scene.server.url(name), gate)
    scene.postbox.gate = gate
    try:
        return scene.crew.run(replace(scene.job(work, name), url=wire.url))
    finally:
        scene.postbox.gate = Nobody()
        wire.close()


def around_commits(points: list[Point]) -> list[Point]:
    return [one for one in points if one.name == "commit"]


def around_writing(points: list[Point]) -> list[Point]:
    """Around the first and the last commit and the second letter, before some inserts."""
    inserts = [one for one in points if "insert" in one.name and not one.after]
    commits = around_commits(points)
    letters = [one for one in points if one.name == "smtp end of letter" and one.nth == 2]
    more = [inserts[0], *commits[2:][-2:-1]] if every(2) == 1 else []
    return [inserts[-1], *commits[:2], *commits[2:][-1:], *letters, *more]


def around_the_first(points: list[Point]) -> list[Point]:
    """Before the last insert, and between the first commit and its answer: the whole is slow."""
    inserts = [one for one in points if "insert" in one.name and not one.after]
    return [inserts[-1], around_commits(points)[1]]


def can_die(victim: str, point: Point) -> bool:
    """What is said to the mail server, only the client says.

    A server cannot tell whether a statement's answer was read before the next one came.
    """
    if victim == "client":
        return True
    return not point.name.startswith("smtp") and (not point.after or point.name == "commit")


def works_at(scene: Scene, work: str, *, victim: str, point: Point) -> None:
    """One cell of the table. Its name is shown when it fails."""
    print(f"{work}: {victim} killed {point}", flush=True)
    tries = (tried_at(scene, work, victim=victim, point=point) for _ in range(TRIES))
    assert any(tries), "the work never came to this point"


def may_end(work: str) -> tuple[int, ...]:
    """How a client ends whose server was killed; a command says that the ledger is away."""
    if work == "rebuild":
        return 0, 1
    return (0, AWAY) if work in PRODUCT_WORKS else (0,)


def tried_at(scene: Scene, work: str, *, victim: str, point: Point) -> bool:
    """Whether it came so far: what shared a commit by chance needs fewer than in rehearsal."""
    name = scene.fresh(work)
    scene.postbox.letters.clear()
    trap = Trap(point, victim, scene.crew, scene.server)
    ended, told = watched(scene, work, name, trap)
    if trap.sprung:
        assert ended == KILLED if victim == "client" else ended in may_end(work)
        Afterwards(scene, name, work, told, killed=ended == KILLED).all_is_well()
    scene.drop(name)
    return trap.sprung


@dataclass
class Afterwards:
    """What must hold after a kill, and after somebody went on."""

    scene: Scene
    name: str
    work: str
    told: list[str]
    killed: bool

    def all_is_well(self) -> None:
        url = self.scene.server.url(self.name)
        recorder = PostgresStampRecorder(url, readers=1)
        keyring = Keyring(bytes(32), ledger=recorder.ledger_id, store=recorder.keys)
        ledger = StampLedger(recorder, keyring=keyring)
        try:
            self.nothing_is_lost(ledger)
            getattr(self, f"after_{self.work}")(ledger, url)
            assert verify(ledger.stored()) == ()
        finally:
            ledger.close()

    def nothing_is_lost(self, ledger: StampLedger) -> None:
        """Acknowledged is stored; at most the one that was under way stands untold."""
        feed = ledger.feed(0, limit=10_000)
        kind, before = (Paid, 0) if self.work == "news" else (OrderPlaced, PLACED)
        orders = [str(one.stream) for one in feed if isinstance(one.stamp, kind)][before:]
        assert orders[: len(self.told)] == self.told
        assert len(orders) - len(self.told) in ((0, 1) if self.killed else (0,))
        assert verify(ledger.stored()) == ()

    def after_append(self, ledger: StampLedger, url: str) -> None:
        if not self.killed:
            assert len(self.told) == ORDERS
        ended, more = self.scene.crew.run(self.scene.job("append", self.name))
        assert (ended, len(more)) == (0, ORDERS)

    def after_project(self, ledger: StampLedger, url: str) -> None:
        rows_and_checkpoint_agree(ledger, url)
        self.go_on("project")
        assert [*differences(ledger, url)] == []

    def after_rebuild(self, ledger: StampLedger, url: str) -> None:
        assert [*differences(ledger, url)] == []
        self.go_on("rebuild")
        assert [*differences(ledger, url)] == []

    def after_letters(self, ledger: StampLedger, url: str) -> None:
        taken = len(self.scene.postbox.taken)
        states = letter_states(url)
        self.go_on("letters", AFTER_THE_LEASE)
        self.go_on("letters", LONG_AFTER)
        assert letter_states(url) == Counter(sent=PLACED)
        twice = Counter(self.scene.postbox.taken)
        assert len(twice) == PLACED
        # Sent twice, under the same Message-ID, is only what was sent and not yet stamped.
        unstamped = taken - states["sent"]
        assert sum(twice.values()) == PLACED + unstamped
        assert 0 <= unstamped <= (UNSTAMPED[self.work] if self.killed else 0)

    after_letters_together = after_letters

    def after_part(self, ledger: StampLedger, url: str) -> None:
        """Whoever goes on finishes what was begun: each part once, its money and seats once."""
        self.go_on("part")
        self.go_on("part")
        with world_at(url) as world:
            orders = [world.orders.get(order) for order in world.all_orders()]
        assert len(orders) == PLACED
        for order in orders:
            assert order.alive
            assert [line.quantity for line in order.lines] == [1]
            assert len(order.refunds) == len(order.amendments) == len(order.freed) == 1
            assert [*order.seats.values()] == [(0, 1)]
            assert order.refunded + order.refund_pending == order.due

    def after_news(self, ledger: StampLedger, url: str) -> None:
        """No stamp without its message, and none that waits; told again, nothing comes twice."""
        kept = messages(url)
        paid = [one for one in ledger.feed(0, limit=10_000) if isinstance(one.stamp, Paid)]
        assert kept == {one.evidence: "done" for one in paid}
        self.go_on("news")
        paid = [one for one in ledger.feed(0, limit=10_000) if isinstance(one.stamp, Paid)]
        assert len({one.stream for one in paid}) == len(paid) == PLACED
        assert messages(url) == {one.evidence: "done" for one in paid}

    def after_called_off(self, ledger: StampLedger, url: str) -> None:
        """Whoever goes on finishes it: each order has one decision, one refund, and no seats."""
        self.go_on("called_off", AFTER_THE_LEASE)
        self.go_on("called_off", LONG_AFTER)
        decided: Counter[tuple[UUID, type]] = Counter()
        for one in ledger.feed(0, limit=10_000):
            if isinstance(one.stamp, Cancelled | CreateRefundRequest | ShopCancelled):
                decided[one.stream, type(one.stamp)] += 1
        assert {*decided.values()} == {1}
        assert len(decided) == 1 + 2 * PLACED
        with world_at(url) as world:
            orders = [world.orders.get(order) for order in world.all_orders()]
        for order in orders:
            assert order.cancelled_cause is Cause.SHOP_CANCELLED
            assert not order.seats
            assert order.refunded + order.refund_pending == order.received
            assert not [*order.unanswered_refunds()]

    def after_sale(self, ledger: StampLedger, url: str) -> None:
        """Whoever presses again has the sale that stands: no seat lost, nothing sold twice."""
        self.go_on("sale")
        feed = [one.stamp for one in ledger.feed(0, limit=10_000)]
        rung = [one for one in feed if isinstance(one, SaleRung)]
        assert len({one.order for one in rung}) == len(rung) == ORDERS
        with world_at(url) as world:
            orders = [world.orders.get(one.order) for one in rung]
        assert [len(one.valid_tickets) for one in orders] == [1] * ORDERS
        assert [[*one.seats.values()] for one in orders] == [[(0, 1)]] * ORDERS
        assert [one.held for one in orders] == [one.amount for one in rung]
        assert len([*self.all_orders(ledger)]) == PLACED + ORDERS

    def after_offer(self, ledger: StampLedger, url: str) -> None:
        """Whoever looks again finds the seat held, once."""
        self.go_on("offer")
        self.go_on("offer", AFTER_THE_LEASE)
        feed = ledger.feed(0, limit=10_000)
        (offered,) = [one for one in feed if isinstance(one.stamp, PlaceOffered)]
        place = WaitingList(ledger).get(offered.stream)
        assert place.state is PlaceState.HELD
        assert [*place.seats.values()] == [(1, 0)]

    def after_erase(self, ledger: StampLedger, url: str) -> None:
        """All of the person or nothing; then all, once, and no copy of it anywhere beside."""
        assert len(erasures(ledger)) in (0, PLACED)
        self.go_on(self.work)
        self.go_on(self.work)
        assert erasures(ledger) == Counter(self.all_orders(ledger))
        with product_at(url) as parts:
            found = holdings_of(parts, PERSON)
            assert not found.readable
            assert not (found.held and self.work == "erase")
            assert all(
                one.terms.customer is None for one in map(parts.orders.get, erasures(ledger))
            )
            assert parts.evidence is not None
            assert [*parts.evidence.faults(ledger.head()[0])] == []
        self.go_on("project")
        assert [*differences(ledger, url)] == []

    def after_erase_due(self, ledger: StampLedger, url: str) -> None:
        """The same in the ledger; an invitation that waits beside it ends by itself."""
        self.after_erase(ledger, url)

    def after_statement(self, ledger: StampLedger, url: str) -> None:
        """Each movement once: money of its order, or a case; and each with what the bank said."""
        self.go_on("statement")
        self.go_on("statement")
        feed = ledger.feed(0, limit=10_000)
        paid = [one for one in feed if isinstance(one.stamp, Paid)]
        amounts = [one.stamp.amount for one in feed if isinstance(one.stamp, Paid)]
        assert [one.amount for one in amounts] == [*PAID_WITH]
        assert len({one.stream for one in paid}) == len(paid)
        (case,) = [one for one in feed if isinstance(one.stamp, CaseOpened)]
        assert isinstance(case.stamp, CaseOpened)
        assert case.stamp.amount == Money(NOBODYS, "EUR")
        cited = {one.evidence: "done" for one in (*paid, case)}
        assert messages(url) == cited

    def after_shop_file(self, ledger: StampLedger, url: str) -> None:
        """The whole file or nothing of it; then the whole, and again changes nothing."""
        with product_at(url) as parts:
            before = parts.shops.newest("winterfest")
            wanted = changed(spec_of(before))
            assert len(before.products) in (1, 2)
            whole = len(before.products) == 2
            assert (spec_of(before) == wanted) is whole
        self.go_on("shop_file")
        size = ledger.head()
        self.go_on("shop_file")
        assert ledger.head() == size
        with product_at(url) as parts:
            after = parts.shops.newest("winterfest")
        assert spec_of(after) == wanted
        assert {one.slug: one.revision for one in after.products.values()} == {
            "weekend": 2,
            "day": 1,
        }
        told = [one.stamp for one in ledger.feed(0, limit=10_000)]
        assert sum(isinstance(one, ChangeExplained) for one in told) == 1

    def all_orders(self, ledger: StampLedger) -> Iterator[UUID]:
        feed = ledger.feed(0, limit=10_000)
        return (one.stream for one in feed if isinstance(one.stamp, OrderPlaced))

    def go_on(self, work: str, minutes: int = 0) -> None:
        ended, _ = self.scene.crew.run(self.scene.job(work, self.name, minutes=minutes))
        assert ended == 0


def erasures(ledger: StampLedger) -> Counter[UUID]:
    """How often each stream was erased."""
    feed = ledger.feed(0, limit=10_000)
    return Counter(one.stream for one in feed if isinstance(one.stamp, Erased))


def rows_and_checkpoint_agree(ledger: StampLedger, url: str) -> None:
    """Before anybody goes on: the projections are those of their checkpoint, whichever it is."""
    with psycopg.connect(url) as connection:
        ((begun,),) = connection.execute("select count(*) from views.checkpoints").fetchall()
    if begun:
        assert [*differences(ledger, url)] == []


def messages(url: str) -> dict[str, str]:
    """What became of each message, by its hash."""
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "select evidence_hash, state from ledger.inbox"
            " join working.inbox_marks on inbox_id = id order by state = 'done'"
        )
        return dict(found.fetchall())


def letter_states(url: str) -> Counter[str]:
    with world_at(url) as world:
        orders = [world.orders.get(order) for order in world.all_orders()]
    return Counter(posting.state for order in orders for posting in order.postings.values())


@pytest.mark.parametrize("work", SENDS)
def test_a_client_killed_around_what_it_writes(scene: Scene, work: str) -> None:
    chosen = around_the_first if work in PRODUCT_WORKS and every(2) > 1 else around_writing
    for point in chosen(rehearse(scene, work)):
        works_at(scene, work, victim="client", point=point)


@pytest.mark.parametrize("victim", ["backend", "postmaster", "power"])
def test_a_server_killed_around_a_commit(scene: Scene, victim: str) -> None:
    """Before it, before its answer arrives, and when the caller has been told."""
    points = rehearse(scene, "append")
    at = points.index(around_commits(points)[0])
    for point in points[at : at + 3]:
        works_at(scene, "append", victim=victim, point=point)


@pytest.mark.slow
@pytest.mark.parametrize("victim", ["client", "backend", "postmaster", "power"])
@pytest.mark.parametrize("work", SENDS)
def test_killed_at_every_statement(scene: Scene, work: str, victim: str) -> None:
    for point in rehearse(scene, work):
        if can_die(victim, point):
            works_at(scene, work, victim=victim, point=point)


@pytest.mark.slow
@pytest.mark.parametrize("victim", HOUSEHOLD)
@pytest.mark.parametrize("work", SENDS)
def test_the_servers_own_processes_killed_around_commits(
    scene: Scene, work: str, victim: str
) -> None:
    if not named(postmaster_of(scene.server).children(), victim):
        pytest.skip(f"this server has no {victim}")
    for point in around_commits(rehearse(scene, work)):
        works_at(scene, work, victim=victim, point=point)
