"""What a recorder tells auditors beside its rows: everything as it is stored, nothing mended."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from uuid import UUID

from adapters.store.rows import StampRow
from ledger.audit.raw_rows import (
    FaultyClaim,
    RawCommit,
    RawRow,
    Vertebra,
    raw_commit_of,
    raw_of,
    share_of,
    vertebra_of,
)
from ledger.codec.rows import Kept, KeptBeside, StoredCommit, StoredRow, Totals


def audited(row: StampRow) -> StoredRow:
    """The same row, byte for byte."""
    return StoredRow(
        row.id,
        row.originator_id,
        row.originator_version,
        row.topic,
        row.recorded_at,
        row.correlation_id,
        row.occurrence,
        row.binding,
        numbers_of(row.numbers),
        row.state,
        row.leaf,
    )


def numbers_of(stored: object) -> dict[str, int]:
    """Numbers that are no object were never hashed: neither was what they become here."""
    return dict(stored) if isinstance(stored, Mapping) else {"": 0}


class AuditedRecorder(ABC):
    """The part of a recorder that only auditors read."""

    @abstractmethod
    def read_stored(self, after: int, *, limit: int) -> list[StoredRow]:
        """The next rows as they are stored, holes and all."""

    @abstractmethod
    def read_stored_streams(self, streams: Sequence[UUID], *, until: int) -> list[StoredRow]:
        """The rows of these streams up to a position, by position."""

    def read_raw(self, after: int, *, limit: int) -> Sequence[RawRow]:
        """The next rows, for who reads very many."""
        return [raw_of(row) for row in self.read_stored(after, limit=limit)]

    def read_raw_streams(self, streams: Sequence[bytes], *, until: int) -> Sequence[RawRow]:
        """The rows of these streams up to a position, by position, for the same readers."""
        ids = [UUID(bytes=stream) for stream in streams]
        return [raw_of(row) for row in self.read_stored_streams(ids, until=until)]

    def read_share(self, after: int, *, until: int, share: int, of: int) -> Sequence[RawRow]:
        """Rows after one position and up to another, of the streams of a share."""
        rows = self.read_raw(after, limit=max(until - after, 0))
        return [row for row in rows if row[0] <= until and share_of(row[1], of) == share]

    def read_vertebrae(self, after: int, *, limit: int) -> Sequence[Vertebra]:
        """Of the next rows, what holds the ledger together."""
        return [vertebra_of(row) for row in self.read_raw(after, limit=limit)]

    def read_last_versions(self, streams: Sequence[bytes], *, until: int) -> dict[bytes, int]:
        """The version of the last row of each of these streams up to a position."""
        return {row[1]: row[2] for row in self.read_raw_streams(streams, until=until)}

    def read_raw_commits(self, after: int, *, limit: int) -> Sequence[RawCommit]:
        """The next commits, of those that end after a position, for who reads very many."""
        return [raw_commit_of(one) for one in self.read_commits(after, limit=limit)]

    @abstractmethod
    def read_commits(self, after: int, *, limit: int) -> list[StoredCommit]:
        """The next commits, of those that end after a position."""

    @abstractmethod
    def read_seat_totals(self, until: int) -> dict[UUID, Totals]:
        """Capacity, held and sold of every quota as of a position."""

    @abstractmethod
    def read_kept(self, after: int, *, until: int) -> KeptBeside:
        """Running totals and numbers, of positions after one and up to another."""

    @abstractmethod
    def read_strays(self) -> list[Kept]:
        """Totals and numbers that are stored where no commit ends."""

    @abstractmethod
    def read_repeats(self, until: int) -> list[int]:
        """Positions of rows whose identity, or whose payment as somebody else's, stands before."""

    @abstractmethod
    def read_faulty_claims(self) -> list[FaultyClaim]:
        """Claims of payments that are not those which the stamps give, by position."""
