"""Migrations: numbered files, each applied once, in order, in a transaction of its own."""

from collections.abc import Sequence
from pathlib import Path

import psycopg
from psycopg import errors

from adapters.postgres.connections import Connection
from adapters.postgres.statements import statement

_FOLDER = Path(__file__).parent / "migrations"


class MigrationRefused(Exception):
    """The database cannot be migrated as asked; the message says who has to do what."""


def migrate(owner_url: str) -> Sequence[str]:
    """Bring a database up to date, as its owner. Returns the names of what was applied."""
    with psycopg.connect(
        owner_url, autocommit=True, cursor_factory=psycopg.RawCursor
    ) as connection:
        connection.execute(statement("lock_migrations"))
        applied = _applied(connection)
        due = [path for path in sorted(_FOLDER.glob("*.sql")) if path.stem not in applied]
        for path in due:
            _apply(connection, path)
        return [path.stem for path in due]


def pending(connection: Connection) -> Sequence[str]:
    """What `migrate` would apply. Asked by the application's role, before it serves."""
    try:
        found = {name for (name,) in connection.execute(statement("read_migrations"))}
    except (errors.UndefinedTable, errors.InvalidSchemaName, errors.InsufficientPrivilege):
        found = set()
    return [path.stem for path in sorted(_FOLDER.glob("*.sql")) if path.stem not in found]


def _applied(connection: Connection) -> set[str]:
    try:
        connection.execute(statement("prepare_ledger_schema"))
        connection.execute(statement("prepare_migrations"))
    except errors.InsufficientPrivilege as error:
        raise MigrationRefused(
            "migrations run as the owner of the database: set STAMPLEDGER_MIGRATE_DATABASE_URL"
        ) from error
    return {name for (name,) in connection.execute(statement("read_migrations"))}


def _apply(connection: Connection, path: Path) -> None:
    try:
        with connection.transaction():
            connection.execute(path.read_bytes())
            connection.execute(statement("insert_migration"), [path.stem])
    except errors.InsufficientPrivilege as error:
        raise MigrationRefused(
            f"{path.stem}: {error.diag.message_primary}. If the role stampledger_app is missing,"
            " let an administrator run: create role stampledger_app nologin"
        ) from error
