"""The server's upkeep and a patient auditor do not stall those who append."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from time import monotonic, sleep
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from adapters.keys.key_ring import Keyring
from adapters.postgres.ledger.recorder import PostgresStampRecorder
from adapters.postgres.statements import statement
from adapters.postgres.views.owner import OwnedViews
from adapters.store.ledger import StampLedger
from adapters.store.recorder import Committed
from adapters.worker.projector.projector import Projector
from ledger.kernel.store import SeatChange
from projections.all import PROJECTIONS
from tests.contract.given import append, stamp
from tests.kits.histories import write
from tests.kits.patience import PATIENCE

QUOTA = UUID(int=7)
TABLES = ("stamps", "commits", "seat_totals", "numbers")
# The lock of VACUUM, ANALYZE and CREATE INDEX CONCURRENTLY, by PostgreSQL's manual, 13.3.1.
UPKEEP = "share update exclusive"


@pytest.fixture
def recorder(database) -> Iterator[PostgresStampRecorder]:
    made = PostgresStampRecorder(database.app)
    seats = [SeatChange(quota=QUOTA, capacity=1_000_000)]
    made.commit([append(stamp(uuid4()), seats=seats)])
    yield made
    made.close()


def as_owner(database: Any) -> Any:
    return psycopg.connect(database.owner, autocommit=True, cursor_factory=psycopg.RawCursor)


@pytest.fixture
def owner(database) -> Iterator[Any]:
    with as_owner(database) as connection:
        yield connection


def append_one(recorder: PostgresStampRecorder) -> bool:
    """It touches every table that an append can."""
    seats = [SeatChange(quota=QUOTA, held=1)]
    (answer,) = recorder.commit([append(stamp(uuid4(), series=["order"]), seats=seats)])
    return isinstance(answer, Committed)


@contextmanager
def locked(database: Any, mode: str) -> Iterator[None]:
    with psycopg.connect(database.owner) as connection:
        for table in TABLES:
            connection.execute(f"lock table ledger.{table} in {mode} mode")
        yield


def eventually(connection: Any, question: str, *asked: Any) -> None:
    until = monotonic() + PATIENCE
    while not connection.execute(question, asked).fetchone():
        assert monotonic() < until, question
        sleep(0.01)


def test_appends_go_on_while_upkeep_holds_its_lock(database, recorder):
    with locked(database, UPKEEP):
        assert all(append_one(recorder) for _ in range(20))


def test_they_would_wait_for_a_lock_such_as_others_take(database, recorder, owner):
    """The library's own recorder takes this one at every insert, and upkeep waits for it, too."""
    with ThreadPoolExecutor(1) as thread:
        with locked(database, "exclusive"):
            appended = thread.submit(append_one, recorder)
            eventually(
                owner, "select 1 from pg_locks where not granted and mode <> 'ExclusiveLock'"
            )
            assert not appended.done()
        assert appended.result(PATIENCE)


def test_nobody_who_appends_holds_up_upkeep(database, recorder, owner):
    """In the middle of an append no lock is held that VACUUM or an index would wait for."""
    with psycopg.connect(database.app) as other:
        other.execute("select pg_advisory_xact_lock(21332, 1)")
        other.execute("insert into ledger.numbers (position, series, number) values (9, 'x', 1)")
        owner.execute("set lock_timeout = '1s'")
        for table in TABLES:
            owner.execute(f"vacuum (analyze) ledger.{table}")
        other.rollback()


def test_an_index_is_made_while_a_snapshot_is_open_and_appends_go_on(database, recorder, owner):
    with ThreadPoolExecutor(1) as thread, psycopg.connect(database.auditor) as auditor:
        auditor.execute("set transaction isolation level repeatable read")
        auditor.execute("select count(*) from ledger.stamps")
        made = thread.submit(
            owner.execute, "create index concurrently by_time on ledger.stamps (recorded_at)"
        )
        with as_owner(database) as onlooker:
            waiting = "select 1 from pg_stat_progress_create_index where phase like 'waiting%'"
            eventually(onlooker, waiting)
            assert all(append_one(recorder) for _ in range(30))
            assert onlooker.execute(waiting).fetchone(), "it still waits for the auditor"
        auditor.rollback()
        made.result(PATIENCE)
    size = recorder.head()[0]
    (indexed,) = owner.execute(
        "select count(*) from ledger.stamps where recorded_at > '1970-01-01'"
    )
    assert indexed == (size,)
    assert owner.execute(
        "select indisvalid from pg_index where indexrelid = 'ledger.by_time'::regclass"
    ).fetchone() == (True,)


