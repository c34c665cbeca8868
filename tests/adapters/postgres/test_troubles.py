"""What a server may answer to an append: tried again or told, never twice and never with a hole."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread, Timer
from time import monotonic, sleep
from uuid import uuid4

import psycopg
import pytest

from adapters.postgres.ledger.recorder import PostgresStampRecorder
from adapters.store.recorder import Committed
from ledger.kernel.store import LedgerUnavailable, OutcomeUnknown
from tests.contract.given import append, first, stamp
from tests.contract.test_stamp_recorder import recomputed
from tests.kits.patience import PATIENCE

# What passes by itself, or once somebody mended it.
PASSING = {
    "40001": "serialization failure",
    "40P01": "deadlock",
    "53100": "disk full",
    "53200": "out of memory",
    "55P03": "a lock that is not to be had in time",
    "57014": "a statement that took too long",
    "57P01": "the server is shut down",
    "58030": "the disk fails",
    "25006": "a server that only reads",
    "25P03": "we were stopped in the middle",
}


@pytest.fixture
def recorder(database):
    made = PostgresStampRecorder(database.app, patience=3)
    made.commit([first()])
    made.commit([first()])
    yield made
    made.close()


@contextmanager
def trouble(database, sqlstate: str, *, times: int, at_commit: bool = False) -> Iterator[None]:
    """The next insertions end in this error. Sequences count on when a transaction is undone."""
    when = "deferrable initially deferred for each row" if at_commit else "for each statement"
    kind = "constraint trigger" if at_commit else "trigger"
    with psycopg.connect(database.owner, autocommit=True) as owner:
        owner.execute("create sequence ledger.troubles")
        owner.execute("grant usage on sequence ledger.troubles to stampledger_app")
        owner.execute(
            "create function ledger.trouble() returns trigger language plpgsql as $$ begin"
            f" if nextval('ledger.troubles') <= {times} then"
            f" raise exception 'trouble' using errcode = '{sqlstate}'; end if;"
            " return null; end $$"
        )
        owner.execute(
            f"create {kind} trouble after insert on ledger.stamps {when}"
            " execute function ledger.trouble()"
        )
        yield
        owner.execute("drop trigger trouble on ledger.stamps")


def must_be_whole(recorder, size: int) -> None:
    rows = recorder.read_positions(0, limit=1_000)
    assert len(rows) == size
    assert recorder.head() == (size, recomputed(rows, recorder.ledger_id))


@pytest.mark.parametrize("at_commit", [False, True], ids=["inserting", "committing"])
@pytest.mark.parametrize("sqlstate", PASSING, ids=PASSING.values())
def test_what_passes_is_tried_again(recorder, database, sqlstate, at_commit):
    stream = uuid4()
    with trouble(database, sqlstate, times=2, at_commit=at_commit):
        (answer,) = recorder.commit([append(stamp(stream))])
    assert isinstance(answer, Committed)
    assert not answer.repeated
    must_be_whole(recorder, 3)


@pytest.mark.parametrize("at_commit", [False, True], ids=["inserting", "committing"])
@pytest.mark.parametrize("sqlstate", ["40P01", "53100", "25006"])
def test_what_does_not_pass_is_told_and_nothing_was_written(
    database, sqlstate, at_commit, recorder
):
    hasty = PostgresStampRecorder(database.app, patience=0.3)
    again = first()
    with trouble(database, sqlstate, times=10_000, at_commit=at_commit):
        with pytest.raises(LedgerUnavailable) as told:
            hasty.commit([again])
        assert not isinstance(told.value, OutcomeUnknown)
        assert hasty.head()[0] == 2
    (answer,) = hasty.commit([again])
    assert isinstance(answer, Committed)
    assert not answer.repeated
    hasty.close()
    must_be_whole(recorder, 3)


def test_a_mistake_of_ours_is_raised_as_what_it_is(recorder, database):
    with trouble(database, "22000", times=1), pytest.raises(psycopg.DataError):
        recorder.commit([first()])
    recorder.commit([first()])
    must_be_whole(recorder, 3)


def test_whoever_waits_for_a_turn_may_be_cancelled_and_asks_again(
    recorder, database, postgres_server
):
    with psycopg.connect(database.app) as holding:
        holding.execute("select pg_advisory_xact_lock(21332, 1)")
        appending = Thread(target=recorder.commit, args=[[first()]])
        appending.start()
        with postgres_server.admin() as admin:
            cancelled = 0
            while not cancelled:
                (cancelled,) = admin.execute(
                    "select count(pg_cancel_backend(pid)) from pg_stat_activity"
                    " where datname = %s and wait_event = 'advisory'",
                    [database.name],
                ).fetchone()
                sleep(0.01)
    appending.join(PATIENCE)
    must_be_whole(recorder, 3)


def set_for(database, setting: str) -> None:
    with psycopg.connect(database.owner, autocommit=True) as owner:
        owner.execute(f"alter database {database.name} set {setting}")


def test_a_turn_that_does_not_come_in_time_is_waited_for_again(database):
    set_for(database, "lock_timeout = '100ms'")
    recorder = PostgresStampRecorder(database.app, patience=5)
    with psycopg.connect(database.app) as holding:
        holding.execute("select pg_advisory_xact_lock(21332, 1)")
        Timer(0.5, holding.rollback).start()
        (answer,) = recorder.commit([first()])
    assert isinstance(answer, Committed)
    must_be_whole(recorder, 1)
    recorder.close()


def test_a_standby_that_is_promoted_takes_what_was_waiting(database):
    set_for(database, "default_transaction_read_only = on")
    recorder = PostgresStampRecorder(database.app, patience=5)
    with psycopg.connect(database.owner, autocommit=True) as owner:
        owner.execute("set default_transaction_read_only = off")
        promote = f"alter database {database.name} set default_transaction_read_only = off"
        promoting = Timer(0.5, owner.execute, [promote])
        promoting.start()
        (answer,) = recorder.commit([first()])
        promoting.join()
    assert isinstance(answer, Committed)
    must_be_whole(recorder, 1)
    recorder.close()


def test_a_server_that_is_started_again_is_found_again(recorder, postgres_server):
    starting = Timer(0.2, postgres_server.start)
    postgres_server.stop()
    starting.start()
    (answer,) = recorder.commit([first()])
    starting.join()
    assert answer.size == 3
    must_be_whole(recorder, 3)


@contextmanager
def standby_that_does_not_answer(server) -> Iterator[psycopg.Connection]:
    """Whoever commits waits for it: the commit is there already, and nobody is told."""
    with server.admin() as admin:
        admin.execute("alter system set synchronous_standby_names = 'nobody'")
        admin.execute("select pg_reload_conf()")
        try:
            yield admin
        finally:
            admin.execute("alter system reset synchronous_standby_names")
            admin.execute("select pg_reload_conf()")


@pytest.mark.parametrize("interrupted", ["pg_terminate_backend", "pg_cancel_backend"])
def test_a_commit_that_waited_for_its_standby_is_told_as_what_it_was(
    recorder, database, postgres_server, interrupted
):
    """Interrupted there, it stands on one server only, so nobody is told before it is on two."""
    answers: list[object] = []
    enough = Event()

    def append_until_it_waits() -> None:
        while not enough.is_set():
            answers.extend(recorder.commit([first()]))

    appending = Thread(target=append_until_it_waits)
    waiting = "from pg_stat_activity where datname = %s and wait_event = 'SyncRep'"
    with standby_that_does_not_answer(postgres_server) as admin:
        appending.start()
        until = monotonic() + PATIENCE
        while not admin.execute(f"select pid {waiting}", [database.name]).fetchone():
            assert monotonic() < until, "no commit waits for the standby"
            sleep(0.01)
        enough.set()
        told = len(answers)
        admin.execute(f"select {interrupted}(pid) {waiting}", [database.name])
        appending.join(1)
        assert len(answers) == told
    appending.join(PATIENCE)
    assert len(answers) == told + 1
    assert all(isinstance(one, Committed) and not one.repeated for one in answers)
    must_be_whole(recorder, 2 + len(answers))
