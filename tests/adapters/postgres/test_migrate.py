"""Migrations: once each, in order, by the owner, one process at a time."""

import shutil
import subprocess
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from adapters.embedded_postgres import APP, OWNER
from adapters.embedded_postgres.places import find_binaries
from adapters.postgres.ledger.recorder import PostgresStampRecorder
from adapters.postgres.migrate import MigrationRefused, migrate, pending
from adapters.postgres.roles import check_role_at
from adapters.postgres.statements import statement
from ledger.audit.verify import verify
from ledger.kernel.events import Draft
from ledger.kernel.money import Money
from ledger.kernel.store import Append
from ledger.order.payment_claims import payment_id
from ledger.order.stamps import Authorized, Paid
from tests.conftest import Database
from tests.kits.worlds import World

FOLDER = Path("adapters/postgres/migrations")
FILES = sorted(path.stem for path in FOLDER.glob("*.sql"))


def test_numbers_are_given_out_once():
    numbers = Counter(name.partition("_")[0] for name in FILES)
    assert [number for number, count in numbers.items() if count > 1] == []


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


def schema_of(postgres_server, name):
    """Every table, index, function, trigger and right, in an order of PostgreSQL's own."""
    program = find_binaries(18) / "pg_dump"
    dump = [program, "--schema-only", "--restrict-key=same", postgres_server.url(name, role=OWNER)]
    return subprocess.run(dump, capture_output=True, check=True).stdout


def names_in(connection):
    return {name for (name,) in connection.execute("select name from ledger.migrations")}


def hashes_in(connection):
    return dict(connection.execute("select name, sha256 from ledger.migration_hashes").fetchall())


@pytest.fixture
def of_the_first_release(postgres_server, empty):
    """As the release before hashes left it: three migrations under one number, no hashes."""
    owner = postgres_server.url(empty, role=OWNER)
    with psycopg.connect(owner, autocommit=True) as connection:
        for name in ("prepare_ledger_schema", "prepare_migrations"):
            connection.execute(statement(name))
        for name in FILES[: FILES.index("0053_abandon_rebuild") + 1]:
            connection.execute((FOLDER / f"{name}.sql").read_bytes())
            former = name.replace("0042_", "0040_").replace("0043_", "0040_")
            connection.execute("insert into ledger.migrations (name) values (%s)", [former])
    return owner


def test_a_database_of_the_release_before_gets_hashes_and_nothing_twice(
    of_the_first_release, empty, database, postgres_server
):
    applied = migrate(of_the_first_release)
    assert applied == FILES[FILES.index("0053_abandon_rebuild") + 1 :]
    with psycopg.connect(of_the_first_release) as connection:
        assert {"0040_kept_by_position", "0040_reservations"} <= names_in(connection)
        assert sorted(hashes_in(connection)) == FILES
        with psycopg.connect(database.owner) as fresh:
            assert hashes_in(connection) == hashes_in(fresh)
    assert migrate(of_the_first_release) == []
    assert schema_of(postgres_server, empty) == schema_of(postgres_server, database.name)


def edited(tmp_path, monkeypatch, name, change):
    shutil.copytree(FOLDER, tmp_path, dirs_exist_ok=True)
    file = tmp_path / f"{name}.sql"
    file.write_bytes(change(file.read_bytes()))
    monkeypatch.setattr("adapters.postgres.migrate._FOLDER", tmp_path)


@pytest.mark.parametrize("name", [FILES[0], FILES[-1], "0042_kept_by_position"])
def test_an_edited_migration_is_noticed(database, tmp_path, monkeypatch, name):
    edited(tmp_path, monkeypatch, name, lambda text: text + b"\n-- a word more\n")
    with pytest.raises(MigrationRefused, match=f"{name} was edited after it was applied"):
        migrate(database.owner)
    with pytest.raises(MigrationRefused, match=f"{name} was edited after it was applied"):
        check_role_at(database.app)


def test_how_a_checkout_ends_its_lines_is_no_edit(database, tmp_path, monkeypatch):
    edited(tmp_path, monkeypatch, FILES[0], lambda text: text.replace(b"\n", b"\r\n"))
    assert migrate(database.owner) == []


@pytest.mark.parametrize(
    "change", ["update {} set sha256 = sha256", "delete from {}", "truncate {}"]
)
def test_hashes_are_append_only(database, change):
    with (
        psycopg.connect(database.owner) as owner,
        pytest.raises(psycopg.errors.RestrictViolation, match="append-only"),
    ):
        owner.execute(change.format("ledger.migration_hashes"))


def test_the_application_reads_hashes_and_writes_none(database):
    with psycopg.connect(database.app) as app:
        assert sorted(hashes_in(app)) == FILES
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("insert into ledger.migration_hashes values ('x', sha256('x'))")


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


def test_payments_of_an_older_ledger_are_claimed_by_whoever_had_them_first(
    database: Database,
) -> None:
    """They were appended when nobody claimed payments; bank transfers and cash stay free."""
    world = World(make=lambda clock: PostgresStampRecorder(database.app, clock=clock))
    for name, payment, provider in (
        ("first", "pi_1", "stripe"),
        ("second", "pi_1", "stripe"),
        ("third", "", "manual"),
    ):
        placed = world.place(name, ("volunteer" if provider == "manual" else "weekend", 1))
        cause = next(iter(placed.attempts), world.id("cash"))
        paid = Paid(amount=Money(3500, "EUR"), provider=provider, provider_reference=payment)
        draft = Draft(stream=placed.id, stamp=paid, correlation_id=cause, actor="test")
        world.store.append(Append(drafts=[draft], expected={placed.id: placed.version}))
    sql = (FOLDER / "0061_payments.sql").read_text()
    backfill = sql[sql.index("insert into ledger.payments") :]
    with psycopg.connect(database.owner) as owner:
        owner.execute(backfill.encode())
        found = owner.execute("select payment, holder from ledger.payments").fetchall()
    attempt = next(iter(world.orders.get(world.id("first")).attempts))
    assert world.recorder.read_repeats(10**6) == [world.store.head()[0] - 3]
    assert found == [(payment_id("stripe", "acct_1", "pi_1"), attempt)]
    world.close()


def test_what_an_older_ledger_keeps_ready_is_claimed_too(database: Database) -> None:
    world = World(make=lambda clock: PostgresStampRecorder(database.app, clock=clock))
    placed = world.place("kept", ("weekend", 1))
    attempt = next(iter(placed.attempts))
    kept = Authorized(amount=placed.due, provider="stripe", provider_reference="pi_7")
    draft = Draft(stream=placed.id, stamp=kept, correlation_id=attempt, actor="test")
    world.store.append(Append(drafts=[draft], expected={placed.id: placed.version}))
    assert [one.law for one in verify(world.store.stored())] == ["3"]
    sql = (FOLDER / "0083_counted_payments.sql").read_text()
    with psycopg.connect(database.owner) as owner:
        owner.execute(sql[sql.index("insert into ledger.payments") :].encode())
    assert verify(world.store.stored()) == ()
    world.close()
