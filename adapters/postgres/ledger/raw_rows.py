"""Rows of the ledger as they come over the wire: what an auditor of millions looks at."""

from collections.abc import Iterable
from typing import Any

import msgspec
import psycopg
from psycopg.types.numeric import Int8BinaryLoader
from psycopg.types.string import ByteaBinaryLoader

from adapters.audit.rows import numbers_of
from ledger.audit.raw_rows import RawRow, Vertebra
from ledger.audit.rows import KeptBeside

_NUMBERS, _VERTEBRA_NUMBERS = 8, 3


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
