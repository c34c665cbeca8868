"""What a recorder of stamps takes and answers, in the terms of the `eventsourcing` library."""

from abc import abstractmethod
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Event
from typing import Any
from uuid import UUID

from eventsourcing.persistence import (
    ApplicationRecorder,
    IntegrityError,
    Notification,
    ProgrammingError,
    StoredEvent,
    Subscription,
)
from msgspec import Struct
from msgspec import field as struct_field

from adapters.audit.recorder import AuditedRecorder, audited
from adapters.store.rows import PlainRow, StampRow, plain
from ledger.codec.rows import StoredRow
from ledger.kernel.clocks import Clocks
from ledger.kernel.store import (
    Conflict,
    NoRoom,
    PaymentClaim,
    PaymentTaken,
    SeatChange,
    WaitingLine,
)

_SHORTEST, _LONGEST = 0.005, 0.25
_PAGE = 500


class PollingSubscription(Subscription[ApplicationRecorder]):
    """An iterator over a recorder's notifications that waits for more, until it is stopped."""

    def __init__(
        self, recorder: ApplicationRecorder, gt: int | None = None, topics: Sequence[str] = ()
    ) -> None:
        super().__init__(recorder, gt, topics)
        self._stopped = Event()
        self._ahead: deque[Notification] = deque()

    def stop(self) -> None:
        """End the iteration, also one that waits."""
        super().stop()
        self._stopped.set()

    def __next__(self) -> Notification:
        pause = _SHORTEST
        while not self._ahead and not self._stopped.is_set():
            self._look()
            if not self._ahead:
                self._stopped.wait(pause)
                pause = min(2 * pause, _LONGEST)
        if self._stopped.is_set():
            raise StopIteration
        return self._ahead.popleft()

    def _look(self) -> None:
        found = self._recorder.select_notifications(
            self._last_notification_id, _PAGE, inclusive_of_start=False
        )
        if found:
            self._last_notification_id = found[-1].id
        self._ahead.extend(one for one in found if not self._topics or one.topic in self._topics)


# The stamp that destroys the data key of its stream in its own commit, and those of the messages
# that the stream was told by.
ERASED = "ERASED"


def nothing() -> None:
    """Nothing is to be done."""


class PositionMissing(Exception):
    """The ledger has a hole, or its rows are out of order. Nobody should wait for it to close."""


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """The data key of one subject (an order, or an inbox message), wrapped by the master key."""

    key_id: UUID
    subject: UUID
    wrapped: bytes


class SealedMessage(Struct, frozen=True, kw_only=True):
    """A provider's message as it is kept, with its own data key. `done`: it needs no reading."""

    id: UUID
    key: WrappedKey
    received_at: datetime
    provider: str
    door: str
    verdict: str
    provider_event_id: str | None
    evidence_hash: str
    sealed: bytes
    done: bool = False


class PreparedAppend(Struct, frozen=True):
    """Events that are committed together or not at all, with conditions and fresh data keys.

    `messages` are those that the events were read from and that nobody has kept yet.

    `expected` names the head version of streams, 0 for none. An event whose stream has events
    must also follow the last of them; an event of a fresh stream may have any version.
    """

    events: Sequence[StoredEvent]
    expected: Mapping[UUID, int] = struct_field(default_factory=dict)
    seats: Sequence[SeatChange] = ()
    keys: Sequence[WrappedKey] = ()
    payments: Sequence[PaymentClaim] = ()
    gives_way: Sequence[WaitingLine] = ()
    messages: Sequence[SealedMessage] = ()


class Committed(Struct, frozen=True):
    """The rows stand in the ledger; size and root are the tree head of their commit.

    `repeated`: they stood there before and nothing was written; the head is the newest.
    """

    rows: Sequence[StampRow]
    size: int
    root: bytes
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Contradicts:
    """A row of the same identity stands there with other binding fields."""

    row: StampRow


Refused = Conflict | NoRoom | PaymentTaken | Contradicts
Answer = Committed | Refused

# What is done while a recorder waits for others. It returns what will be committed next,
# the very list, if enough of that is there already to begin with it: else an empty one.
Meanwhile = Callable[[], Sequence[PreparedAppend]]


def no_more() -> Sequence[PreparedAppend]:
    """Nothing is to be done meanwhile, and nothing follows."""
    return ()


