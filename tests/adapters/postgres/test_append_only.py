"""Append-only is a property of the database, and it shouts; the application cannot undo it."""

import psycopg
import pytest
from psycopg import errors, sql

from adapters.embedded_postgres import ADMIN
from adapters.postgres.roles import NotMigrated, RoleTooStrong, check_role, check_role_at

TABLES = [
    "commits",
    "identity",
    "inbox",
    "migration_hashes",
    "migrations",
    "numbers",
    "payments",
    "seat_totals",
    "stamps",
    "statement_marks",
    "transfer_files",
]
CHANGES = {
    "update": "update {table} set {column} = {column}",
    "delete": "delete from {table}",
    "truncate": "truncate {table} cascade",
}


@pytest.fixture
def owner(module_database):
    with psycopg.connect(module_database.owner, autocommit=True) as connection:
        yield connection


@pytest.fixture
def app(module_database):
    with psycopg.connect(module_database.app, autocommit=True) as connection:
        yield connection


def tables_of(connection, schema: str) -> list[str]:
    found = connection.execute(
        "select tablename from pg_tables where schemaname = %s order by 1", [schema]
    )
    return [name for (name,) in found]


def change(connection, kind: str, *, table: str) -> None:
    (column,) = connection.execute(
        "select attname from pg_attribute where attrelid = %s::regclass and attnum = 1",
        [f"ledger.{table}"],
    ).fetchone()
    connection.execute(
        sql.SQL(CHANGES[kind]).format(
            table=sql.Identifier("ledger", table), column=sql.Identifier(column)
        )
    )


def test_these_are_all_the_tables_of_the_ledger(owner):
    assert tables_of(owner, "ledger") == TABLES


@pytest.mark.parametrize("kind", CHANGES)
@pytest.mark.parametrize("table", TABLES)
def test_not_even_the_owner_changes_a_row(owner, table, kind):
    with pytest.raises(errors.RestrictViolation, match=f"{table} is append-only"):
        change(owner, kind, table=table)


@pytest.mark.parametrize("kind", CHANGES)
@pytest.mark.parametrize("table", TABLES)
def test_the_application_may_not_even_try(app, table, kind):
    with pytest.raises(errors.InsufficientPrivilege):
        change(app, kind, table=table)


@pytest.mark.parametrize(
    "statement",
    [
        "alter table ledger.stamps disable trigger all",
        "drop trigger append_only on ledger.stamps",
        "alter function ledger.refuse_change() rename to welcome_change",
        "set session_replication_role = replica",
        "drop table ledger.stamps",
        "insert into ledger.identity (id) values (gen_random_uuid())",
        "create table ledger.mine ()",
    ],
)
def test_the_application_cannot_disarm_the_ledger(app, statement):
    with pytest.raises(errors.InsufficientPrivilege):
        app.execute(statement)


def test_the_application_changes_what_is_not_the_ledger(app):
    app.execute("create table views.mine (id int); drop table views.mine")
    app.execute("create table rebuild.mine (id int); drop table rebuild.mine")
    app.execute("update working.inbox_marks set attempts = attempts + 1")


def test_an_auditor_reads_the_ledger_but_no_keys(module_database):
    with psycopg.connect(module_database.auditor, autocommit=True) as auditor:
        assert auditor.execute("select count(*) from ledger.stamps").fetchone() == (0,)
        with pytest.raises(errors.InsufficientPrivilege):
            auditor.execute("select from keys.data_keys")
        with pytest.raises((errors.InsufficientPrivilege, errors.ReadOnlySqlTransaction)):
            auditor.execute("insert into ledger.numbers values ('order', 1, 1)")


def test_the_application_serves_as_what_it_is(app):
    check_role(app)


def test_an_owner_does_not_serve_unless_told_so(owner):
    with pytest.raises(RoleTooStrong, match="an owner of the ledger"):
        check_role(owner)
    check_role(owner, allow_owner=True)


def test_a_superuser_does_not_serve(postgres_server, module_database):
    address = postgres_server.url(module_database.name, role=ADMIN)
    with psycopg.connect(address) as superuser, pytest.raises(RoleTooStrong, match="a superuser"):
        check_role(superuser)


def test_without_a_ledger_nobody_serves(postgres_server):
    address = postgres_server.url("postgres", role=ADMIN)
    with psycopg.connect(address) as connection, pytest.raises(NotMigrated, match="migrate"):
        check_role(connection)


def test_nobody_serves_a_database_of_a_former_release(database):
    check_role_at(database.app)
    with psycopg.connect(database.owner) as owner:
        owner.execute("alter table ledger.migrations disable trigger all")
        owner.execute("delete from ledger.migrations where name = '0004_keys'")
    with pytest.raises(NotMigrated, match="run `stampledger migrate` first: 0004_keys"):
        check_role_at(database.app)
