"""Rows of projections in and out of their tables. A projection names its table and columns."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from psycopg import sql

from adapters.postgres.connections import Connection
from projections.engine.derive import Derived, Poison, changes
from projections.engine.projection import Projection, Row

LIVE, SHADOW = "views", "rebuild"
# Of SQLSTATE: data, constraints, checks of a view, limits of the program, raised by a trigger.
_OF_ROWS = ("22", "23", "44", "54", "P0")


@dataclass(frozen=True, slots=True)
class TableChange:
    """Of one projection's table: the streams whose rows go, and the rows that come, as JSON."""

    name: str
    columns: tuple[str, ...]
    replaced: Sequence[UUID]
    rows: str


def table_changes(
    projections: Collection[Projection], changed: Mapping[UUID, Derived]
) -> list[TableChange]:
    """What makes the rows of these streams those derived, and no others. Equal rows stay."""
    return [one for one in (_table_change(each, changed) for each in projections) if one]


def _table_change(projection: Projection, changed: Mapping[UUID, Derived]) -> TableChange | None:
    replaced, rows = changes(changed, projection.name)
    if not (replaced or rows):
        return None
    # One JSON document costs us a tenth of what a COPY does, and PostgreSQL as much.
    document = msgspec.json.encode(rows).decode() if rows else ""
    return TableChange(projection.name, projection.columns, replaced, document)


def write_changes(
    connection: Connection, made: Iterable[TableChange], *, schema: str = LIVE
) -> None:
    """All of them, on their way together; in a transaction of the caller's."""
    with connection.pipeline():
        for change in made:
            if change.replaced:
                connection.execute(_deleting(change.name, schema), [change.replaced])
            if change.rows:
                inserting = _inserting(change.name, change.columns, schema)
                connection.execute(inserting, [change.rows])


def written_apart(
    changed: Mapping[UUID, Derived],
    write: Callable[[Mapping[UUID, Derived]], object],
    *,
    connection: Connection,
) -> list[Poison]:
    """Write streams half by half, in a transaction of the caller's; those refused are returned."""
    try:
        with connection.transaction():
            write(changed)
    except Exception as error:
        if not rows_refused(error):
            raise
        if len(changed) == 1:
            ((stream, derived),) = changed.items()
            return [Poison(stream=stream, position=derived.first, error=type(error).__name__)]
    else:
        return []
    half = len(changed) // 2
    parts = dict([*changed.items()][:half]), dict([*changed.items()][half:])
    return [one for part in parts for one in written_apart(part, write, connection=connection)]


@cache
def _deleting(name: str, schema: str) -> sql.Composed:
    table = sql.Identifier(schema, name)
    return sql.SQL("delete from {table} where stream = any($1::uuid[])").format(table=table)


@cache
def _inserting(name: str, columns: tuple[str, ...], schema: str) -> sql.Composed:
    return sql.SQL(
        "insert into {table} ({columns})"
        " select {columns} from json_populate_recordset(null::{table}, $1::json)"
    ).format(table=sql.Identifier(schema, name), columns=_columns(columns))


def read_rows(
    connection: Connection, projection: Projection, *, streams: Sequence[UUID]
) -> list[Row]:
    """The live rows of these streams."""
    select = sql.SQL("select {columns} from {table} where stream = any($1::uuid[])")
    return [*_rows(connection, projection, select, [[*streams]])]


def read_orphans(connection: Connection, projection: Projection, *, until: int) -> list[Row]:
    """Live rows of streams that the ledger does not know."""
    select = sql.SQL(
        "select {columns} from {table} where not exists ("
        "select from ledger.stamps where stamps.stream = {table}.stream and position <= $1)"
    )
    return [*_rows(connection, projection, select, [until])]


def _rows(
    connection: Connection, projection: Projection, select: sql.SQL, parameters: Sequence[Any]
) -> Iterator[Row]:
    query = select.format(
        table=sql.Identifier(LIVE, projection.name), columns=_columns(projection.columns)
    )
    for values in connection.execute(query, parameters):
        yield row_of(projection.row, values)


def row_of(row: type, values: Sequence[Any]) -> Any:
    """A row as the projection makes it, from its columns in their order."""
    names = row.__dataclass_fields__  # type: ignore[attr-defined]
    settled = (tuple(value) if isinstance(value, list) else value for value in values)
    return row(**dict(zip(names, settled, strict=True)))


def _columns(names: Sequence[str]) -> sql.Composable:
    return sql.SQL(", ").join(sql.Identifier(name) for name in names)


def rows_refused(error: Exception) -> bool:
    """True if other rows could have been written: too large, too long, or not to be encoded.

    PostgreSQL calls a row that is too long for an index an operational error; the session lives.
    """
    if not isinstance(error, psycopg.Error):
        return isinstance(error, ValueError | TypeError | ArithmeticError | RecursionError)
    if error.sqlstate is None:  # refused before it was sent
        return isinstance(error, psycopg.DataError | psycopg.IntegrityError)
    return error.sqlstate.startswith(_OF_ROWS)