def test_vacuum_and_analyze_run_beside_appends(database, recorder, owner):
    with ThreadPoolExecutor(1) as thread:
        kept = thread.submit(lambda: [append_one(recorder) for _ in range(100)])
        rounds = 0
        while not kept.done() or not rounds:
            owner.execute("vacuum (analyze, freeze) ledger.stamps, ledger.commits")
            rounds += 1
        assert all(kept.result())


@contextmanager
def open_snapshot(database: Any) -> Iterator[Any]:
    """An auditor who began to read and has gone for coffee."""
    with psycopg.connect(database.auditor) as auditor:
        auditor.execute("set transaction isolation level repeatable read")
        auditor.execute("select count(*) from ledger.stamps")
        yield auditor
        auditor.rollback()


def pages(owner: Any, name: str, *parameters: Any) -> int:
    """How many pages a statement visits, in memory or not."""
    explained = b"explain (analyze, buffers, format json) " + statement(name)
    with owner.transaction(force_rollback=True):
        owner.execute("set local enable_seqscan = off")
        owner.execute(explained, parameters)
        (((plan,),),) = owner.execute(explained, parameters).fetchall()
    return int(sum(plan["Plan"].get(f"Shared {kind} Blocks", 0) for kind in ("Hit", "Read")))


def dead_rows(owner: Any, schema: str) -> dict[str, int]:
    """As VACUUM would count them: pg_stat may be late, so every backend says so first."""
    owner.execute("select pg_stat_force_next_flush()")
    found = owner.execute(
        "select relname, n_dead_tup + n_tup_upd + n_tup_del from pg_stat_user_tables"
        " where schemaname = $1",
        [schema],
    )
    return dict(found.fetchall())


def append_many(recorder: PostgresStampRecorder, count: int) -> None:
    assert all(append_one(recorder) for _ in range(count))


@pytest.mark.parametrize("appends", [400, pytest.param(20_000, marks=pytest.mark.slow)])
def test_an_open_snapshot_adds_no_work_to_an_append(database, recorder, owner, appends):
    def work() -> dict[str, int]:
        size, root = recorder.head()
        return {
            "confirm": pages(owner, "confirm", size, root, [uuid4()], [0]),
            "read_head": pages(owner, "read_head"),
            "read_versions": pages(owner, "read_versions", [uuid4()]),
            "read_seats": pages(owner, "read_seats", [QUOTA]),
            "read_numbers": pages(owner, "read_numbers", ["order"]),
        }

    append_many(recorder, 20)
    before = work()
    with open_snapshot(database):
        for _ in range(4):
            append_many(recorder, appends // 4)
            owner.execute("vacuum (analyze) ledger.stamps, ledger.commits")
            after = work()
            grown = {name: after[name] - before[name] for name in before}
            # A level of each index at most: what a longer table costs, snapshot or not.
            assert max(grown.values()) <= 4, (before, after)
        assert set(dead_rows(owner, "ledger").values()) == {0}


def test_an_open_snapshot_sees_no_checkpoint_change(database, owner):
    source = PostgresStampRecorder(database.app)
    keyring = Keyring(bytes(32), ledger=source.ledger_id, store=source.keys)
    ledger = StampLedger(source, keyring=keyring)
    owned = OwnedViews.take(database.app, "projections", projections=[PROJECTIONS["unpaid"]])
    assert owned is not None
    projector = Projector(ledger, owned, on_poison=print)
    with open_snapshot(database):
        before = pages(owner, "views_claim_epoch", "projections", 1)
        batches = 25
        for seed in range(batches):
            write(ledger, orders=20, seed=seed)
            projector.run_once()
        stamps = ledger.head()[0]
        assert stamps > 20 * batches
        owned.beat()
        after = pages(owner, "views_claim_epoch", "projections", 1)
    owned.close()
    ledger.close()
    eventually(
        owner,
        "select 1 from pg_stat_user_tables where relname = 'steps' and n_tup_ins > 0",
    )
    rows = dead_rows(owner, "views")
    assert (rows["steps"], rows["checkpoints"]) == (0, 0)
    # A new owner raises the epoch; a batch does not.
    assert rows["owners"] <= 1
    assert after == before


def test_a_role_that_can_only_insert_is_enough_to_append(database, recorder, owner):
    held = owner.execute(
        "select bool_or(has_table_privilege('stampledger_app', format('ledger.%I', relname), $1))"
        " from pg_class where relnamespace = 'ledger'::regnamespace and relkind = 'r'",
        ["update, delete, truncate, references, trigger"],
    ).fetchone()
    assert held == (False,)
    assert append_one(recorder)
