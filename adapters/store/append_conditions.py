"""Whether appends may be committed, what they become. Pure: what the database says is an argument.

One order of questions for every recorder: does it stand there already (law 3), have the streams
moved on, is there room (law 8)? Only then numbers, positions, time and leaves are given out.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from adapters.store.known_state import Head, Known, Seats, stream_of
from adapters.store.recorder import (
    Answer,
    Committed,
    Contradicts,
    PreparedAppend,
    Refused,
    SealedMessage,
    WrappedKey,
)
from adapters.store.rows import NO_NUMBERS, PreparedStamp, StampRow
from ledger.kernel.store import Conflict, NoRoom, PaymentTaken, WaitingLine
from ledger.proof.leaf import leaves_of

_NO_SEATS: dict[UUID, Seats] = {}


@dataclass(frozen=True, slots=True)
class Decided:
    """The answers, and what must be inserted to make them true. No rows: nothing to commit."""

    answers: Sequence[Answer]
    head: Head
    rows: Sequence[StampRow]
    seats: dict[UUID, Seats]
    numbers: dict[str, int]
    keys: Sequence[WrappedKey]
    fresh: bool
    """Whether every append was accepted, and none stood there before."""
    payments: dict[UUID, UUID] = field(default_factory=dict)
    """Those that were claimed for the first time, and who holds them."""
    messages: Sequence[SealedMessage] = ()
    """What came with the appends that were accepted."""


def decide(
    appends: Sequence[PreparedAppend], known: Known, *, ledger: UUID, now: datetime
) -> Decided:
    """Judge appends one after the other, each on top of those accepted before it."""
    batch = _Batch(known, ledger=ledger, now=max(now, known.head.recorded_at))
    judged = [batch.judge(append) for append in appends]
    frontier = known.head.frontier.extend([row.leaf for row in batch.rows])
    size, root = frontier.size, frontier.root()
    answers = [
        Committed(one.rows, size, root, one.repeated) if isinstance(one, _Stands) else one
        for one in judged
    ]
    keys = [*batch.keys.values()]
    head, fresh = Head(frontier, batch.now, root), batch.accepted == len(appends)
    return Decided(
        answers,
        head,
        batch.rows,
        batch.seats,
        batch.numbers,
        keys,
        fresh,
        batch.payments,
        batch.messages,
    )


@dataclass(slots=True)
class _Stands:
    rows: Sequence[StampRow]
    repeated: bool = False


class _Batch:
    """The appends accepted so far, and the ledger as it stands after them."""

    def __init__(self, known: Known, *, ledger: UUID, now: datetime) -> None:
        self._known, self.now = known, now
        self._leaf = leaves_of(ledger, now)
        self._position = known.head.frontier.size
        self.accepted = 0
        self.rows: list[StampRow] = []
        self.seats: dict[UUID, Seats] = {}
        self.numbers: dict[str, int] = {}
        self.keys: dict[UUID, WrappedKey] = {}
        self.payments: dict[UUID, UUID] = {}
        self.messages: list[SealedMessage] = []

    def judge(self, append: PreparedAppend) -> _Stands | Refused:
        if self._found(append):
            stands = self._standing(append)
            if stands is not None:
                return stands
        heads = self._heads_after(append)
        if isinstance(heads, Conflict):
            return heads
        taken = self._taken(append) if append.payments else None
        if taken is not None:
            return taken
        seats = self._seated(append) if append.seats else _NO_SEATS
        return seats if isinstance(seats, NoRoom) else self._accept(append, heads, seats)

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

    def _heads_after(self, append: PreparedAppend) -> dict[UUID, int] | Conflict:
        """The versions of the streams it writes; or the first that is not as it expects."""
        versions = self._known.versions
        for stream, expected in append.expected.items():
            if versions.get(stream, 0) != expected:
                return self._conflict(stream, expected)
        heads: dict[UUID, int] = {}
        last, head = None, None
        for event in append.events:
            stream, version = stream_of(event), event.originator_version
            if stream is not last:
                last, head = stream, heads.get(stream, versions.get(stream))
            if head is not None and version != head + 1:
                return self._conflict(stream, version - 1)
            heads[stream] = head = version
        return heads

    def _conflict(self, stream: UUID, expected: int) -> Conflict:
        actual = self._known.versions.get(stream, 0)
        return Conflict(stream=stream, expected=expected, actual=actual)

    def _taken(self, append: PreparedAppend) -> PaymentTaken | None:
        """The first payment that somebody else holds (law 3)."""
        for claim in append.payments:
            holder = self._known.payments.get(claim.payment, claim.holder)
            if holder != claim.holder:
                return PaymentTaken(payment=claim.payment, holder=holder)
        return None

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
        awaited = self._awaited(append.gives_way) if append.gives_way else {}
        for quota, seats_left in awaited.items():
            if quota not in seats:
                continue
            free, after = self._seats(quota).free, seats[quota]
            if after.free < min(free, seats_left):
                left = max(free - seats_left, 0)
                return NoRoom(quota=quota, asked=free - after.free, free=left)
        return seats

    def _awaited(self, lines: Sequence[WaitingLine]) -> Counter[UUID]:
        """By quota, the seats that those who wait could have of it this moment."""
        awaited = Counter[UUID]()
        for line in lines:
            free = min((self._seats(quota).free for quota in line.quotas), default=0)
            for quota in line.quotas:
                awaited[quota] += min(self._seats(line.id).held, free)
        return awaited

    def _seats(self, quota: UUID) -> Seats:
        return self._known.seats.get(quota, Seats())

    def _accept(
        self, append: PreparedAppend, heads: Mapping[UUID, int], seats: Mapping[UUID, Seats]
    ) -> _Stands:
        self.accepted += 1
        self._known.versions.update(heads)
        if seats:
            self._known.seats.update(seats)
            self.seats.update(seats)
        for claim in append.payments:
            if claim.payment not in self._known.payments:
                self._known.payments[claim.payment] = claim.holder
                self.payments[claim.payment] = claim.holder
        for key in append.keys:
            self.keys[key.key_id] = key
        self.messages += append.messages
        rows = [
            self._row(event) if isinstance(event, PreparedStamp) else self._opaque_row(event)
            for event in append.events
        ]
        self.rows += rows
        return _Stands(rows)

    def _row(self, stamp: PreparedStamp) -> StampRow:
        self._position = position = self._position + 1
        numbers = self._draw(stamp.series, stamp.floor) if stamp.series else NO_NUMBERS
        leaf = self._leaf(
            position,
            stamp.originator_id,
            stamp.originator_version,
            stamp.topic,
            stamp.correlation_id,
            numbers,
            stamp.state,
        )
        row = StampRow.of(stamp, position, recorded_at=self.now, numbers=numbers, leaf=leaf)
        self._known.identities[stamp.identity] = row
        return row

    def _opaque_row(self, event: StoredEvent) -> StampRow:
        self._position = position = self._position + 1
        stream, version, type = stream_of(event), event.originator_version, event.topic
        return StampRow(
            originator_id=stream,
            originator_version=version,
            topic=type,
            state=event.state,
            id=position,
            recorded_at=self.now,
            correlation_id=None,
            occurrence=None,
            binding=None,
            numbers=NO_NUMBERS,
            leaf=self._leaf(position, stream, version, type, None, NO_NUMBERS, event.state),
        )

    def _draw(self, series: tuple[str, ...], floor: int) -> dict[str, int]:
        drawn = {name: max(self._known.numbers.get(name, 0), floor) + 1 for name in series}
        self._known.numbers.update(drawn)
        self.numbers.update(drawn)
        return drawn
