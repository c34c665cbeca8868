"""One batch in one transaction: a trip to ask and one to commit, or one if nobody interfered."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from json import dumps
from uuid import UUID

from adapters.postgres.ledger.binary import bigint, bigints, byteas, digest, moment, texts, uuids
from adapters.postgres.ledger.messages import binary_columns_of
from adapters.postgres.ledger.pipeline import Ask, Exchange, Rows
from adapters.postgres.ledger.rows import stamp_row
from adapters.store.append_conditions import Decided, decide
from adapters.store.known_state import Head, Known, Seats, Touched, identities_of, touched
from adapters.store.recorder import ERASED, Committed, PreparedAppend
from adapters.store.rows import Identity, StampRow
from ledger.proof.merkle import Frontier

_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Guess:
    """What may be committed by these statements if the ledger ends at `head`.

    They confirm that, and that the streams stand as the appends expect.
    """

    head: Head
    decided: Decided
    asks: Sequence[Ask]


@dataclass(slots=True)
class Remembered:
    """The ledger as the last commit over one connection left it.

    It is a guess, because others commit too: the database confirms it in the transaction that
    builds on it. Where others were faster it is not `trusted` until nobody was, so that
    processes that take turns ask at once.
    """

    head: Head = field(default=Head())
    seats: dict[UUID, Seats] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    trusted: bool = False
    _foreseen: tuple[Sequence[PreparedAppend], Guess | None] = ((), None)

    def known(self, appends: Sequence[PreparedAppend], about: Touched) -> Known | None:
        """What stands in the database if every append is right; None if that takes asking."""
        versions: dict[UUID, int] = {}
        for append in appends:
            for stream, expected in append.expected.items():
                versions.setdefault(stream, expected)
        if (
            not self.trusted
            or not self.head.frontier.size
            or not versions.keys() >= about.streams
            or not self.seats.keys() >= about.quotas
            or not self.numbers.keys() >= about.series
        ):
            return None
        return Known(
            head=self.head,
            versions=versions,
            identities={},
            seats={quota: self.seats[quota] for quota in about.quotas},
            numbers={series: self.numbers[series] for series in about.series},
        )

    def committed(self, decided: Decided) -> None:
        """This is committed on top of what was remembered, or will be if the guess is right."""
        self.head = decided.head
        self.seats.update(decided.seats)
        self.numbers.update(decided.numbers)
        if len(self.seats) + len(self.numbers) > _MOST:
            self.seats.clear()
            self.numbers.clear()

    def foresee(self, appends: Sequence[PreparedAppend], guess: Guess | None) -> None:
        """What comes next is decided already, if all goes well."""
        self._foreseen = appends, guess

    def foreseen(self, appends: Sequence[PreparedAppend]) -> Guess | None:
        """What was decided about these very appends, if the ledger ends where it builds on."""
        (given, guess), self._foreseen = self._foreseen, ((), None)
        holds = guess is not None and given is appends and guess.head is self.head
        return guess if holds else None

    def learn(self, known: Known, decided: Decided) -> None:
        """What was found by asking, and then committed."""
        ours = known.head == self.head
        if not ours:
            self.seats.clear()
            self.numbers.clear()
        self.trusted = ours and decided.fresh
        self.seats.update(known.seats)
        self.numbers.update(known.numbers)
        self.committed(decided)


class Memory:
    """What is remembered belongs to one connection: the next may lead to another server."""

    def __init__(self) -> None:
        self._connection: object = None
        self._remembered = Remembered()

    def of(self, connection: object) -> Remembered:
        """What was committed over this connection, if it is the latest; else nothing yet."""
        if connection is not self._connection:
            self._connection, self._remembered = connection, Remembered()
        return self._remembered


_HASH = 32


class LedgerCorrupt(Exception):
    """The head of the ledger contradicts itself."""


def guess_batch(
    appends: Sequence[PreparedAppend], remembered: Remembered, *, ledger: UUID, now: datetime
) -> Guess | None:
    """Decide without asking; None if too little is remembered, or not all would be accepted.

    To refuse takes the truth, and so does to find what stands there already.
    """
    known = remembered.known(appends, touched(appends))
    if known is None:
        return None
    confirm = _confirmation(known)
    try:
        decided = decide(appends, known, ledger=ledger, now=now)
    except Exception:
        # A caller's order may be older than the seats we remember: what must hold of the truth
        # need not hold of a guess. If it is wrong of the truth too, that is told when it is asked.
        return None
    return Guess(known.head, decided, [confirm, *_inserts(decided)]) if decided.fresh else None


def commit_guess(
    exchange: Exchange, guess: Guess, *, machine: datetime, meanwhile: Callable[[], object]
) -> None:
    """All in one round trip. Raises `SerializationFailure` or `UniqueViolation` if it was wrong."""
    exchange.ask(*_beginning(machine), *guess.asks, meanwhile=meanwhile)


def decide_batch(
    exchange: Exchange,
    appends: Sequence[PreparedAppend],
    *,
    ledger: UUID,
    clock: Callable[[], datetime],
    machine: datetime,
    meanwhile: Callable[[], object],
) -> tuple[Known, Decided]:
    """Begin, wait for our turn, ask for all that is touched, decide.

    `machine`: what time it is on this machine, which must be what it is at the database.
    """
    beginning = _beginning(machine)
    questions = _questions(touched(appends), identities_of(appends))
    answers = exchange.ask(*beginning, *questions, meanwhile=meanwhile)
    answers = answers[len(beginning) :]
    found = {name: rows for (name, _), rows in zip(questions, answers, strict=True)}
    known = _known(found)
    return known, decide(appends, known, ledger=ledger, now=clock())


def insert_batch(exchange: Exchange, decided: Decided) -> None:
    """Insert what was decided, and commit."""
    exchange.ask(*_inserts(decided))


def undo(exchange: Exchange) -> None:
    """Leave a transaction in which a statement failed."""
    exchange.ask(("rollback", ()))


def stands(exchange: Exchange, decided: Decided) -> bool:
    """Whether a commit of unknown outcome was made. Waits for its transaction to end."""
    first = decided.rows[0].id
    *_, found, _ = exchange.ask(
        ("begin", ()), ("take_turn", ()), ("read_commit", [bigint(first)]), ("commit", ())
    )
    return [*found] == [(decided.head.root,)]


def replicate(exchange: Exchange) -> None:
    """Wait until everything that stands here is on the standby, too, if there must be one."""
    exchange.ask(("begin", ()), ("confirm_replicated", ()), ("commit", ()))


def _beginning(machine: datetime) -> tuple[Ask, ...]:
    return ("begin", ()), ("check_clock", [moment(machine)]), ("take_turn", ())


def _questions(about: Touched, identities: set[Identity]) -> list[Ask]:
    asks: list[Ask] = [("read_head", ()), ("read_versions", [uuids([*about.streams])])]
    if identities:
        causes, types, occurrences = zip(*identities, strict=True)
        asks.append(("read_identities", [uuids(causes), texts(types), texts(occurrences)]))
    if about.quotas:
        asks.append(("read_seats", [uuids([*about.quotas])]))
    if about.payments:
        asks.append(("read_payments", [uuids([*about.payments])]))
    if about.series:
        asks.append(("read_numbers", [texts([*about.series])]))
    return asks


def _known(found: dict[str, Rows]) -> Known:
    standing = map(stamp_row, found.get("read_identities", ()))
    return Known(
        head=_read_head(found["read_head"]),
        versions=dict(found["read_versions"]),
        identities={_identity(row): row for row in standing},
        seats={quota: Seats(*totals) for quota, *totals in found.get("read_seats", ())},
        numbers=dict(found.get("read_numbers", ())),
        payments=dict(found.get("read_payments", ())),
    )


def _identity(row: StampRow) -> tuple[UUID, str, str]:
    if row.correlation_id is None or row.occurrence is None:
        raise LedgerCorrupt(f"position {row.id} was found by an identity that it does not have")
    return row.correlation_id, row.topic, row.occurrence


def _read_head(found: Rows) -> Head:
    if not found:
        return Head()
    ((size, hashes, root, recorded_at),) = found
    starts = range(0, len(hashes), _HASH)
    frontier = Frontier(size, tuple(hashes[start : start + _HASH] for start in starts))
    if frontier.root() != root:
        raise LedgerCorrupt(f"the commit that ends at {size} has a root that is not its frontier's")
    return Head(frontier, recorded_at, root)


def _confirmation(known: Known) -> Ask:
    head, versions = known.head, known.versions
    assumed = uuids([*versions]), bigints([*versions.values()])
    return "confirm", (bigint(head.frontier.size), head.root, *assumed)


def _inserts(decided: Decided) -> list[Ask]:
    if decided.rows:
        return [_stamps(decided), _head(decided), *_totals(decided), ("commit", ())]
    # What stood here before may stand here alone: whoever is told of it again waits for it, too.
    repeated = any(isinstance(one, Committed) for one in decided.answers)
    return [*([("confirm_replicated", ())] if repeated else ()), ("commit", ())]


def _stamps(decided: Decided) -> Ask:
    rows = decided.rows
    return "insert_stamps", (
        bigint(rows[0].id - 1),
        moment(decided.head.recorded_at),
        uuids([row.originator_id for row in rows]),
        bigints([row.originator_version for row in rows]),
        texts([row.topic for row in rows]),
        uuids([row.correlation_id for row in rows]),
        texts([row.occurrence for row in rows]),
        byteas([row.binding for row in rows]),
        texts([dumps(dict(row.numbers)) if row.numbers else None for row in rows]),
        byteas([row.state for row in rows]),
        byteas([row.leaf for row in rows]),
    )


def _head(decided: Decided) -> Ask:
    rows, head = decided.rows, decided.head
    return "insert_commit", (
        bigint(rows[0].id),
        bigint(rows[-1].id),
        moment(head.recorded_at),
        b"".join(head.frontier.hashes),
        head.root,
    )


def _totals(decided: Decided) -> Iterator[Ask]:
    last, keys = bigint(decided.rows[-1].id), decided.keys
    if decided.seats:
        seats = decided.seats.values()
        capacities = bigints([one.capacity for one in seats])
        held, sold = bigints([one.held for one in seats]), bigints([one.sold for one in seats])
        yield "insert_seat_totals", (last, uuids([*decided.seats]), capacities, held, sold)
    if decided.numbers:
        drawn = bigints([*decided.numbers.values()])
        yield "insert_numbers", (last, texts([*decided.numbers]), drawn)
    if decided.payments:
        payments, holders = uuids([*decided.payments]), uuids([*decided.payments.values()])
        yield "insert_payments", (last, payments, holders)
    if keys:
        ids, subjects = uuids([key.key_id for key in keys]), uuids([key.subject for key in keys])
        wrapped, digests = [key.wrapped for key in keys], [digest(key.wrapped) for key in keys]
        yield "insert_keys", (ids, subjects, byteas(wrapped), texts(digests))
    erased = [row.originator_id for row in decided.rows if row.topic == ERASED]
    if decided.messages:
        yield "inbox_keep", binary_columns_of(decided.messages)
    if erased:
        yield "destroy_keys", (uuids(erased),)
        yield "views_delete_words", (uuids(erased),)
