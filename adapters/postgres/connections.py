"""The connections of one process to one database: a pool to read, one of its own to commit."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from threading import Lock
from time import monotonic, sleep
from typing import Any

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import ConnectionPool, PoolTimeout

from adapters.forks import after_fork
from adapters.postgres.exchange import Exchange
from adapters.postgres.statements import statement
from ledger.appends import LedgerUnavailable

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
# One that moves projections: stopped in the middle of a write, it does not hold up the next. What a
# power cut takes from the rows it takes from their checkpoint, too: they follow again.
_OWNING = {
    "timezone": "UTC",
    "synchronous_commit": "off",
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "4s",
}

_OF_ANOTHER_RELEASE = errors.UndefinedTable, errors.UndefinedColumn, errors.UndefinedFunction
_MIGRATE = "the database is not of this release: run `stampledger migrate`"


def connect_owning(url: str) -> Connection:
    """One connection in autocommit mode whose session is the owner of something."""
    return psycopg.connect(**_arguments(url, _OWNING))


class Connections:
    """Opens connections when they are asked for, again after a loss, and anew after a fork."""

    def __init__(self, url: str, *, readers: int = 8, wait: float = 10.0) -> None:
        self._url, self._readers, self._wait = url, readers, wait
        self._left_behind: list[object] = []
        self._pool: ConnectionPool[Connection] | None = None
        self._committer: Exchange | None = None
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
    def asking(self) -> Iterator[Connection]:
        """The same for who cannot mend it: raises `LedgerUnavailable` when nobody answers."""
        try:
            with self.reading() as connection:
                try:
                    yield connection
                finally:
                    if connection.broken:
                        self._renew()
        except _OF_ANOTHER_RELEASE as error:
            raise LedgerUnavailable(_MIGRATE) from error
        except (psycopg.OperationalError, PoolTimeout) as error:
            raise LedgerUnavailable("the database does not answer: is it running?") from error

    def _renew(self) -> None:
        """A restart cut all of them: one caller is told, not one for each. Nobody is asked."""
        pool = self._pool
        if pool is not None:
            pool.drain()

    def rows(
        self,
        name: str,
        *parameters: Any,
        patience: float,
        loading: Callable[[psycopg.Cursor[Any]], None] | None = None,
        unhurried: bool = False,
    ) -> list[tuple[Any, ...]]:
        """Run one statement that may be run twice: a lost connection is tried again.

        `loading` tells the cursor as what its columns are wanted. `unhurried`: it looks at the
        whole ledger, and may take as long as that takes.
        Raises `LedgerUnavailable` when nobody answered for `patience` seconds.
        """
        until, pause = monotonic() + patience, 0.0
        while True:
            try:
                with self.reading() as connection, ExitStack() as stack:
                    cursor = connection.cursor(binary=True)
                    if loading is not None:
                        loading(cursor)
                    if unhurried:
                        stack.enter_context(connection.transaction())
                        connection.execute("set local statement_timeout = 0")
                    cursor.execute(statement(name), parameters)
                    return cursor.fetchall() if cursor.description else []
            except _OF_ANOTHER_RELEASE as error:
                raise LedgerUnavailable(_MIGRATE) from error
            except PoolTimeout as error:
                raise LedgerUnavailable("the database cannot be reached") from error
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                if monotonic() + pause > until:
                    raise LedgerUnavailable(f"{name}: {type(error).__name__}") from error
            sleep(pause)
            pause = min(2 * pause + 0.01, 0.5)

    @property
    def ready_to_commit(self) -> bool:
        """Whether `committing` has its connection, and need not wait for one."""
        return self._committer is not None

    @contextmanager
    def committing(self) -> Iterator[Exchange]:
        """The one connection that commits. After an error it is closed: that rolls back, too."""
        if self._committer is None:
            self._committer = Exchange(psycopg.connect(**_arguments(self._url, _COMMITTING)))
        committer = self._committer
        try:
            yield committer
        except BaseException:
            self._committer = None
            committer.close()
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
                    open=True,
                    name="readers",
                )
            return self._pool


def _arguments(url: str, settings: Mapping[str, str]) -> dict[str, Any]:
    given = conninfo_to_dict(url)
    options = "".join(f" -c {name}={value}" for name, value in settings.items())
    return {
        **_NETWORK,
        **given,
        "options": f"{given.get('options') or ''}{options}",
        "autocommit": True,
        "prepare_threshold": 0,
        "cursor_factory": psycopg.RawCursor,
    }
