"""A hint to whoever waits for stamps, sent after a commit and never inside one.

PostgreSQL lets notifying transactions commit one at a time, so the append does not notify: a
thread does, on a connection of its own. A hint that is lost costs a moment; readers look anyway.
"""

from collections.abc import Callable
from contextlib import suppress
from selectors import EVENT_READ, DefaultSelector
from threading import Event, Thread
from typing import Any

import psycopg

from adapters.postgres.backoff import jittered
from adapters.postgres.sessions import connect_owning
from adapters.store.after_fork import after_fork

_CHANNEL = "stampledger_appended"
# Seconds: many commits share a hint; who listens looks now and then whether to go on.
_BETWEEN_HINTS, _BETWEEN_LOOKS, _AFTER_AN_ERROR = 0.01, 5.0, 1.0


class Hints:
    """Sends hints. Before the first one there is neither a thread nor a connection."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._forget()
        after_fork(self._forget)

    def _forget(self) -> None:
        self._due, self._over = Event(), Event()
        self._thread: Thread | None = None

    def send(self) -> None:
        """Soon, from another thread: the caller does not wait."""
        self._due.set()
        if self._thread is None:
            self._thread = Thread(target=self._go_on, name="hints", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """No more hints."""
        self._over.set()
        self._due.set()
        if self._thread is not None:
            self._thread.join(2)

    def _go_on(self) -> None:
        while not self._over.is_set():
            with suppress(psycopg.Error), connect_owning(self._url) as connection:
                self._send_all(connection)
            self._over.wait(jittered(_AFTER_AN_ERROR))

    def _send_all(self, connection: psycopg.Connection[Any]) -> None:
        while self._due.wait() and not self._over.is_set():
            self._due.clear()
            connection.execute("select pg_notify($1, '')", [_CHANNEL])
            self._over.wait(_BETWEEN_HINTS)


def listen(url: str, wake: Callable[[], object], stop: Event) -> None:
    """Call `wake` when hints came, until `stop`; through outages, too.

    The library's own wait rises ten times a second, for signals that come to another thread here.
    """
    while not stop.is_set():
        with suppress(psycopg.Error), connect_owning(url) as connection, DefaultSelector() as news:
            connection.execute(f"listen {_CHANNEL}")
            news.register(connection, EVENT_READ)
            while not stop.is_set():
                if any(True for _ in connection.notifies(timeout=0)):
                    wake()
                news.select(_BETWEEN_LOOKS)
        stop.wait(jittered(_AFTER_AN_ERROR))
