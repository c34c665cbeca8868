"""Someone with every right over the database bends a row; the auditor finds where."""

from uuid import UUID

import psycopg
import pytest

from adapters.embedded_postgres import ADMIN
from adapters.postgres.ledger.recorder import PostgresStampRecorder
from ledger.audit.verify import verify
from tests.kits.audit import a_history
from tests.kits.worlds import World
from tests.ledger.order.test_payment_claims import keep_and_send_back

TABLES = ("stamps", "commits", "seat_totals", "numbers", "payments")


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


def claimed(superuser):
    """A claim's place, and the stamp that counts its payment first."""
    return superuser.execute(
        "select claim.position, counted_at, counted_in from ledger.counted_payments()"
        " join ledger.payments as claim using (payment) order by counted_at limit 1"
    ).fetchone()


def about_claims(world) -> list[tuple[int | None, UUID | None, str]]:
    told = verify(world.store.stored())
    assert {one.law for one in told} <= {"3"}
    return [(one.position, one.stream, one.text) for one in told]


def test_a_deleted_claim_is_located_at_the_stamp_that_counts_its_payment(world, superuser):
    place, position, stream = claimed(superuser)
    superuser.execute("delete from ledger.payments where position = %s", [place])
    text = "the payment that is counted here is not kept as claimed"
    assert about_claims(world) == [(position, stream, text)]


@pytest.mark.parametrize("change", ["holder = gen_random_uuid()", "position = position + 1"])
def test_a_changed_claim_is_located_at_the_stamp_that_counts_its_payment(world, superuser, change):
    place, position, stream = claimed(superuser)
    superuser.execute(f"update ledger.payments set {change} where position = %s", [place])
    text = "the claim of the payment that is counted here has another holder or place"
    assert about_claims(world) == [(position, stream, text)]


def test_a_claim_of_another_payment_is_an_extra_one_and_one_is_missing(world, superuser):
    place, position, _ = claimed(superuser)
    superuser.execute(
        "update ledger.payments set payment = gen_random_uuid() where position = %s",
        [place],
    )
    assert {one[0] for one in about_claims(world)} == {position, place}


def test_a_claim_by_hand_is_located_where_it_says_to_stand(world, superuser):
    (stream,) = superuser.execute("select stream from ledger.stamps where position = 5").fetchone()
    superuser.execute(
        "insert into ledger.payments values (gen_random_uuid(), gen_random_uuid(), 5)"
    )
    text = "a payment is kept as claimed here that no stamp counts"
    assert about_claims(world) == [(5, stream, text)]


def test_claims_of_cases_are_known_and_located(database, superuser):
    world = World(make=lambda clock: PostgresStampRecorder(database.app, clock=clock))
    for name in ("a", "b"):
        world.place(name, ("weekend", 1))
    case = keep_and_send_back(world)
    assert verify(world.store.stored()) == ()
    superuser.execute("delete from ledger.payments where holder = %s", [case])
    assert [stream for _, stream, _ in about_claims(world)] == [case]
    world.close()
