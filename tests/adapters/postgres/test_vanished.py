"""A machine that vanished without a word is noticed in seconds, and the next host takes over."""

from collections.abc import Iterator
from threading import Timer
from time import monotonic

import psycopg
import pytest

from adapters.postgres.ledger.recorder import PostgresStampRecorder
from adapters.postgres.sessions import READING, Session
from adapters.store.recorder import Committed
from ledger.kernel.store import LedgerUnavailable, OutcomeUnknown
from tests.conftest import Database
from tests.contract.given import first
from tests.kits.patience import within
from tests.kits.vanishing import Machine, NotAllowed, address_of, machines

pytestmark = pytest.mark.slow


@pytest.fixture
def two(database: Database) -> Iterator[list[Machine]]:
    try:
        with machines(database.app, 2) as made:
            yield made
    except NotAllowed as why:
        pytest.skip(f"networks of our own are not allowed here: {why}")


def took(began: float) -> float:
    seconds = monotonic() - began
    print(f"{seconds:.1f} s")
    return seconds


def test_an_append_notices(database, two):
    recorder = PostgresStampRecorder(address_of(database.app, two[:1]))
    recorder.commit([first()])
    recorder._patience = 0  # it is not tried again
    two[0].vanish()
    began = monotonic()
    with within(5), pytest.raises((LedgerUnavailable, OutcomeUnknown)):
        recorder.commit([first()])
    assert took(began) > 2.5
    recorder.close()


def test_who_waits_for_an_answer_notices(database, two):
    with Session.opened(address_of(database.app, two[:1]), READING) as session:
        Timer(0.5, two[0].vanish).start()
        began = monotonic()
        with within(6), pytest.raises(psycopg.OperationalError):
            session.execute("select pg_sleep(30)")
        assert took(began) > 3


def test_the_next_host_takes_over(database, two):
    """An append goes through over the second one, within its patience."""
    recorder = PostgresStampRecorder(address_of(database.app, two), patience=10)
    recorder.commit([first()])
    two[0].vanish()
    with within(8):
        (answer,) = recorder.commit([first()])
    assert isinstance(answer, Committed)
    assert [row.id for row in recorder.read_positions(0, limit=9)] == [1, 2]
    recorder.close()


def test_a_vanished_host_is_passed_by(database, two):
    two[0].vanish()
    began = monotonic()
    with within(4):
        Session.opened(address_of(database.app, two), READING).close()
    assert took(began) > 1.5
