"""A recorder as the auditor reads it. It meets the port `ledger.audit.rows.LedgerRows`."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from adapters.recording import StampRecorder
from adapters.stamp_rows import StampRow
from ledger.audit.rows import Kept, StoredCommit, StoredRow, Totals


class StoredRows:
    """What a recorder holds, byte for byte."""

    def __init__(self, recorder: StampRecorder) -> None:
        self._recorder = recorder

    @property
    def ledger_id(self) -> UUID:
        return self._recorder.ledger_id

    def head(self) -> tuple[int, bytes]:
        return self._recorder.head()

    def rows(self, after: int, *, limit: int) -> Sequence[StoredRow]:
        return [_row(one) for one in self._recorder.read_stored(after, limit=limit)]

    def commits(self, after: int, *, limit: int) -> Sequence[StoredCommit]:
        return self._recorder.read_commits(after, limit=limit)

    def stream(self, stream: UUID, *, until: int) -> Sequence[StoredRow]:
        return [_row(one) for one in self._recorder.read_streams([stream], until=until)]

    def seat_totals(self, until: int) -> Mapping[UUID, Totals]:
        return self._recorder.read_seat_totals(until)

    def kept_beside(self, after: int, *, until: int) -> Sequence[Kept]:
        return self._recorder.read_kept(after, until=until)

    def strays(self) -> Sequence[Kept]:
        return self._recorder.read_strays()

    def repeated(self, until: int) -> Sequence[int]:
        return self._recorder.read_repeats(until)


def _row(row: StampRow) -> StoredRow:
    # Numbers that are no object were never hashed: neither was this one.
    numbers = dict(row.numbers) if hasattr(row.numbers, "items") else {"": 0}
    return StoredRow(
        position=row.id,
        stream=row.originator_id,
        version=row.originator_version,
        type=row.topic,
        recorded_at=row.recorded_at,
        correlation_id=row.correlation_id,
        occurrence=row.occurrence,
        binding=row.binding,
        numbers=numbers,
        state=row.state,
        leaf=row.leaf,
    )
