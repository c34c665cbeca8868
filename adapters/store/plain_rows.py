"""Rows of the ledger with what a stamp is made of and no more, for readers of very many."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from adapters.store.rows import StampRow


class PlainRow(NamedTuple):
    """One row. An opaque one, not written as a stamp, has no correlation id."""

    position: int
    stream: UUID
    version: int
    type: str
    recorded_at: datetime
    correlation_id: UUID | None
    numbers: Mapping[str, int]
    state: bytes
    leaf: bytes


def plain(row: StampRow) -> PlainRow:
    """The same row with less."""
    return PlainRow(
        row.id,
        row.originator_id,
        row.originator_version,
        row.topic,
        row.recorded_at,
        row.correlation_id,
        row.numbers,
        row.state,
        row.leaf,
    )
