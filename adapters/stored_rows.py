"""A recorder as the auditor reads it. It meets the port `ledger.audit.rows.LedgerRows`."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from adapters.audited_rows import audited
from adapters.recording import StampRecorder
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
        return self._recorder.read_stored(after, limit=limit)

    def commits(self, after: int, *, limit: int) -> Sequence[StoredCommit]:
        return self._recorder.read_commits(after, limit=limit)

    def stream(self, stream: UUID, *, until: int) -> Sequence[StoredRow]:
        return self.streams([stream], until=until)

    def streams(self, streams: Collection[UUID], *, until: int) -> Sequence[StoredRow]:
        return [audited(one) for one in self._recorder.read_streams([*streams], until=until)]

    def seat_totals(self, until: int) -> Mapping[UUID, Totals]:
        return self._recorder.read_seat_totals(until)

    def kept_beside(self, after: int, *, until: int) -> Sequence[Kept]:
        return self._recorder.read_kept(after, until=until)

    def strays(self) -> Sequence[Kept]:
        return self._recorder.read_strays()

    def repeated(self, until: int) -> Sequence[int]:
        return self._recorder.read_repeats(until)
