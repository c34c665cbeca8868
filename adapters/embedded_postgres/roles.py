"""Roles and databases inside the server. Schemas and their grants belong to the migrations."""

from typing import LiteralString

import psycopg
from psycopg import sql

# Owns the database and runs migrations / serves, owning nothing / reads.
OWNER, APP, AUDITOR = "stampledger_owner", "stampledger_app", "stampledger_auditor"

Connection = psycopg.Connection[tuple[object, ...]]


def ensure_roles(admin: Connection) -> None:
    known = {name for (name,) in admin.execute("select rolname from pg_roles")}
    for role in (OWNER, APP, AUDITOR):
        if role not in known:
            run(admin, "create role {role} login", role=role)
    if AUDITOR not in known:
        run(admin, "alter role {role} set default_transaction_read_only = on", role=AUDITOR)


def ensure_database(admin: Connection, name: str) -> None:
    found = admin.execute("select from pg_database where datname = %s", [name])
    if found.fetchone() is None:
        create_database(admin, name)


def create_database(admin: Connection, name: str, *, template: str = "template1") -> None:
    """A database of the owner's; privileges on it are not copied from the template."""
    run(
        admin,
        "create database {name} owner {owner} template {template}",
        name=name,
        owner=OWNER,
        template=template,
    )
    let_in(admin, name)


def let_in(admin: Connection, name: str) -> None:
    """The app and the auditor may connect to a database, and nobody else."""
    run(admin, "revoke all on database {name} from public", name=name)
    run(admin, "grant connect, temporary on database {name} to {role}", name=name, role=APP)
    run(admin, "grant connect on database {name} to {role}", name=name, role=AUDITOR)


def drop_database(admin: Connection, name: str) -> None:
    """Whoever is still connected is disconnected."""
    run(admin, "drop database if exists {name} with (force)", name=name)


def run(admin: Connection, statement: LiteralString, **names: str) -> None:
    identifiers = {key: sql.Identifier(name) for key, name in names.items()}
    admin.execute(sql.SQL(statement).format(**identifiers))
