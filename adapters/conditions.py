"""Whether appends may be committed, what they become. Pure: what the database says is an argument.

One order of questions for every recorder: does it stand there already (law 3), have the streams
moved on, is there room (law 8)? Only then numbers, positions, time and leaves are given out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from adapters.recording import Answer, Committed, Contradicts, PreparedAppend, Refused, WrappedKey
from adapters.stamp_rows import NO_NUMBERS, Identity, PreparedStamp, StampRow
from ledger.appends import Conflict, NoRoom
from ledger.leaf import stamp_bytes
from ledger.tree import Frontier, leaf_hash

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_NO_SEATS: dict[UUID, "Seats"] = {}


@dataclass(frozen=True, slots=True)
class Head:
    """Where the ledger ends."""

    frontier: Frontier = field(default=Frontier())
    recorded_at: datetime = _BEGINNING


@dataclass(frozen=True, slots=True)
class Seats:
    """The running totals of one quota."""

    capacity: int = 0
    held: int = 0
    sold: int = 0

    @property
    def free(self) -> int:
        """What is left to hold or sell."""
        return self.capacity - self.held - self.sold


@dataclass(frozen=True, slots=True)
class Touched:
    """All that the conditions of some appends ask about."""

    streams: frozenset[UUID]
    identities: frozenset[Identity]
    quotas: frozenset[UUID]
    series: frozenset[str]


@dataclass(frozen=True, slots=True)
class Known:
    """What stands in the database about all that is touched. `decide` writes into its dicts."""

    head: Head
    versions: dict[UUID, int]
    identities: dict[Identity, StampRow]
    seats: dict[UUID, Seats]
    numbers: dict[str, int]


@dataclass(frozen=True, slots=True)
class Decided:
    """The answers, and what must be inserted to make them true. No rows: nothing to commit."""

    answers: Sequence[Answer]
    head: Head
    rows: Sequence[StampRow]
    seats: dict[UUID, Seats]
    numbers: dict[str, int]
    keys: Sequence[WrappedKey]

    @property
    def fresh(self) -> bool:
        """Whether every append was accepted, and none stood there before."""
        return all(isinstance(one, Committed) and not one.repeated for one in self.answers)


def touched(appends: Sequence[PreparedAppend]) -> Touched:
    """What must be looked up before these appends can be decided."""
    events = [event for append in appends for event in append.events]
    stamps = [event for event in events if isinstance(event, PreparedStamp)]
    written = {_stream(event) for event in events}
    return Touched(
        streams=frozenset(written.union(*(append.expected for append in appends))),
        identities=frozenset(stamp.identity for stamp in stamps),
        quotas=frozenset(change.quota for append in appends for change in append.seats),
        series=frozenset(name for stamp in stamps for name in stamp.series),
    )


def decide(
    appends: Sequence[PreparedAppend], known: Known, *, ledger: UUID, now: datetime
) -> Decided:
    """Judge appends one after the other, each on top of those accepted before it."""
    batch = _Batch(known, ledger=ledger, now=max(now, known.head.recorded_at))
    judged = [batch.judge(append) for append in appends]
    head = Head(known.head.frontier.extend(row.leaf for row in batch.rows), batch.now)
    size, root = head.frontier.size, head.frontier.root()
    answers = [
        Committed(one.rows, size, root, one.repeated) if isinstance(one, _Stands) else one
        for one in judged
    ]
    return Decided(answers, head, batch.rows, batch.seats, batch.numbers, [*batch.keys.values()])


@dataclass(frozen=True, slots=True)
class _Stands:
    rows: Sequence[StampRow]
    repeated: bool = False


class _Batch:
    """The appends accepted so far, and the ledger as it stands after them."""

    def __init__(self, known: Known, *, ledger: UUID, now: datetime) -> None:
        self._known, self._ledger, self.now = known, ledger, now
        self._position = known.head.frontier.size
        self.rows: list[StampRow] = []
        self.seats: dict[UUID, Seats] = {}
        self.numbers: dict[str, int] = {}
        self.keys: dict[UUID, WrappedKey] = {}

    def judge(self, append: PreparedAppend) -> _Stands | Refused:
        stands = self._standing(append) if self._found(append) else None
        stands = stands or self._moved_on(append)
        if stands is not None:
            return stands
        seats = self._seated(append) if append.seats else _NO_SEATS
        return seats if isinstance(seats, NoRoom) else self._accept(append, seats)

    def _found(self, append: PreparedAppend) -> bool:
        standing = self._known.identities
        for event in append.events:
            if isinstance(event, PreparedStamp) and event.identity in standing:
                return True
        return False

    def _standing(self, append: PreparedAppend) -> _Stands | Contradicts | Conflict:
        standing = self._known.identities
        stamps = [event for event in append.events if isinstance(event, PreparedStamp)]
        found = [standing.get(stamp.identity) for stamp in stamps]
        first = [row for row in found if row is not None]
        for stamp, row in zip(stamps, found, strict=True):
            if row is not None and row.binding != stamp.binding:
                return Contradicts(row)
        if len(first) == len(append.events):
            return _Stands(first, repeated=True)
        stream = first[0].originator_id
        return self._conflict(stream, append.expected.get(stream, 0))

    def _moved_on(self, append: PreparedAppend) -> Conflict | None:
        versions = self._known.versions
        for stream, expected in append.expected.items():
            if versions.get(stream, 0) != expected:
                return self._conflict(stream, expected)
        heads: dict[UUID, int] = {}
        for event in append.events:
            stream, version = _stream(event), event.originator_version
            head = heads.get(stream, versions.get(stream))
            if head is not None and version != head + 1:
                return self._conflict(stream, version - 1)
            heads[stream] = version
        return None

    def _conflict(self, stream: UUID, expected: int) -> Conflict:
        actual = self._known.versions.get(stream, 0)
        return Conflict(stream=stream, expected=expected, actual=actual)

    def _seated(self, append: PreparedAppend) -> dict[UUID, Seats] | NoRoom:
        seats: dict[UUID, Seats] = {}
        for change in append.seats:
            before = seats.get(change.quota) or self._seats(change.quota)
            capacity = before.capacity if change.capacity is None else change.capacity
            seats[change.quota] = Seats(
                capacity, before.held + change.held, before.sold + change.sold
            )
        for quota, after in seats.items():
            if after.held < 0 or after.sold < 0:
                raise ValueError(f"quota {quota} cannot have less than no seats: {after}")
            if after.free < 0:
                free = self._seats(quota).free
                return NoRoom(quota=quota, asked=free - after.free, free=free)
        return seats

    def _seats(self, quota: UUID) -> Seats:
        return self._known.seats.get(quota, Seats())

    def _accept(self, append: PreparedAppend, seats: dict[UUID, Seats]) -> _Stands:
        if seats:
            self._known.seats.update(seats)
            self.seats.update(seats)
        for key in append.keys:
            self.keys[key.key_id] = key
        rows = [self._row(event) for event in append.events]
        self.rows += rows
        return _Stands(rows)

    def _row(self, event: StoredEvent) -> StampRow:
        stamp = event if isinstance(event, PreparedStamp) else None
        stream, version, cause = _stream(event), event.originator_version, None
        self._position += 1
        numbers = NO_NUMBERS
        if stamp:
            cause = stamp.correlation_id
            numbers = self._draw(stamp.series) if stamp.series else NO_NUMBERS
        hashed = stamp_bytes(
            self._ledger,
            self._position,
            stream=stream,
            version=version,
            type=event.topic,
            recorded_at=self.now,
            correlation_id=cause,
            numbers=numbers,
            state=event.state,
        )
        row = StampRow(
            originator_id=stream,
            originator_version=version,
            topic=event.topic,
            state=event.state,
            id=self._position,
            recorded_at=self.now,
            correlation_id=cause,
            occurrence=stamp.occurrence if stamp else None,
            binding=stamp.binding if stamp else None,
            numbers=numbers,
            leaf=leaf_hash(hashed),
        )
        self._known.versions[stream] = version
        if stamp:
            self._known.identities[stamp.identity] = row
        return row

    def _draw(self, series: tuple[str, ...]) -> dict[str, int]:
        drawn = {name: self._known.numbers.get(name, 0) + 1 for name in series}
        self._known.numbers.update(drawn)
        self.numbers.update(drawn)
        return drawn


def _stream(event: StoredEvent) -> UUID:
    stream = event.originator_id
    return stream if isinstance(stream, UUID) else UUID(stream)
