"""The ledger that the services see: stamps in, stamps out, through the `eventsourcing` library."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from threading import Lock
from time import monotonic
from typing import Any, TypeVar, cast
from uuid import UUID

from cachetools import TTLCache
from eventsourcing.application import Application
from eventsourcing.persistence import InfrastructureFactory, Mapper
from eventsourcing.popo import POPOFactory
from eventsourcing.utils import Environment, EnvType

from adapters.audit.stored import StoredRows
from adapters.keys.key_ring import Keyring, Sealing
from adapters.process_settings import few_collections
from adapters.store.after_fork import after_fork
from adapters.store.group_commit import Committer
from adapters.store.mapper import StampMapper, prepare, recorded_as
from adapters.store.messages_in_hand import MessagesInHand
from adapters.store.readers import ClosedLedger, opened_streams
from adapters.store.recorder import (
    ERASED,
    Answer,
    Committed,
    Contradicts,
    PreparedAppend,
    SealedMessage,
    StampRecorder,
)
from adapters.store.rows import StampRow
from ledger.codec import Unreadable, require_readable
from ledger.kernel.clocks import Clocks
from ledger.kernel.erasure import Erased
from ledger.kernel.events import Recorded, declared
from ledger.kernel.store import Append, Appended, Contradiction, Outcome, UnreadStamp
from ledger.order.order import Order

_MOST_ORDERS, _SECONDS = 2_000, 30.0


class LatelyInMemory:
    """As many as fit; none is used after half a minute: a person may be erased meanwhile."""

    def __init__(self, *, most: int = _MOST_ORDERS, now: Callable[[], float] = monotonic) -> None:
        self._orders = TTLCache[UUID, Order](most, _SECONDS, timer=now)
        self._forget()
        after_fork(self._forget)

    def _forget(self) -> None:
        self._lock = Lock()

    def get(self, order_id: UUID) -> Order | None:
        """The order, unless it was put here too long ago."""
        with self._lock:
            return self._orders.get(order_id)

    def put(self, order: Order) -> None:
        """Remember an order in place of what it was before; whoever read slowly comes too late."""
        with self._lock:
            known = self._orders.get(order.id, order)
            self._orders[order.id] = known if known.version > order.version else order

    def drop(self, order_id: UUID) -> None:
        """Forget one."""
        with self._lock:
            self._orders.pop(order_id, None)


# Of an import: one commit is under way, one is decided, one is ready, one is being made.
_S = TypeVar("_S")
_AHEAD = 3
_MOST = 2**62


class StampLedger(Application[UUID]):
    """The library's application over our recorder. It meets the port `StampStore`.

    Appends of all threads of a process share commits; reads go straight to the recorder.
    """

    name = "stampledger"

    def __init__(self, recorder: StampRecorder, *, keyring: Keyring) -> None:
        self._stamps, self._mapper = recorder, StampMapper(keyring)
        self.keyring = keyring
        self._committer = Committer(recorder.commit)
        self._closed = ClosedLedger(recorder)
        self.in_hand = MessagesInHand()
        super().__init__()

    def construct_env(self, name: str, env: EnvType | None = None) -> Environment:
        """The library's own settings are not read from the process's environment."""
        return Environment(name, dict(env or {}))

    def construct_factory(self, env: Environment) -> InfrastructureFactory[Any]:
        """Never asked for a recorder: ours is handed in."""
        return POPOFactory(env)

    def construct_mapper(self) -> Mapper[UUID]:
        """Ours, which writes canonical bytes and seals."""
        return self._mapper

    def construct_recorder(self) -> StampRecorder:
        """The one handed in."""
        return self._stamps

    @property
    def ledger_id(self) -> UUID:
        """The identity of this ledger."""
        return self._stamps.ledger_id

    def append(self, *appends: Append) -> Sequence[Outcome]:
        """Each append is all or nothing on its own; a refused one does not harm its neighbours.

        Raises `ledger.kernel.store.LedgerUnavailable`, or its `OutcomeUnknown`; then ask again.
        """
        if not appends:
            return []
        sealing = self.keyring.sealing()
        prepared = [self._prepared(append, sealing) for append in appends]
        answers = self._committer.submit(prepared)
        self.in_hand.stand(_brought(prepared, answers))
        if all(isinstance(one, Committed) and not one.repeated for one in answers):
            sealing.committed()
        for draft in (one for append in appends for one in append.drafts):
            if type(draft.stamp) is Erased:
                self.keyring.forget(draft.stream)
        return [self._outcome(*pair) for pair in zip(appends, answers, strict=True)]

    def import_all(
        self, appends: Iterable[PreparedAppend], *, at_once: int = 500
    ) -> Iterator[Answer]:
        """Very many appends whose bytes are there already; so many share a commit.

        The same conditions hold and the same roots come out as one by one. While the database
        works on some, the next are made ready. If it fails in the middle, what was answered
        stands, and all may be handed in again (law 3). Raises `ledger.codec.NotStorable` for bytes
        that are no stamp within the bounds; nothing that came together with them is written.
        """
        rest, handed_in = iter(appends), deque[Callable[[], Sequence[Answer]]]()
        with few_collections():
            while some := list(islice(rest, at_once)):
                for one in chain.from_iterable(append.events for append in some):
                    require_readable(one.topic, one.state)
                handed_in.append(self._committer.hand_in(some))
                if len(handed_in) > _AHEAD:
                    yield from handed_in.popleft()()
            for answers in handed_in:
                yield from answers()

    def read(self, stream: UUID, *, after: int = 0) -> Sequence[Recorded[object]]:
        """All stamps of a stream in version order, sealed parts opened; empty if none.

        Or those `after` a version.
        """
        return [self._open(row) for row in self._rows(stream, after=after)]

    def read_what_can_be(
        self, stream: UUID
    ) -> tuple[Sequence[Recorded[object]], Sequence[UnreadStamp]]:
        """The stamps of a stream that can be read, and those that cannot."""
        read: list[Recorded[object]] = []
        unread: list[UnreadStamp] = []
        for row in self._rows(stream):
            try:
                read.append(self._open(row))
            except (Unreadable, TypeError, ValueError) as error:
                why = f"{row.topic} at position {row.id}: {type(error).__name__}"
                unread.append(UnreadStamp(version=row.originator_version, why=why))
        return read, unread

    def read_opened(self, streams: Sequence[UUID]) -> Mapping[UUID, Sequence[Recorded[object]]]:
        """All stamps of many streams as `read` gives them; unreadable streams are left out."""
        rows = self._stamps.read_plain_streams(streams, until=_MOST)
        return opened_streams(rows, self.keyring)

    def read_many(
        self, streams: Sequence[UUID], *, until: int
    ) -> Mapping[UUID, Sequence[Recorded[object]]]:
        """The stamps of these streams up to a position, sealed parts closed."""
        return self._closed.read_many(streams, until=until)

    def feed(self, after: int, *, limit: int) -> Sequence[Recorded[object]]:
        """The next stamps of the ledger, sealed parts closed.

        Raises `adapters.store.recorder.PositionMissing` at a hole.
        """
        return self._closed.feed(after, limit=limit)

    def find(
        self, correlation_id: UUID, kind: type[_S], *, occurrence: str = ""
    ) -> Recorded[_S] | None:
        """The one stamp of an identity, sealed part opened."""
        name = declared(kind).name
        row = self._stamps.find(correlation_id, name, occurrence=occurrence)
        return cast("Recorded[_S]", self._open(row)) if row else None

    def head(self) -> tuple[int, bytes]:
        """The newest tree head: size and root."""
        return self._stamps.head()

    def last_numbers(self, series: Sequence[str]) -> Mapping[str, int]:
        """The last number drawn from each of these series that any was drawn from."""
        return self._stamps.last_numbers(series)

    def clocks(self) -> Clocks:
        """What time it is here, where the ledger is kept, and in the ledger."""
        return self._stamps.clocks()

    def stored(self) -> StoredRows:
        """The rows and commits as they are stored, for the auditor."""
        return StoredRows(self._stamps)

    def close(self) -> None:
        """Commit what waits, then let go of the storage."""
        self._committer.close()
        self._stamps.close()
        super().close()

    def _rows(self, stream: UUID, *, after: int = 0) -> Sequence[StampRow]:
        """Whoever was erased, by whatever process, is not opened with a key from memory."""
        rows = self._stamps.read_stream(stream, after=after)
        if any(row.topic == ERASED for row in rows):
            self.keyring.forget(stream)
        return rows

    def _prepared(self, append: Append, sealing: Sealing) -> PreparedAppend:
        versions = dict(append.expected)
        stamps = []
        for draft in append.drafts:
            head = versions.get(draft.stream)
            if head is None:
                raise ValueError(f"the expected version of stream {draft.stream} is not given")
            versions[draft.stream] = head + 1
            stamps.append(prepare(draft, head + 1, sealing=sealing))
        if not stamps or (len(stamps) > 1 and len({one.identity for one in stamps}) < len(stamps)):
            raise ValueError("an append needs stamps, and each only once")
        keys = [key for stream in _written(append) for key in sealing.fresh_for(stream)]
        expected, payments = append.expected, append.payments
        messages = self.in_hand.cited_by(append.drafts)
        return PreparedAppend(
            stamps, expected, append.seats, keys, payments, append.gives_way, messages
        )

    def _outcome(self, append: Append, answer: Answer) -> Outcome:
        if isinstance(answer, Committed):
            if answer.repeated:
                recorded = [self._open(row) for row in answer.rows]
            else:
                recorded = [
                    recorded_as(*pair) for pair in zip(append.drafts, answer.rows, strict=True)
                ]
            return Appended(
                recorded=recorded, size=answer.size, root=answer.root, repeated=answer.repeated
            )
        if isinstance(answer, Contradicts):
            return Contradiction(existing=self._open(answer.row))
        return answer

    def _open(self, row: StampRow) -> Recorded[object]:
        return self._mapper.open(row)


def _brought(appends: Sequence[PreparedAppend], answers: Sequence[Answer]) -> list[SealedMessage]:
    """The messages that were committed with what was appended."""
    return [
        message
        for append, answer in zip(appends, answers, strict=True)
        if isinstance(answer, Committed) and not answer.repeated
        for message in append.messages
    ]


def _written(append: Append) -> Iterable[UUID]:
    streams = [draft.stream for draft in append.drafts]
    return streams if len(streams) == 1 else {*streams}
