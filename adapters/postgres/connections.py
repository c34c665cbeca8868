"""The connections of one process to one database: a pool to read, one of its own to commit."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from threading import Lock
from time import monotonic
from typing import Any

import psycopg
from psycopg import errors
from psycopg_pool import ConnectionPool, PoolTimeout

from adapters.postgres.backoff import Tries
from adapters.postgres.ledger.pipeline import Exchange
from adapters.postgres.sessions import (
    COMMITTING,
    READING,
    Session,
    arguments,
    why_away,
    why_no_turn,
)
from adapters.postgres.statements import statement
from adapters.store.after_fork import after_fork
from ledger.kernel.store import LedgerUnavailable

Connection = psycopg.Connection[tuple[Any, ...]]

_OF_ANOTHER_RELEASE = errors.UndefinedTable, errors.UndefinedColumn, errors.UndefinedFunction
_MIGRATE = "the database is not of this release: run `stampledger migrate`"


class Connections:
    """Opens connections when they are asked for, again after a loss, and anew after a fork."""

    def __init__(self, url: str, *, readers: int = 8, wait: float = 10.0) -> None:
        self._url, self._readers, self._wait = url, readers, wait
        self._left_behind: list[object] = []
        self._pool: ConnectionPool[Session] | None = None
        self._committer: Exchange | None = None
        self._lock = Lock()
        after_fork(self._forget)

    def _forget(self) -> None:
        # The parent's connections are not ours to close.
        self._left_behind += [self._pool, self._committer]
        self._pool = self._committer = None
        self._lock = Lock()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A connection in autocommit mode, from the pool.

        What was written over it is on the standby, too, if there is one that must have it:
        otherwise `adapters.postgres.sessions.NotReplicated` is raised.
        """
        with self._opened_pool().connection() as connection:
            connection.unconfirmed = False
            yield connection
            if connection.unconfirmed:
                connection.confirm()

    @contextmanager
    def asking(self) -> Iterator[Session]:
        """The same for who cannot mend it: raises `LedgerUnavailable` with what to do."""
        try:
            with self._telling(), self.reading() as connection:
                try:
                    yield connection
                finally:
                    if connection.broken:
                        self._renew()
        except psycopg.OperationalError as error:
            raise LedgerUnavailable(why_away(error)) from error

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """What trying again does not mend."""
        try:
            yield
        except _OF_ANOTHER_RELEASE as error:
            raise LedgerUnavailable(_MIGRATE) from error
        except errors.InsufficientPrivilege as error:
            raise LedgerUnavailable(why_away(error)) from error
        except PoolTimeout as error:
            raise LedgerUnavailable(self._why_no_turn()) from error

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
        tries, again = Tries(monotonic() + patience), False
        while True:
            try:
                with self._telling(), self.reading() as connection:
                    cursor = connection.cursor(binary=True)
                    if loading is not None:
                        loading(cursor)
                    return _rows(cursor, name, parameters, again=again, unhurried=unhurried)
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                if tries.over:
                    raise LedgerUnavailable(f"{name}: {type(error).__name__}") from error
            tries.wait()
            again = True

    def _why_no_turn(self) -> str:
        """The pool does not tell what keeps it from connecting: one more try does."""
        try:
            Session.opened(self._url, READING).close()
        except psycopg.Error as error:
            return why_no_turn(error)
        return why_no_turn(None)

    @property
    def ready_to_commit(self) -> bool:
        """Whether `committing` has its connection, and need not wait for one."""
        return self._committer is not None

    @contextmanager
    def committing(self) -> Iterator[Exchange]:
        """The one connection that commits. After an error it is closed: that rolls back, too."""
        if self._committer is None:
            self._committer = Exchange(Session.opened(self._url, COMMITTING))
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

    def _opened_pool(self) -> ConnectionPool[Session]:
        with self._lock:
            if self._pool is None:
                self._pool = ConnectionPool(
                    connection_class=Session,
                    kwargs=arguments(self._url, READING),
                    configure=Session.begin,
                    min_size=1,
                    max_size=self._readers,
                    timeout=self._wait,
                    open=True,
                    name="readers",
                )
            return self._pool


def _rows(
    cursor: psycopg.Cursor[Any],
    name: str,
    parameters: Sequence[Any],
    *,
    again: bool,
    unhurried: bool,
) -> list[tuple[Any, ...]]:
    connection = cursor.connection
    with ExitStack() as stack:
        if unhurried:
            stack.enter_context(connection.transaction())
            connection.execute("set local statement_timeout = 0")
        cursor.execute(statement(name), parameters)
        # Not `description`, which makes an object of each column.
        if cursor.pgresult is not None and cursor.pgresult.nfields:
            return cursor.fetchall()
    if again and isinstance(connection, Session):
        # What it wrote may stand here since the first try, and on no standby.
        connection.unconfirmed = True
    return []
