"""Who we are to the database, and whether it is ours: we can append, and cannot undo it."""

import psycopg
from psycopg.errors import InsufficientPrivilege

from adapters.postgres.connections import Connection
from adapters.postgres.migrate import pending, refuse_edited
from adapters.postgres.sessions import READING, Session, why_away
from adapters.postgres.statements import statement
from ledger.kernel.store import LedgerUnavailable


class RoleTooStrong(Exception):
    """The role could disable the triggers that keep the ledger append-only."""


class NotMigrated(Exception):
    """The database was not brought up to this release."""


def check_role(connection: Connection, *, allow_owner: bool = False) -> None:
    """Raises `RoleTooStrong` for a superuser, an owner of the ledger, or a member of one."""
    found = connection.execute(statement("read_role")).fetchone()
    if found is None:
        raise NotMigrated("this database has no ledger: run `stampledger migrate` first")
    name, superuser, owner = found
    if (superuser or owner) and not allow_owner:
        kind = "a superuser" if superuser else "an owner of the ledger"
        raise RoleTooStrong(
            f"{name} is {kind}: connect as a member of stampledger_app,"
            " or set STAMPLEDGER_ALLOW_OWNER=1"
        )


def check_role_at(url: str, *, allow_owner: bool = False) -> None:
    """The same for an address, which must be of this release, too.

    Raises `NotMigrated`, `MigrationRefused` if a migration was edited, and `LedgerUnavailable` when
    nobody answers there.
    """
    try:
        with Session.opened(url, READING) as connection:
            check_role(connection, allow_owner=allow_owner)
            refuse_edited(connection)
            if due := pending(connection):
                names = ", ".join(due)
                raise NotMigrated(f"run `stampledger migrate` first: {names} not applied")
    except (psycopg.OperationalError, InsufficientPrivilege) as error:
        raise LedgerUnavailable(why_away(error)) from error
