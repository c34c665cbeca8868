"""Someone with every right over the database bends a row; the auditor finds where."""

import psycopg
import pytest

from adapters.embedded_postgres import ADMIN
from adapters.postgres.stamp_store import PostgresStampRecorder
from ledger.audit.verify import verify
from tests.ledger.audit_kit import a_history

TABLES = ("stamps", "commits", "seat_totals", "numbers")


@pytest.fixture
def world(database):
    made = a_history(lambda clock: PostgresStampRecorder(database.app, clock=clock))
    yield made
    made.close()


@pytest.fixture
def superuser(postgres_server, database):
    """Disarms the ledger first: no trigger, no constraint, no index stands in the way."""
    address = postgres_server.url(database.name, role=ADMIN)
    with psycopg.connect(address, autocommit=True) as connection:
        for table in TABLES:
            connection.execute(f"alter table ledger.{table} disable trigger all")
        connection.execute("alter table ledger.stamps drop constraint stamps_identity")
        connection.execute("alter table ledger.stamps drop constraint stamps_version")
        connection.execute("alter table ledger.stamps drop constraint stamps_pkey")
        yield connection


def found(world) -> set[tuple[str, int | None]]:
    return {(one.law, one.position) for one in verify(world.store.stored())}


def test_a_clean_ledger_has_no_findings(world):
    assert verify(world.store.stored()) == ()


@pytest.mark.parametrize(
    ("change", "law"),
    [
        ("state = set_byte(state, 9, get_byte(state, 9) # 1)", "14"),
        ("leaf = set_byte(leaf, 0, get_byte(leaf, 0) # 128)", "14"),
        ("recorded_at = recorded_at - interval '1 year'", "2"),
        ("recorded_at = recorded_at + interval '1 microsecond'", "14"),
        ("version = version + 1", "2"),
        ("stream = gen_random_uuid()", "14"),
        ("correlation_id = gen_random_uuid()", "14"),
        ("type = 'REFUNDED'", "13"),
        ("occurrence = 'again'", "3"),
        ("binding = '\\x00'", "3"),
        ("numbers = '{\"orders\": 1}'", "14"),
        ("numbers = '[1, 2]'", "14"),
        ("position = 1000", "2"),
    ],
)
def test_a_changed_column_is_located(world, superuser, change, law):
    (position,) = superuser.execute(
        "select position from ledger.stamps where type = 'PAID' order by position limit 1"
    ).fetchone()
    superuser.execute(f"update ledger.stamps set {change} where position = %s", [position])
    where = found(world)
    assert law in {one for one, _ in where}
    assert {at for _, at in where} & {position, position + 1}


def test_a_deleted_row_is_located(world, superuser):
    superuser.execute("delete from ledger.stamps where position = 7")
    assert ("2", 8) in found(world)


def test_a_cut_tail_is_found_against_the_commits(world, superuser):
    size, _ = world.store.head()
    superuser.execute("delete from ledger.stamps where position > %s", [size - 2])
    assert ("14", size) in found(world)


def test_a_row_appended_by_hand_is_located(world, superuser):
    size, _ = world.store.head()
    superuser.execute(
        "insert into ledger.stamps select %s, stream, version + 50, type, recorded_at,"
        " correlation_id, occurrence, binding, numbers, state, leaf"
        " from ledger.stamps where type = 'PAID' limit 1",
        [size + 1],
    )
    assert ("14", size + 1) in found(world)


def test_a_stamp_that_stands_twice_is_located(world, superuser):
    size, _ = world.store.head()
    superuser.execute(
        "update ledger.stamps as later set correlation_id = first.correlation_id,"
        " type = first.type, occurrence = first.occurrence from ledger.stamps as first"
        " where first.position = 1 and later.position = %s",
        [size],
    )
    assert ("3", size) in found(world)


def test_two_rows_that_changed_places_are_both_located(world, superuser):
    superuser.execute(
        "update ledger.stamps set position = case position when 8 then 9 else 8 end"
        " where position in (8, 9)"
    )
    assert {("14", 8), ("14", 9)} <= found(world)


@pytest.mark.parametrize("column", ["root", "frontier"])
def test_a_bent_commit_is_located(world, superuser, column):
    (last,) = superuser.execute(
        "select last_position from ledger.commits order by 1 offset 2 limit 1"
    ).fetchone()
    superuser.execute(
        f"update ledger.commits set {column} = set_byte({column}, 0, get_byte({column}, 0) # 1)"
        " where last_position = %s",
        [last],
    )
    assert ("14", last) in found(world)


def test_bent_seat_totals_are_found(world, superuser):
    superuser.execute("update ledger.seat_totals set sold = sold + 1, capacity = capacity + 1")
    assert {law for law, _ in found(world)} == {"8"}
