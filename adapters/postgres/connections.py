"""The connections of one process to one database: a pool to read, one of its own to commit."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import ConnectionPool

from adapters.forks import after_fork
from adapters.postgres import arrays

Connection = psycopg.Connection[tuple[Any, ...]]

# A peer that vanished is noticed in seconds, on a network too.
_NETWORK: Mapping[str, Any] = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "tcp_user_timeout": 10_000,
}
_READING = {"timezone": "UTC", "statement_timeout": "60s"}
# The committer looks up single rows by index, whatever the statistics say. If its process is
# stopped in the middle, the others wait five seconds for their turn, not for ever.
_COMMITTING = {
    "timezone": "UTC",
    "statement_timeout": "20s",
    "idle_in_transaction_session_timeout": "5s",
    "jit": "off",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
}


class Connections:
    """Opens connections when they are asked for, again after a loss, and anew after a fork."""

    def __init__(self, url: str, *, readers: int = 8, wait: float = 10.0) -> None:
        self._url, self._readers, self._wait = url, readers, wait
        self._left_behind: list[object] = []
        self._pool: ConnectionPool[Connection] | None = None
        self._committer: Connection | None = None
        self._lock = Lock()
        after_fork(self._forget)

    def _forget(self) -> None:
        # The parent's connections are not ours to close.
        self._left_behind += [self._pool, self._committer]
        self._pool = self._committer = None
        self._lock = Lock()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection in autocommit mode, from the pool."""
        with self._opened_pool().connection() as connection:
            yield connection

    @contextmanager
    def committing(self) -> Iterator[Connection]:
        """The one connection that commits. What is not committed at the end is rolled back."""
        connection = self._opened_committer()
        try:
            yield connection
        except BaseException:
            self._drop(connection)
            raise

    def close(self) -> None:
        """Close all of them."""
        with self._lock:
            pool, committer, self._pool, self._committer = self._pool, self._committer, None, None
        if pool is not None:
            pool.close()
        if committer is not None:
            committer.close()

    def _opened_pool(self) -> ConnectionPool[Connection]:
        with self._lock:
            if self._pool is None:
                self._pool = ConnectionPool(
                    kwargs=_arguments(self._url, _READING),
                    min_size=1,
                    max_size=self._readers,
                    timeout=self._wait,
                    configure=arrays.register,
                    open=True,
                    name="readers",
                )
            return self._pool

    def _opened_committer(self) -> Connection:
        if self._committer is None or self._committer.closed:
            arguments = _arguments(self._url, _COMMITTING)
            self._committer = psycopg.Connection.connect(**arguments)
            arrays.register(self._committer)
        return self._committer

    def _drop(self, connection: Connection) -> None:
        # After an error in a pipeline a fresh connection is surer than a repaired one.
        self._committer = None
        connection.close()


def _arguments(url: str, settings: Mapping[str, str]) -> dict[str, Any]:
    given = conninfo_to_dict(url)
    options = "".join(f" -c {name}={value}" for name, value in settings.items())
    return {
        **_NETWORK,
        **given,
        "options": f"{given.get('options') or ''}{options}",
        "autocommit": True,
        "prepare_threshold": 0,
    }
