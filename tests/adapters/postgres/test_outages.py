"""A lost connection ends in the truth: committed once, or not at all, or said to be unknown."""

from contextlib import ExitStack
from uuid import uuid4

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent

from adapters.postgres.connections import Connections
from adapters.postgres.ledger.recorder import PostgresStampRecorder
from adapters.store.recorder import Committed, PreparedAppend
from ledger.kernel.store import LedgerUnavailable, OutcomeUnknown
from tests.contract.given import append, first, stamp
from tests.kits.cut_wire import Wire
from tests.kits.sandbox import until


@pytest.fixture
def wire(database):
    made = Wire(database.app)
    yield made
    made.close()


@pytest.fixture
def recorder(wire):
    made = PostgresStampRecorder(wire.url, patience=3)
    made.commit([first()])
    yield made
    made.close()


def terminate(server, database) -> None:
    with server.admin() as admin:
        admin.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s",
            [database.name],
        )


def test_a_commit_whose_answer_was_lost_is_told_as_what_it_was(recorder, wire):
    stream = uuid4()
    wire.cut_at_commit = True
    (answer,) = recorder.commit([append(stamp(stream), stamp(stream, 2))])
    assert wire.cuts == 1
    assert isinstance(answer, Committed)
    assert not answer.repeated
    assert recorder.read_stream(stream) == answer.rows
    assert recorder.head() == (answer.size, answer.root) == (3, answer.root)


def test_an_opaque_event_whose_answer_was_lost_is_no_integrity_error(recorder, wire):
    wire.cut_at_commit = True
    assert recorder.insert_events([StoredEvent(uuid4(), 1, "topic", b"state")]) == [2]
    assert wire.cuts == 1


def test_when_nobody_can_tell_the_outcome_is_unknown(recorder, wire):
    wire.cut_at_commit = True
    wire_cut = wire._forward

    def then_broken(client):
        before = wire.cuts
        wire_cut(client)
        # Only the thread that cut: a late one must not break the wire again after its mend.
        if wire.cuts > before:
            wire.broken = True

    wire._forward = then_broken
    recorder._connections.close()
    cause = uuid4()
    with pytest.raises(OutcomeUnknown):
        recorder.commit([first(cause=cause)])
    wire.broken = False
    wire._forward = wire_cut
    (again,) = recorder.commit([first(cause=cause)])
    assert again.repeated


def test_a_terminated_connection_is_replaced(recorder, postgres_server, database):
    for expected in (2, 3):
        terminate(postgres_server, database)
        (answer,) = recorder.commit([first()])
        assert answer.size == expected
        terminate(postgres_server, database)
        assert recorder.head()[0] == expected


def test_an_unreachable_database_is_told_and_comes_back(recorder, wire, postgres_server, database):
    wire.broken = True
    terminate(postgres_server, database)
    until(lambda: not wire.open)  # whatever we send, it is not sent
    with pytest.raises(LedgerUnavailable) as told:
        recorder.commit([first()])
    assert not isinstance(told.value, OutcomeUnknown)
    with pytest.raises(LedgerUnavailable):
        recorder.head()
    wire.broken = False
    (answer,) = recorder.commit([first()])
    assert answer.size == 2


def test_a_committer_that_stopped_in_the_middle_does_not_stop_the_others(recorder, database):
    stopped = psycopg.connect(database.app)
    stopped.execute("set idle_in_transaction_session_timeout = '500ms'")
    stopped.execute("select pg_advisory_xact_lock(21332, 1)")
    (answer,) = recorder.commit([first()])
    stopped.close()
    assert answer.size == 2


def test_a_text_that_cannot_be_stored_is_an_error_of_its_append_only(recorder):
    with pytest.raises(psycopg.DataError):
        recorder.commit([PreparedAppend([StoredEvent(uuid4(), 1, "to\0pic", b"")])])
    (answer,) = recorder.commit([first()])
    assert answer.size == 2


def test_functions_that_lose_events_are_refused(database, monkeypatch):
    monkeypatch.setenv("POSTGRES_ENABLE_DB_FUNCTIONS", "y")
    with pytest.raises(ValueError, match="POSTGRES_ENABLE_DB_FUNCTIONS"):
        PostgresStampRecorder(database.app)


def test_a_restart_that_cut_every_connection_is_told_to_one_caller(postgres_server, database):
    connections = Connections(database.app, readers=6)
    with ExitStack() as stack:
        for _ in range(6):
            stack.enter_context(connections.asking())
    terminate(postgres_server, database)
    with pytest.raises(LedgerUnavailable), connections.asking() as connection:
        connection.execute("select 1")
    for _ in range(6):
        with connections.asking() as connection:
            assert connection.execute("select 1").fetchone() == (1,)
    connections.close()


def test_a_database_of_another_release_is_told_with_what_to_do(database):
    connections = Connections(database.app)
    with psycopg.connect(database.owner) as owner:
        owner.execute("alter table ledger.commits rename to before")
    with pytest.raises(LedgerUnavailable, match="run `stampledger migrate`"):
        connections.rows("read_head", patience=1)
    with (
        pytest.raises(LedgerUnavailable, match="run `stampledger migrate`"),
        connections.asking() as connection,
    ):
        connection.execute("select from ledger.commits")
    connections.close()
