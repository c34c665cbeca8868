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
from adapters.embedded_postgres.binaries import find_binaries
from adapters.postgres.migrate import MigrationRefused, migrate, pending
from adapters.postgres.stamp_store import PostgresStampRecorder
from ledger.appends import Append
from ledger.money import Money
from ledger.payment_claims import payment_id
from ledger.recorded import Draft
from ledger.stamps import Paid
from tests.conftest import Database
from tests.worlds import World

FOLDER = Path("adapters/postgres/migrations")
FILES = sorted(path.stem for path in FOLDER.glob("*.sql"))
# A database knows what was applied to it by the whole name. These three landed at the same time
# under one number; they may come in any order. The next takes a number that is higher than all.
ALIKE = ["0040_asked_once", "0040_kept_by_position", "0040_reservations"]


def test_numbers_are_given_out_once():
    numbers = Counter(name.partition("_")[0] for name in FILES)
    assert {number: count for number, count in numbers.items() if count > 1} == {"0040": 3}
    assert [name for name in FILES if name.startswith("0040")] == ALIKE


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


def test_those_that_share_a_number_may_come_in_any_order(
    postgres_server, empty, database, tmp_path, monkeypatch
):
    for place, name in enumerate([*(one for one in FILES if one not in ALIKE[1:])]):
        same_time = reversed(ALIKE) if name == ALIKE[0] else [name]
        for step, one in enumerate(same_time):
            shutil.copy(FOLDER / f"{one}.sql", tmp_path / f"{place:04}_{step}.sql")
    monkeypatch.setattr("adapters.postgres.migrate._FOLDER", tmp_path)
    assert len(migrate(postgres_server.url(empty, role=OWNER))) == len(FILES)
    assert schema_of(postgres_server, empty) == schema_of(postgres_server, database.name)


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
