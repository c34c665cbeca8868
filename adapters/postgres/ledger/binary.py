"""Parameters in PostgreSQL's binary form, whole columns as arrays.

psycopg can adapt lists too, but asks for the type of every element; here a column is one join.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from struct import Struct
from uuid import UUID

from psycopg.adapt import Dumper
from psycopg.pq import Format

from ledger.proof.leaf import microseconds

_EPOCH = microseconds(datetime(2000, 1, 1, tzinfo=UTC))
_integer = Struct(">i").pack
_bigint = Struct(">q").pack
_bigint_element = Struct(">iq").pack
_header = Struct(">iiiii").pack
_NULL, _SIXTEEN = _integer(-1), _integer(16)
# Object identifiers of element types: part of PostgreSQL's protocol, they never change.
_BYTEA, _INT8, _TEXT, _TIMESTAMPTZ, _UUID = 17, 20, 25, 1184, 2950


def bigint(value: int) -> bytes:
    """bigint."""
    return _bigint(value)


def moment(value: datetime) -> bytes:
    """timestamptz."""
    return _bigint(microseconds(value) - _EPOCH)


def uuids(values: Sequence[UUID | None]) -> bytes:
    """uuid[], nulls allowed."""
    return _array(
        _UUID,
        [_NULL if one is None else _SIXTEEN + one.int.to_bytes(16, "big") for one in values],
    )


def bigints(values: Sequence[int]) -> bytes:
    """bigint[]."""
    return _array(_INT8, [_bigint_element(8, one) for one in values])


def moments(values: Sequence[datetime]) -> bytes:
    """timestamptz[]."""
    return _array(_TIMESTAMPTZ, [_bigint_element(8, microseconds(one) - _EPOCH) for one in values])


def texts(values: Sequence[str | None]) -> bytes:
    """text[], nulls allowed. Many are the same, as names of types are: each is made once."""
    made = {one: _sized(None if one is None else one.encode()) for one in {*values}}
    return _array(_TEXT, [made[one] for one in values])


def byteas(values: Sequence[bytes | None]) -> bytes:
    """bytea[], nulls allowed."""
    return _array(_BYTEA, [_sized(one) for one in values])


def digest(value: bytes) -> str:
    """What tells the database whether bytes arrived as they were sent."""
    return sha256(value).hexdigest()


def _sized(value: bytes | None) -> bytes:
    return _NULL if value is None else _integer(len(value)) + value


def _array(element: int, values: list[bytes]) -> bytes:
    return _header(1, 1, element, len(values), 1) + b"".join(values)


@dataclass(frozen=True, slots=True)
class ByteaColumn:
    """Bytes, one per row, as a parameter of a cursor: as text, settings would decide on them."""

    values: Sequence[bytes]


class ByteaColumnDumper(Dumper):
    """Makes bytea[] of it, in binary form."""

    format = Format.BINARY
    oid = 1001

    def dump(self, obj: ByteaColumn) -> bytes:
        return byteas(obj.values)
