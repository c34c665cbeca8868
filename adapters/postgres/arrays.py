"""Columns as PostgreSQL arrays in binary form: one parameter for a whole batch.

psycopg can adapt lists, but asks for the type of every element: that took a quarter of a commit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from struct import Struct
from typing import ClassVar
from uuid import UUID

from psycopg import postgres
from psycopg.abc import AdaptContext, Buffer
from psycopg.adapt import Dumper
from psycopg.pq import Format

_integer = Struct(">i").pack
_bigint = Struct(">iq").pack
_header = Struct(">iiIii").pack
_NULL = _integer(-1)
_UUID = _integer(16)


@dataclass(frozen=True, slots=True)
class Packed:
    """An array as the server reads it."""

    element: ClassVar[str]
    content: bytes


class Uuids(Packed):
    element = "uuid"


class Bigints(Packed):
    element = "int8"


class Texts(Packed):
    element = "text"


class Byteas(Packed):
    element = "bytea"


def uuids(values: Sequence[UUID | None]) -> Uuids:
    """uuid[], nulls allowed."""
    return Uuids(_pack(Uuids, [_NULL if one is None else _UUID + one.bytes for one in values]))


def bigints(values: Sequence[int]) -> Bigints:
    """bigint[]."""
    return Bigints(_pack(Bigints, [_bigint(8, one) for one in values]))


def texts(values: Sequence[str | None]) -> Texts:
    """text[], nulls allowed."""
    encoded = (None if one is None else one.encode() for one in values)
    return Texts(_pack(Texts, _with_lengths(encoded)))


def byteas(values: Sequence[bytes | None]) -> Byteas:
    """bytea[], nulls allowed."""
    return Byteas(_pack(Byteas, _with_lengths(values)))


def _with_lengths(values: Iterable[bytes | None]) -> list[bytes]:
    return [_NULL if one is None else _integer(len(one)) + one for one in values]


def _pack(kind: type[Packed], elements: list[bytes]) -> bytes:
    oid = postgres.types[kind.element].oid
    return _header(1, 1, oid, len(elements), 1) + b"".join(elements)


class _PackedDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Packed) -> Buffer:
        return obj.content


def register(context: AdaptContext) -> None:
    """Let a connection take packed arrays as parameters."""
    for kind in (Uuids, Bigints, Texts, Byteas):
        oid = postgres.types[kind.element].array_oid
        dumper = type(f"{kind.__name__}Dumper", (_PackedDumper,), {"oid": oid})
        context.adapters.register_dumper(kind, dumper)
