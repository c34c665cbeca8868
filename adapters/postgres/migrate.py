"""Migrations: numbered files, each applied once, in order, in a transaction of its own."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

import psycopg
from psycopg import errors

from adapters.postgres.connections import Connection
from adapters.postgres.sessions import MIGRATING, Session, why_away
from adapters.postgres.statements import statement
from ledger.kernel.store import LedgerUnavailable

_FOLDER = Path(__file__).parent / "migrations"
# Three were released under one number. Where they were applied under the former name, they were.
_FORMER = {
    "0042_kept_by_position": "0040_kept_by_position",
    "0043_reservations": "0040_reservations",
}


class MigrationRefused(Exception):
    """The database cannot be migrated as asked; the message says who has to do what."""


def migrate(owner_url: str) -> Sequence[str]:
    """Bring a database up to date, as its owner. Returns the names of what was applied.

    Raises `MigrationRefused`, and `LedgerUnavailable` when nobody answers.
    """
    try:
        with Session.opened(owner_url, MIGRATING) as connection:
            connection.prepare_threshold = None  # a file holds many statements
            connection.execute(statement("lock_migrations"))
            return _migrate(connection)
    except psycopg.OperationalError as error:
        raise LedgerUnavailable(why_away(error)) from error


def _migrate(connection: Session) -> Sequence[str]:
    applied = _applied(connection)
    _keep_hashes(connection, applied)
    refuse_edited(connection)
    due = [path for path in _files() if path.stem not in applied]
    for path in due:
        _apply(connection, path)
    return [path.stem for path in due]


def pending(connection: Connection) -> Sequence[str]:
    """What `migrate` would apply. Asked by the application's role, before it serves."""
    try:
        found = _named(connection)
    except (errors.UndefinedTable, errors.InvalidSchemaName, errors.InsufficientPrivilege):
        found = set()
    return [path.stem for path in _files() if path.stem not in found]


def refuse_edited(connection: Connection) -> None:
    """Raises `MigrationRefused` if a file is not what it was when it was applied here."""
    kept = _hashes(connection)
    edited = [one.stem for one in _files() if one.stem in kept and kept[one.stem] != _hash(one)]
    if edited:
        names = ", ".join(edited)
        raise MigrationRefused(
            f"{names} was edited after it was applied to this database: put the released file back"
            " (reinstall the package), and write what should change as a migration of its own"
        )


def _applied(connection: Session) -> set[str]:
    try:
        for name in ("prepare_ledger_schema", "prepare_migrations", "prepare_migration_hashes"):
            connection.execute(statement(name))
    except errors.InsufficientPrivilege as error:
        raise MigrationRefused(
            "migrations run as the owner of the database: set STAMPLEDGER_MIGRATE_DATABASE_URL"
        ) from error
    return _named(connection)


def _named(connection: Connection) -> set[str]:
    """Those that were applied, by the names of today."""
    found = {name for (name,) in connection.execute(statement("read_migrations"))}
    return found | {name for name, former in _FORMER.items() if former in found}


def _keep_hashes(connection: Connection, applied: set[str]) -> None:
    """A database of a release without hashes gets those of the files that are there now."""
    kept = _hashes(connection)
    for path in _files():
        if path.stem in applied and path.stem not in kept:
            connection.execute(statement("insert_migration_hash"), [path.stem, _hash(path)])


def _apply(connection: Connection, path: Path) -> None:
    try:
        with connection.transaction():
            connection.execute(path.read_bytes())
            connection.execute(statement("insert_migration"), [path.stem])
            connection.execute(statement("insert_migration_hash"), [path.stem, _hash(path)])
    except errors.InsufficientPrivilege as error:
        raise MigrationRefused(
            f"{path.stem}: {error.diag.message_primary}. If the role stampledger_app is missing,"
            " let an administrator run: create role stampledger_app nologin"
        ) from error


def _hashes(connection: Connection) -> Mapping[str, bytes]:
    try:
        return dict(connection.execute(statement("read_migration_hashes")).fetchall())
    except (errors.UndefinedTable, errors.InvalidSchemaName):
        return {}


def _files() -> Sequence[Path]:
    return sorted(_FOLDER.glob("*.sql"))


def _hash(path: Path) -> bytes:
    """Of the text, however this checkout ends its lines."""
    return sha256(path.read_bytes().replace(b"\r\n", b"\n")).digest()
