"""What only the database can get wrong: holes, heads that lie, forks, many at a time."""

import os
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from uuid import UUID, uuid4

import psycopg
import pytest

from adapters.postgres import sessions
from adapters.postgres.ledger.batch import LedgerCorrupt
from adapters.postgres.ledger.recorder import PostgresStampRecorder
from adapters.process_settings import stay_on_one_core
from adapters.store.group_commit import Committer
from adapters.store.recorder import Committed, PositionMissing
from ledger.kernel.store import LedgerUnavailable
from tests.contract.given import append, first, stamp
from tests.kits.patience import PATIENCE


@pytest.fixture
def recorder(database):
    made = PostgresStampRecorder(database.app, patience=2)
    yield made
    made.close()


def tamper(database, statement: str) -> None:
    """As somebody who owns the tables could."""
    with psycopg.connect(database.owner) as owner:
        for table in ("stamps", "commits"):
            owner.execute(f"alter table ledger.{table} disable trigger all")
        owner.execute(statement)


def test_a_hole_is_an_alarm_not_something_to_wait_for(recorder, database):
    recorder.commit([first(), first(), first()])
    tamper(database, "delete from ledger.stamps where position = 2")
    assert len(recorder.read_positions(0, limit=1)) == 1
    with pytest.raises(PositionMissing, match="position 2 is missing"):
        recorder.read_positions(0, limit=3)
    with pytest.raises(PositionMissing):
        recorder.read_positions(1, limit=1)


def test_nothing_is_appended_to_a_head_that_contradicts_itself(recorder, database):
    recorder.commit([first(), first()])
    tamper(database, "update ledger.commits set root = sha256('')")
    with pytest.raises(LedgerCorrupt):
        recorder.commit([first()])


def test_thousands_of_stamps_fit_into_one_commit(recorder):
    answers = recorder.commit([first(series=["order"]) for _ in range(5_000)])
    assert {type(one) for one in answers} == {Committed}
    assert recorder.head()[0] == 5_000
    assert recorder.read_positions(4_999, limit=10)[0].numbers == {"order": 5_000}


def test_states_of_a_megabyte_are_kept(recorder):
    state = os.urandom(1 << 20)
    large = stamp(uuid4(), state=state)
    recorder.commit([append(large)])
    assert recorder.read_stream(large.originator_id)[0].state == state


def test_a_forked_child_has_connections_of_its_own(recorder):
    committer = Committer(recorder.commit)
    committer.submit([first()])
    child = os.fork()
    if child == 0:
        committer.submit([first()])
        os._exit(0 if recorder.head()[0] == 2 else 1)
    assert os.waitpid(child, 0)[1] == 0
    committer.submit([first()])
    assert recorder.head()[0] == 3
    committer.close()


def test_the_threads_of_a_server_share_a_core_and_do_not_interrupt_each_other():
    cores_before = os.sched_getaffinity(0)
    child = os.fork()
    if child == 0:
        watching, leave = ThreadPoolExecutor(1), Event()
        free = watching.submit(lambda: leave.wait(PATIENCE) and os.sched_getaffinity(0))
        stay_on_one_core(1)
        leave.set()
        with ThreadPoolExecutor(1) as threads:
            cores = threads.submit(os.sched_getaffinity, 0).result()
            manners = threads.submit(os.sched_getscheduler, 0).result()
        settled = len(cores) == 1 and manners == os.SCHED_BATCH
        # Who started before may start the database, which takes all that there are.
        os._exit(0 if settled and free.result() == cores_before else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_an_auditor_may_look_at_the_whole_ledger_as_long_as_that_takes(database, monkeypatch):
    monkeypatch.setitem(sessions.READING, "statement_timeout", "1s")
    recorder = PostgresStampRecorder(database.app, patience=0.1)
    opening = first()
    recorder.commit([opening])
    stream = UUID(str(opening.events[0].originator_id))
    with psycopg.connect(database.owner) as owner:
        # As slow as a ledger of many millions.
        owner.execute("alter table ledger.stamps rename to slow")
        owner.execute("create view ledger.stamps as select slow.* from ledger.slow, pg_sleep(2)")
        owner.execute("grant select on ledger.stamps to stampledger_app")
    with pytest.raises(LedgerUnavailable):
        recorder.read_streams([stream], until=1)
    assert recorder.read_repeats(until=1) == []
    recorder.close()
