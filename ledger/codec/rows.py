"""What the auditor reads: rows and commits exactly as they are stored."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from ledger.codec import decode, unframe
from ledger.kernel.events import Recorded

BATCH = 1_000
# Capacity, held, sold.
Totals = tuple[int, int, int]
# Schema version, sealed part, body.
Frame = tuple[int, bytes, bytes]
_NOBODY = UUID(int=0)


class StoredRow(Struct, frozen=True):
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


class StoredCommit(Struct, frozen=True):
    """One commit: the rows it wrote, and the tree over all rows up to its last."""

    first: int
    last: int
    recorded_at: datetime
    frontier: bytes
    root: bytes


class StoredTotal(Struct, frozen=True):
    """The running totals of a quota, as kept beside the commit that ends at a position."""

    position: int
    quota: UUID
    totals: Totals


class StoredNumber(Struct, frozen=True):
    """The last number of a series, as kept beside the commit that drew it."""

    position: int
    series: str
    number: int


Kept = StoredTotal | StoredNumber
# The same as bare values: position, quota's id as a number, capacity, held, sold; and position,
# series, number.
KeptBeside = tuple[Sequence[tuple[int, int, int, int, int]], Sequence[tuple[int, str, int]]]


class LedgerRows(Protocol):
    """What a replay reads. Nothing here may mend or hide what is stored."""

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

    def seat_totals(self, until: int) -> Mapping[UUID, Totals]:
        """The running totals of every quota as of a position."""
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


def recorded(row: StoredRow) -> Recorded[object]:
    """The stamp in a row, its sealed part closed; raises `ledger.codec.Unreadable`."""
    schema, _, body = unframe(row.state)
    decoded = decode(row.type, schema, body, None)
    return Recorded(
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
        decoded.request,
    )


def last_before(rows: LedgerRows, since: datetime) -> int:
    """A position before which everything is older: times never run backwards along positions."""
    low, high = 0, rows.head()[0]
    while low < high:
        middle = (low + high) // 2
        found = rows.rows(middle, limit=1)
        if found and found[0].recorded_at < since:
            low = middle + 1
        else:
            high = middle
    return low
