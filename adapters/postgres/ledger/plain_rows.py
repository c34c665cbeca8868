"""Rows of the ledger in bulk: an id or a time that comes again is made once per batch."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from struct import Struct
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from psycopg.types.string import ByteaBinaryLoader

from adapters.store.plain_rows import PlainRow
from adapters.store.rows import NO_NUMBERS

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_bigint = Struct(">q").unpack
_numbers = msgspec.json.Decoder(dict[str, int])
# Of these types, the bytes that came over the wire are asked for.
_AS_BYTES = ("uuid", "timestamptz", "jsonb")


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
