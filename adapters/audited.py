"""What a recorder tells auditors beside its rows: everything as it is stored, nothing mended."""

from abc import ABC, abstractmethod
from uuid import UUID

from ledger.audit.rows import Kept, StoredCommit, Totals


class AuditedRecorder(ABC):
    """The part of a recorder that only auditors read."""

    @abstractmethod
    def read_commits(self, after: int, *, limit: int) -> list[StoredCommit]:
        """The next commits, of those that end after a position."""

    @abstractmethod
    def read_seat_totals(self, until: int) -> dict[UUID, Totals]:
        """Capacity, held and sold of every quota as of a position."""

    @abstractmethod
    def read_kept(self, after: int, *, until: int) -> list[Kept]:
        """Running totals and numbers, of positions after one and up to another."""

    @abstractmethod
    def read_strays(self) -> list[Kept]:
        """Totals and numbers that are stored where no commit ends."""

    @abstractmethod
    def read_repeats(self, until: int) -> list[int]:
        """Positions of rows whose identity stands in the ledger before."""
