"""One round trip: statements that are sent together, answers that are read together.

psycopg's own pipeline waits for the socket at every statement, and each wait lets all other
threads of the process go first: with many callers that took more time than the database did.
"""

from collections.abc import Callable, Generator, Sequence
from time import monotonic
from typing import Any

import psycopg
from psycopg.adapt import Transformer
from psycopg.pq import ConnStatus, ExecStatus, Format
from psycopg.pq.abc import PGconn, PGresult
from psycopg.waiting import Ready, Wait

from adapters.postgres.sessions import Session
from adapters.postgres.statements import statement
from adapters.store.recorder import nothing

# Seconds. A statement has ended by then; only a commit waits longer, for a standby that is away.
_PATIENCE = 25.0
# A statement's name, its parameters in binary form.
Ask = tuple[str, Sequence[bytes]]
Rows = list[tuple[Any, ...]]


class Exchange:
    """Round trips over one connection, with statements prepared once."""

    def __init__(self, connection: Session) -> None:
        self._connection = connection
        self._prepared: set[str] = set()
        connection.pgconn.enter_pipeline_mode()

    @property
    def broken(self) -> bool:
        """Whether the connection was lost."""
        return self._connection.broken

    def listen(self) -> None:
        """Raises `OperationalError` if the server hung up meanwhile: nothing was sent since."""
        self._connection.pgconn.consume_input()  # its last words, if there are any
        self._connection.pgconn.consume_input()  # the end

    def close(self) -> None:
        """End the connection; a transaction that is still open is rolled back by that."""
        self._connection.close()

    def ask(self, *asks: Ask, meanwhile: Callable[[], object] = nothing) -> list[Rows]:
        """Run all statements; the rows of each. Raises the first error, after all were read.

        Raises `adapters.postgres.sessions.NotReplicated` if a commit among them is on no standby.
        `meanwhile` is called before we wait for the answer.
        """
        names = {name for name, _ in asks} - self._prepared
        if names:
            meanwhile()
            self._prepare(names)
        pgconn = self._connection.pgconn
        for name, parameters in asks:
            formats = [Format.BINARY] * len(parameters)
            pgconn.send_query_prepared(
                name.encode(), parameters, param_formats=formats, result_format=Format.BINARY
            )
        return [self._rows(result) for result in self._results(meanwhile)]

    def _prepare(self, names: set[str]) -> None:
        # In a round trip of its own: a transaction's mode is set before anything else is done.
        for name in names:
            self._connection.pgconn.send_prepare(name.encode(), statement(name))
        self._results()
        self._prepared |= names

    def _results(self, meanwhile: Callable[[], object] = nothing) -> list[PGresult]:
        self._connection.pgconn.pipeline_sync()
        if self._connection.pgconn.flush():
            self._connection.wait(_send(self._connection.pgconn))
        meanwhile()
        results = self._connection.wait(_receive(self._connection.pgconn, monotonic() + _PATIENCE))
        for result in results:
            if result.status == ExecStatus.FATAL_ERROR:
                raise psycopg.errors.error_from_result(result)
        self._connection.check()
        return results

    def _rows(self, result: PGresult) -> Rows:
        if not result.ntuples:
            return []
        transformer = Transformer(self._connection)
        transformer.set_pgresult(result, format=Format.BINARY)
        return transformer.load_rows(0, result.ntuples, tuple)


def _send(pgconn: PGconn) -> Generator[Wait, Ready | int, None]:
    """All of it: a server that has half of a statement does nothing yet."""
    while pgconn.flush():
        if (yield Wait.RW) & Ready.R:
            pgconn.consume_input()


def _receive(pgconn: PGconn, until: float) -> Generator[Wait, Ready | int, list[PGresult]]:
    results: list[PGresult] = []
    while True:
        while pgconn.is_busy():
            if (yield Wait.R):
                pgconn.consume_input()
            elif monotonic() > until:
                raise psycopg.OperationalError("no answer in time")
        result = pgconn.get_result()
        if result is None:  # the end of one statement's answer
            if pgconn.status != ConnStatus.OK:
                raise psycopg.OperationalError("the connection is lost")
        elif result.status == ExecStatus.PIPELINE_SYNC:
            return results
        else:
            results.append(result)
