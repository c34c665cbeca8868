"""Rows of the ledger, read: one by one, in bulk for projections, as they came for auditors."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from struct import Struct
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from psycopg.types.numeric import Int8BinaryLoader
from psycopg.types.string import ByteaBinaryLoader

from adapters.audit.recorder import numbers_of
from adapters.store.rows import NO_NUMBERS, PlainRow, StampRow
from ledger.audit.raw_rows import RawRow, Vertebra
from ledger.codec.rows import KeptBeside, StoredNumber, StoredTotal

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_bigint = Struct(">q").unpack
_numbers = msgspec.json.Decoder(dict[str, int])
# Of these types, the bytes that came over the wire are asked for.
_AS_BYTES = ("uuid", "timestamptz", "jsonb")
_NUMBERS, _VERTEBRA_NUMBERS = 8, 3


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
    return StoredTotal(position, quota, (capacity, held, sold))


def stored_number(values: tuple[Any, ...]) -> StoredNumber:
    """A row of the drawn numbers."""
    return StoredNumber(*values)


def leave_as_bytes(cursor: psycopg.Cursor[Any]) -> None:
    """A binary cursor's rows are those that `plain_rows` takes."""
    for name in _AS_BYTES:
        cursor.adapters.register_loader(name, ByteaBinaryLoader)


class _Ids(dict[bytes | None, UUID | None]):
    """UUIDs by their sixteen bytes; none for none."""

    def __missing__(self, raw: bytes) -> UUID:
        made = self[raw] = UUID(bytes=raw)
        return made


class _Times(dict[bytes, datetime]):
    """Times by PostgreSQL's microseconds since 2000 UTC."""

    def __missing__(self, raw: bytes) -> datetime:
        made = self[raw] = _EPOCH + timedelta(microseconds=_bigint(raw)[0])
        return made


def plain_rows(rows: Iterable[tuple[Any, ...]]) -> list[PlainRow]:
    """The rows of one batch, as a cursor that leaves them as bytes found them."""
    ids, times = _Ids({None: None}), _Times()
    make = PlainRow._make
    return [
        make(
            (
                position,
                ids[stream],
                version,
                name,
                times[recorded_at],
                ids[cause],
                _drawn(numbers) if numbers else NO_NUMBERS,
                state,
                leaf,
            )
        )
        for position, stream, version, name, recorded_at, cause, numbers, state, leaf in rows
    ]


def _drawn(numbers: bytes) -> Mapping[str, int]:
    """From binary jsonb: a byte that tells its version, then JSON."""
    return _numbers.decode(memoryview(numbers)[1:])


def leave_raw(cursor: psycopg.Cursor[Any]) -> None:
    """A binary cursor leaves ids and JSON as bytes, times as PostgreSQL's microseconds."""
    register = cursor.adapters.register_loader
    register("uuid", ByteaBinaryLoader)
    register("jsonb", ByteaBinaryLoader)
    register("timestamptz", Int8BinaryLoader)


def raw_rows(rows: list[tuple[Any, ...]]) -> list[RawRow]:
    """The rows as they came; of the few that drew numbers, these are read."""
    return _with_numbers(rows, _NUMBERS)


def raw_vertebrae(rows: list[tuple[Any, ...]]) -> list[Vertebra]:
    """The same of the columns that hold the ledger together."""
    return _with_numbers(rows, _VERTEBRA_NUMBERS)


def _with_numbers(rows: list[Any], column: int) -> list[Any]:
    """From binary jsonb: a byte that tells its version, then JSON."""
    for place, row in enumerate(rows):
        if row[column] is not None:
            numbers = numbers_of(msgspec.json.decode(memoryview(row[column])[1:]))
            rows[place] = (*row[:column], numbers or None, *row[column + 1 :])
    return rows


def raw_kept(totals: Iterable[tuple[Any, ...]], numbers: Iterable[tuple[Any, ...]]) -> KeptBeside:
    """Running totals and drawn numbers, a quota's id as a number."""
    whole = [
        (position, int.from_bytes(quota, "big"), capacity, held, sold)
        for position, quota, capacity, held, sold in totals
    ]
    return whole, [*numbers]
