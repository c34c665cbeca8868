"""A recorder as the auditor reads it. It meets the port `ledger.audit.raw_rows.AuditedRows`."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from adapters.store.recorder import StampRecorder
from ledger.audit.raw_rows import FaultyClaim, RawCommit, RawRow, Vertebra
from ledger.codec.rows import Kept, KeptBeside, StoredCommit, StoredRow, Totals


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
        return self._recorder.read_stored_streams([*streams], until=until)

    def seat_totals(self, until: int) -> Mapping[UUID, Totals]:
        return self._recorder.read_seat_totals(until)

    def raw_rows(self, after: int, *, limit: int) -> Sequence[RawRow]:
        return self._recorder.read_raw(after, limit=limit)

    def raw_streams(self, streams: Collection[bytes], *, until: int) -> Sequence[RawRow]:
        return self._recorder.read_raw_streams([*streams], until=until)

    def raw_share(self, after: int, *, until: int, share: int, of: int) -> Sequence[RawRow]:
        return self._recorder.read_share(after, until=until, share=share, of=of)

    def vertebrae(self, after: int, *, limit: int) -> Sequence[Vertebra]:
        return self._recorder.read_vertebrae(after, limit=limit)

    def versions(self, streams: Collection[bytes], *, until: int) -> Mapping[bytes, int]:
        return self._recorder.read_last_versions([*streams], until=until)

    def raw_commits(self, after: int, *, limit: int) -> Sequence[RawCommit]:
        return self._recorder.read_raw_commits(after, limit=limit)

    def kept_beside(self, after: int, *, until: int) -> KeptBeside:
        return self._recorder.read_kept(after, until=until)

    def strays(self) -> Sequence[Kept]:
        return self._recorder.read_strays()

    def repeated(self, until: int) -> Sequence[int]:
        return self._recorder.read_repeats(until)

    def faulty_claims(self) -> Sequence[FaultyClaim]:
        return self._recorder.read_faulty_claims()
