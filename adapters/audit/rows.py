"""Rows of the ledger as the auditor reads them, from rows as the recorder has them."""

from collections.abc import Mapping

from adapters.store.rows import StampRow
from ledger.audit.rows import StoredRow
from ledger.kernel.fast import maker

stored_row = maker(StoredRow)


def audited(row: StampRow) -> StoredRow:
    """The same row, byte for byte."""
    return stored_row(
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
