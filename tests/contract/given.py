"""Appends to begin with, in the terms of the recorder."""

from collections.abc import Mapping, Sequence
from uuid import UUID, uuid4

from adapters.store.recorder import PreparedAppend
from adapters.store.rows import PreparedStamp
from ledger.kernel.store import SeatChange


def stamp(
    stream: UUID,
    version: int = 1,
    *,
    type: str = "PAID",
    cause: UUID | None = None,
    occurrence: str = "",
    binding: bytes = b"",
    state: bytes = b"{}",
    series: Sequence[str] = (),
) -> PreparedStamp:
    return PreparedStamp(
        stream, version, type, state, cause or uuid4(), occurrence, binding, tuple(series)
    )


def append(
    *stamps: PreparedStamp,
    seeing: Mapping[UUID, int] | None = None,
    seats: Sequence[SeatChange] = (),
) -> PreparedAppend:
    """Stamps on top of what their first versions say, having also looked at other streams."""
    firsts: dict[UUID, int] = {}
    for one in stamps:
        firsts.setdefault(one.originator_id, one.originator_version - 1)
    return PreparedAppend(stamps, {**firsts, **(seeing or {})}, seats)


def first(stream: UUID | None = None, **fields: object) -> PreparedAppend:
    """One stamp on a fresh stream."""
    return append(stamp(stream or uuid4(), **fields))  # type: ignore[arg-type]
