"""Rows of the ledger, read."""

from typing import Any

from adapters.store.rows import NO_NUMBERS, StampRow
from ledger.audit.rows import StoredCommit, StoredNumber, StoredTotal
from ledger.kernel.fast import maker

stored_commit = maker(StoredCommit)
_total, _number = maker(StoredTotal), maker(StoredNumber)


def stamp_row(values: tuple[Any, ...]) -> StampRow:
    """One row, its columns in the order in which every statement of ours names them."""
    position, stream, version, topic, recorded_at, correlation_id, occurrence = values[:7]
    binding, numbers, state, leaf = values[7:]
    return StampRow(
        originator_id=stream,
        originator_version=version,
        topic=topic,
        state=state,
        id=position,
        recorded_at=recorded_at,
        correlation_id=correlation_id,
        occurrence=occurrence,
        binding=binding,
        numbers=numbers or NO_NUMBERS,
        leaf=leaf,
    )


def stored_total(values: tuple[Any, ...]) -> StoredTotal:
    """A row of the running totals."""
    position, quota, capacity, held, sold = values
    return _total(position, quota, (capacity, held, sold))


def stored_number(values: tuple[Any, ...]) -> StoredNumber:
    """A row of the drawn numbers."""
    return _number(*values)
