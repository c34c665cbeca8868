"""Rows of the ledger, read."""

from typing import Any

from adapters.recording import NO_NUMBERS, StampRow


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
