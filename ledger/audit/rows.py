"""What the auditor reads: rows and commits exactly as they are stored."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from ledger.codec import decode, unframe
from ledger.making import maker
from ledger.recorded import Recorded

BATCH = 1_000
# Capacity, held, sold.
Totals = tuple[int, int, int]
# Schema version, sealed part, body.
Frame = tuple[int, bytes, bytes]
_NOBODY = UUID(int=0)
_recorded = maker(Recorded)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRow:
    """One row of the ledger, byte for byte. A row not written as a stamp has no correlation id."""

    position: int
    stream: UUID
    version: int
    type: str
    recorded_at: datetime
    correlation_id: UUID | None
    occurrence: str | None
    binding: bytes | None
    numbers: Mapping[str, int]
    state: bytes
    leaf: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCommit:
    """One commit: the rows it wrote, and the tree over all rows up to its last."""

    first: int
    last: int
    recorded_at: datetime
    frontier: bytes
    root: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTotal:
    """The running totals of a quota, as kept beside the commit that ends at a position."""

    position: int
    quota: UUID
    totals: Totals


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredNumber:
    """The last number of a series, as kept beside the commit that drew it."""

    position: int
    series: str
    number: int


Kept = StoredTotal | StoredNumber


class LedgerRows(Protocol):
    """All that verification needs of storage. Nothing here may mend or hide what is stored."""

    @property
    def ledger_id(self) -> UUID: ...

    def head(self) -> tuple[int, bytes]:
        """The newest tree head: size and root."""
        ...

    def rows(self, after: int, *, limit: int) -> Sequence[StoredRow]:
        """The next rows by position, holes and all."""
        ...

    def commits(self, after: int, *, limit: int) -> Sequence[StoredCommit]:
        """The next commits, of those that end after a position."""
        ...

    def stream(self, stream: UUID, *, until: int) -> Sequence[StoredRow]:
        """The rows of one stream up to a position."""
        ...

    def streams(self, streams: Collection[UUID], *, until: int) -> Sequence[StoredRow]:
        """The rows of several streams up to a position, in the order of positions."""
        ...

    def seat_totals(self, until: int) -> Mapping[UUID, Totals]:
        """The running totals of every quota as of a position."""
        ...

    def kept_beside(self, after: int, *, until: int) -> Sequence[Kept]:
        """Every running total and number that is kept after one position and up to another."""
        ...

    def strays(self) -> Sequence[Kept]:
        """Totals and numbers that are kept where no commit ends."""
        ...

    def repeated(self, until: int) -> Sequence[int]:
        """Positions of rows whose correlation id, type and occurrence stand there before."""
        ...


def all_rows(
    ledger: LedgerRows, *, after: int = 0, until: int | None = None
) -> Iterator[StoredRow]:
    """Every row, up to a position: memory for one batch is enough."""
    for batch in batches(ledger, after=after, until=until):
        yield from batch


def batches(
    ledger: LedgerRows, *, after: int = 0, until: int | None = None
) -> Iterator[Sequence[StoredRow]]:
    """Every row in batches, up to a position."""
    while batch := ledger.rows(after, limit=BATCH):
        highest = max(row.position for row in batch)
        beyond = until is not None and highest > until
        yield [row for row in batch if row.position <= (until or 0)] if beyond else batch
        if highest <= after or (until is not None and highest >= until):
            return
        after = highest


def all_commits(ledger: LedgerRows, *, until: int | None = None) -> Iterator[StoredCommit]:
    """Every commit in batches, up to the one that ends at a position."""
    after = 0
    while batch := ledger.commits(after, limit=BATCH):
        for commit in batch:
            if until is None or commit.last <= until:
                yield commit
        highest = max(commit.last for commit in batch)
        if highest <= after:
            return
        after = highest


def recorded(row: StoredRow, frame: Frame | None = None) -> Recorded:
    """The stamp in a row, its sealed part closed; raises `ledger.codec.Unreadable`."""
    schema, _, body = frame or unframe(row.state)
    decoded = decode(row.type, schema, body, None)
    return _recorded(
        row.stream,
        row.version,
        row.position,
        row.recorded_at,
        decoded.stamp,
        row.correlation_id or _NOBODY,
        decoded.actor,
        decoded.occurred_at,
        decoded.evidence,
        row.numbers,
        row.leaf,
    )