class StampRecorder(AuditedRecorder, ApplicationRecorder):
    """A recorder whose positions are dense and whose every commit has a Merkle root."""

    @property
    @abstractmethod
    def ledger_id(self) -> UUID:
        """The identity of this ledger, part of every leaf."""

    @abstractmethod
    def commit(
        self, appends: Sequence[PreparedAppend], *, meanwhile: Meanwhile = no_more
    ) -> Sequence[Answer]:
        """One commit for all, as if one after the other; a refused one leaves no trace.

        A recorder that waits for others calls `meanwhile` as soon as it does, once or more.
        Raises `LedgerUnavailable` when nothing was written, `OutcomeUnknown` when that is not sure.
        """

    @abstractmethod
    def read_stream(
        self,
        stream: UUID,
        *,
        after: int = -1,
        until: int | None = None,
        newest_first: bool = False,
        limit: int | None = None,
    ) -> list[StampRow]:
        """The rows of a stream by version."""

    @abstractmethod
    def read_streams(self, streams: Sequence[UUID], *, until: int) -> list[StampRow]:
        """The rows of these streams up to a position, by position."""

    @abstractmethod
    def read_positions(self, after: int, *, limit: int) -> list[StampRow]:
        """The next rows of the ledger. Raises `PositionMissing` if one is not there."""

    def read_stored_streams(self, streams: Sequence[UUID], *, until: int) -> list[StoredRow]:
        return [audited(row) for row in self.read_streams(streams, until=until)]

    def read_plain(self, after: int, *, limit: int) -> list[PlainRow]:
        """The next rows, for readers of very many. Raises `PositionMissing` as above."""
        return [plain(row) for row in self.read_positions(after, limit=limit)]

    def read_plain_streams(self, streams: Sequence[UUID], *, until: int) -> list[PlainRow]:
        """The rows of these streams up to a position, by position, for the same readers."""
        return [plain(row) for row in self.read_streams(streams, until=until)]

    @abstractmethod
    def head(self) -> tuple[int, bytes]:
        """The newest tree head: size and root."""

    @abstractmethod
    def last_numbers(self, series: Sequence[str]) -> dict[str, int]:
        """The last number drawn from each of these series that any was drawn from."""

    @abstractmethod
    def clocks(self) -> Clocks:
        """What time it is here, where the ledger is kept, and in the ledger."""

    @abstractmethod
    def find(self, correlation_id: UUID, type: str, *, occurrence: str) -> StampRow | None:
        """The one row of an identity."""

    def close(self) -> None:
        """Let go of all connections."""

    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        """The library's way to append: no condition but that versions follow each other."""
        if kwargs.get("tracking") is not None:
            raise ProgrammingError("tracking is recorded by projections, not by the ledger")
        if not stored_events:
            return None
        (answer,) = self.commit([PreparedAppend(stored_events)])
        if not isinstance(answer, Committed) or answer.repeated:
            raise IntegrityError(str(answer))
        return [row.id for row in answer.rows]

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """The library's way to read a stream."""
        stream = originator_id if isinstance(originator_id, UUID) else UUID(originator_id)
        after = -1 if gt is None else gt
        rows = self.read_stream(stream, after=after, until=lte, newest_first=desc, limit=limit)
        return [row if row.correlation_id else row.opaque() for row in rows]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """The library's way to read the ledger. Density is asserted, filtered or not."""
        after = max((start or 0) - (1 if inclusive_of_start else 0), 0)
        chosen: list[Notification] = []
        while len(chosen) < limit and (stop is None or after < stop):
            size = limit if stop is None else min(limit, stop - after)
            rows = self.read_positions(after, limit=size)
            chosen += [row for row in rows if not topics or row.topic in topics]
            if len(rows) < size:
                break
            after = rows[-1].id
        return chosen[:limit]

    def max_notification_id(self) -> int | None:
        """The size of the ledger; None if it is empty."""
        return self.head()[0] or None

    def subscribe(
        self, gt: int | None = None, topics: Sequence[str] = ()
    ) -> Subscription[ApplicationRecorder]:
        """An endless iterator over rows. It polls: a wake-up that is lost costs nothing."""
        return PollingSubscription(self, gt, topics)


def dense(rows: list[StampRow], *, after: int) -> list[StampRow]:
    """The same rows, if each follows the one before."""
    for expected, row in enumerate(rows, start=after + 1):
        if row.id != expected:
            raise PositionMissing(f"position {expected} is missing: found {row.id}")
    return rows
