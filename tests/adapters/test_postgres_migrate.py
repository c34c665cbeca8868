"""Migrations: once each, in order, by the owner, one process at a time."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from adapters.embedded_postgres import APP, OWNER
from adapters.postgres.migrate import MigrationRefused, migrate, pending

FILES = sorted(path.stem for path in Path("adapters/postgres/migrations").glob("*.sql"))


@pytest.fixture
def empty(postgres_server):
    name = f"empty_{uuid4().hex[:12]}"
    postgres_server.create_database(name)
    yield name
    postgres_server.drop_database(name)


def test_an_empty_database_gets_them_all_and_then_none(postgres_server, empty):
    owner = postgres_server.url(empty, role=OWNER)
    assert migrate(owner) == FILES
    assert migrate(owner) == []


def test_two_at_a_time_apply_each_once(postgres_server, empty):
    owner = postgres_server.url(empty, role=OWNER)
    with ThreadPoolExecutor(2) as both:
        one, other = both.map(migrate, [owner, owner])
    assert sorted([*one, *other]) == FILES
    assert not one or not other


def test_the_application_sees_what_is_missing_but_does_not_migrate(postgres_server, empty):
    app = postgres_server.url(empty, role=APP)
    with psycopg.connect(app, autocommit=True, cursor_factory=psycopg.RawCursor) as connection:
        assert pending(connection) == FILES
    with pytest.raises(MigrationRefused, match="STAMPLEDGER_MIGRATE_DATABASE_URL"):
        migrate(app)


def test_a_migrated_database_lacks_nothing(database):
    with psycopg.connect(database.app, cursor_factory=psycopg.RawCursor) as connection:
        assert pending(connection) == []


def test_every_ledger_has_an_identity_of_its_own(postgres_server, empty, database):
    owner = postgres_server.url(empty, role=OWNER)
    migrate(owner)
    identities = []
    for url in (owner, database.owner):
        with psycopg.connect(url) as connection:
            identities += connection.execute("select id from ledger.identity").fetchall()
    assert len(set(identities)) == 2
