"""Rows of projections in and out of their tables. A projection names its table and columns."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import msgspec
from psycopg import sql

from adapters.postgres.connections import Connection
from projections.projection import Projection, Row

LIVE, SHADOW = "views", "rebuild"


def replace_rows(
    connection: Connection,
    projection: Projection,
    *,
    streams: Sequence[UUID],
    rows: Sequence[Row],
    schema: str = LIVE,
) -> None:
    """The rows of these streams are now these, and no others."""
    table = sql.Identifier(schema, projection.name)
    delete = sql.SQL("delete from {table} where stream = any($1::uuid[])").format(table=table)
    connection.execute(delete, [[*streams]])
    if rows:
        insert_rows(connection, projection, rows=rows, schema=schema)


def insert_rows(
    connection: Connection, projection: Projection, *, rows: Sequence[Row], schema: str
) -> None:
    """All rows in one statement."""
    insert = sql.SQL(
        "insert into {table} ({columns})"
        " select {columns} from json_populate_recordset(null::{table}, $1::json)"
    ).format(table=sql.Identifier(schema, projection.name), columns=_columns(projection))
    connection.execute(insert, [msgspec.json.encode(rows).decode()])


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
    query = select.format(table=sql.Identifier(LIVE, projection.name), columns=_columns(projection))
    for values in connection.execute(query, parameters):
        yield row_of(projection.row, values)


def row_of(row: type, values: Sequence[Any]) -> Any:
    """A row as the projection makes it, from its columns in their order."""
    names = row.__dataclass_fields__  # type: ignore[attr-defined]
    settled = (tuple(value) if isinstance(value, list) else value for value in values)
    return row(**dict(zip(names, settled, strict=True)))


def _columns(projection: Projection) -> sql.Composable:
    return sql.SQL(", ").join(sql.Identifier(name) for name in projection.columns)
