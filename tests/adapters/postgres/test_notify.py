"""Whoever waits is woken soon after a commit; a hint that is lost costs nothing but a moment."""

from contextlib import closing
from dataclasses import dataclass, field
from threading import Event, Thread
from time import monotonic

import psycopg
import pytest

from adapters.keys.key_ring import Keyring
from adapters.postgres.ledger import notify
from adapters.postgres.ledger.notify import Hints, listen
from adapters.postgres.ledger.recorder import PostgresStampRecorder
from adapters.store.ledger import StampLedger
from adapters.worker.daemon import Daemon
from adapters.worker.reactor import NOTHING, Progress
from tests.kits.histories import write
from tests.kits.patience import PATIENCE
from tests.kits.sandbox import until


@pytest.fixture
def heard(database, monkeypatch):
    """An event that every hint sets, from a listener that already listens and soon goes."""
    monkeypatch.setattr(notify, "_BETWEEN_LOOKS", 0.1)
    monkeypatch.setattr(notify, "_AFTER_AN_ERROR", 0.1)
    woken, stop = Event(), Event()
    listener = Thread(target=listen, args=[database.app, woken.set, stop], daemon=True)
    listener.start()
    with psycopg.connect(database.app, autocommit=True) as connection:
        until = monotonic() + PATIENCE
        while not woken.wait(0.02):
            connection.execute("select pg_notify('stampledger_appended', '')")
            assert monotonic() < until
    woken.clear()
    yield woken
    stop.set()
    listener.join(PATIENCE)


def test_a_commit_is_hinted_at_from_outside_its_transaction(heard, database):
    with closing(Hints(database.app)) as hints:
        recorder = PostgresStampRecorder(database.app, after_commit=hints.send)
        keyring = Keyring(bytes(32), ledger=recorder.ledger_id, store=recorder.keys)
        with closing(StampLedger(recorder, keyring=keyring)) as ledger:
            heard.clear()
            write(ledger, orders=1)
            assert heard.wait(PATIENCE)


def test_hints_go_on_after_their_connection_is_gone(heard, database):
    with closing(Hints(database.app)) as hints:
        hints.send()
        assert heard.wait(PATIENCE)
        with psycopg.connect(database.app, autocommit=True) as connection:
            ended = connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
                " and usename = current_user"
            ).fetchall()
        assert len(ended) == 2, "the one that hints and the one that listens"
        heard.clear()
        until = monotonic() + PATIENCE
        while not heard.wait(0.1):
            hints.send()
            assert monotonic() < until


@dataclass
class Counting:
    """A reactor with nothing to do that counts how often it looked."""

    name: str = "counting"
    looked: int = 0
    looking: Event = field(default_factory=Event)

    def run(self) -> Progress:
        self.looked += 1
        self.looking.set()
        return NOTHING


def test_a_sleeping_reactor_looks_at_once_when_woken(monkeypatch):
    """It would sleep for an hour: what is seen to look was woken."""
    monkeypatch.setattr("adapters.worker.daemon._SHORTEST", 3600)
    monkeypatch.setattr("adapters.worker.daemon._LONGEST", 3600)
    reactor = Counting()
    daemon = Daemon(reactors=[reactor])
    running = Thread(target=daemon.run)
    running.start()
    for _ in range(3):
        reactor.looking.clear()
        until(lambda: looks(daemon, reactor))
    daemon.stop()
    running.join(PATIENCE)
    assert not running.is_alive()


def looks(daemon: Daemon, reactor: Counting) -> bool:
    """A call before it went to bed is heard by nobody."""
    daemon.wake()
    return reactor.looking.wait(0.1)
