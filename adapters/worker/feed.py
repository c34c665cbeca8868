"""The ledger in batches, position by position; a stamp that cannot be read is told apart."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from adapters.store.ledger import StampLedger
from adapters.store.readers import ClosedLedger
from adapters.store.recorder import PositionMissing, StampRecorder
from adapters.worker.recent_stamps import ReadsFeed, RecentStamps
from ledger.kernel.events import Recorded
from ledger.kernel.store import LedgerUnavailable
from projections.engine.derive import Poison


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The stamps after a position, by stream, up to and including position `last`."""

    stamps: Mapping[UUID, Sequence[Recorded[object]]]
    poisoned: Mapping[UUID, Poison]
    last: int


class Feed:
    """Reads a ledger for projections: sealed parts stay closed, density is asserted.

    One that is `shared` by all who follow the ledger reads each new stamp once.
    """

    def __init__(self, store: StampLedger | ClosedLedger, *, shared: bool = False) -> None:
        self._store = store
        self._stamps: ReadsFeed = RecentStamps(store) if shared else store

    def next(self, after: int, *, limit: int) -> Batch:
        """What comes after a position; nothing at the end. Raises `PositionMissing` at a hole."""
        try:
            stamps = self._stamps.feed(after, limit=limit)
            return _batch(stamps, {}, last=after + len(stamps))
        except (PositionMissing, LedgerUnavailable):
            raise
        except Exception:  # some stamp cannot be read, whatever the reason
            return self._one_by_one(after, limit)

    def histories(
        self, streams: Sequence[UUID], *, until: int
    ) -> Mapping[UUID, Sequence[Recorded[object]]]:
        """The stamps of streams up to a position; a stream that cannot be read is left out."""
        try:
            return self._store.read_many(streams, until=until) if streams else {}
        except LedgerUnavailable:
            raise
        except Exception:
            if len(streams) == 1:
                return {}
        half = len(streams) // 2
        first = self.histories(streams[:half], until=until)
        return {**first, **self.histories(streams[half:], until=until)}

    def unreadable(self, stream: UUID, *, until: int) -> Poison | None:
        """Where a stream cannot be read any further; None if it can be, or there is none."""
        if self._readable(stream, until):
            return None
        read, unread = 0, until
        while unread - read > 1:
            middle = (read + unread) // 2
            read, unread = (middle, unread) if self._readable(stream, middle) else (read, middle)
        return Poison(stream=stream, position=unread, error="Unreadable")

    def _readable(self, stream: UUID, until: int) -> bool:
        try:
            self._store.read_many([stream], until=until)
        except LedgerUnavailable:
            raise
        except Exception:  # whatever the reason
            return False
        return True

    def _one_by_one(self, after: int, limit: int) -> Batch:
        stamps: list[Recorded[object]] = []
        poisoned: dict[UUID, Poison] = {}
        last = after
        recorder = self._store.recorder
        assert isinstance(recorder, StampRecorder)
        for row in recorder.read_positions(after, limit=limit):
            stream, last = row.originator_id, row.id
            if stream in poisoned:
                continue
            try:
                stamps += self._store.feed(row.id - 1, limit=1)
            except (PositionMissing, LedgerUnavailable):
                raise
            except Exception as error:
                kind = type(error).__name__
                poisoned[stream] = Poison(stream=stream, position=row.id, error=kind)
        return _batch(stamps, poisoned, last=last)


def _batch(
    stamps: Sequence[Recorded[object]], poisoned: Mapping[UUID, Poison], *, last: int
) -> Batch:
    by_stream: dict[UUID, list[Recorded[object]]] = defaultdict(list)
    for recorded in stamps:
        by_stream[recorded.stream].append(recorded)
    return Batch(stamps=by_stream, poisoned=poisoned, last=last)
