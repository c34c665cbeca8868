"""The ledger for who reads very many stamps and needs no personal data: no key opens anything."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from adapters.store.mapper import restore
from adapters.store.recorder import StampRecorder
from adapters.store.rows import PlainRow
from ledger.codec import Unreadable
from ledger.kernel.events import Recorded
from ledger.shop.shop import void_versions


class ClosedLedger:
    """Stamps with their sealed parts closed, straight from a recorder."""

    def __init__(self, recorder: StampRecorder) -> None:
        self.recorder = recorder

    def read_many(
        self, streams: Sequence[UUID], *, until: int
    ) -> Mapping[UUID, Sequence[Recorded[object]]]:
        """The stamps of these streams up to a position; those that count no more are left out."""
        found: dict[UUID, list[Recorded[object]]] = defaultdict(list)
        unread: list[tuple[PlainRow, Unreadable]] = []
        for row in self.recorder.read_plain_streams(streams, until=until):
            try:
                found[row.stream].append(restore(row))
            except Unreadable as error:
                unread.append((row, error))
        for row, fault in unread:
            if row.version not in void_versions(found[row.stream]):
                raise fault
        return found

    def feed(self, after: int, *, limit: int) -> Sequence[Recorded[object]]:
        """The next stamps of the ledger. Raises `PositionMissing` at a hole."""
        return [restore(row) for row in self.recorder.read_plain(after, limit=limit)]

    def close(self) -> None:
        """Let go of the storage."""
        self.recorder.close()
