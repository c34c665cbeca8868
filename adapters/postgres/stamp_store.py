"""The ledger in PostgreSQL: a recorder that tells the truth also when the connection is lost."""

import os
from collections.abc import Callable, Sequence
from datetime import datetime
from threading import RLock
from time import monotonic, sleep
from typing import Any
from uuid import UUID

import psycopg
from psycopg import errors

from adapters.conditions import Decided
from adapters.forks import after_fork
from adapters.memory_store import utc_now
from adapters.plain_rows import PlainRow
from adapters.postgres.batch import decide_batch, insert_batch, stands
from adapters.postgres.connections import Connections
from adapters.postgres.data_keys import PostgresKeys
from adapters.postgres.plain_rows import plain_rows
from adapters.postgres.rows import stamp_row, stored_number, stored_total
from adapters.recording import Answer, PositionMissing, PreparedAppend, StampRecorder, dense
from adapters.stamp_rows import StampRow
from ledger.appends import LedgerUnavailable, OutcomeUnknown
from ledger.audit.rows import Kept, StoredCommit, Totals
from ledger.tree import EMPTY_ROOT

# What another try may mend: lost and refused connections, restarts, time-outs, deadlocks, a
# standby that is not yet promoted, a committer that was faster.
_PASSING = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    errors.ReadOnlySqlTransaction,
    errors.IdleInTransactionSessionTimeout,
    errors.UniqueViolation,
)
_MOST = 2**62


class PostgresStampRecorder(StampRecorder):
    """Rows in schema `ledger`. `patience` is how many seconds an append outlasts an outage."""

    def __init__(
        self,
        url: str,
        *,
        clock: Callable[[], datetime] = utc_now,
        readers: int = 8,
        patience: float = 10.0,
    ) -> None:
        if os.environ.get("POSTGRES_ENABLE_DB_FUNCTIONS"):
            raise ValueError("POSTGRES_ENABLE_DB_FUNCTIONS loses events: unset it")
        self._clock, self._patience = clock, patience
        self._connections = Connections(url, readers=readers, wait=patience)
        self.keys = PostgresKeys(self._read)
        self._ledger_id: UUID | None = None
        self._forget()
        after_fork(self._forget)

    def _forget(self) -> None:
        self._turn = RLock()

    @property
    def ledger_id(self) -> UUID:
        if self._ledger_id is None:
            ((self._ledger_id,),) = self._read("read_ledger_id")
        return self._ledger_id

    def commit(self, appends: Sequence[PreparedAppend]) -> Sequence[Answer]:
        ledger = self.ledger_id
        with self._turn:
            return _Attempts(self._connections, ledger, clock=self._clock).commit(
                appends, until=monotonic() + self._patience
            )

    def read_stream(
        self,
        stream: UUID,
        *,
        after: int = -1,
        until: int | None = None,
        newest_first: bool = False,
        limit: int | None = None,
    ) -> list[StampRow]:
        name = "read_stream_backwards" if newest_first else "read_stream"
        return self._rows(name, stream, after, _MOST if until is None else until, limit)

    def read_streams(self, streams: Sequence[UUID], *, until: int) -> list[StampRow]:
        return self._rows("read_streams", [*set(streams)], until)

    def read_positions(self, after: int, *, limit: int) -> list[StampRow]:
        return dense(self._rows("read_positions", after, limit), after=after)

    def read_plain(self, after: int, *, limit: int) -> list[PlainRow]:
        rows = self._plain("read_plain_positions", after, limit)
        if rows and (rows[0].position, rows[-1].position) != (after + 1, after + len(rows)):
            raise PositionMissing(f"of positions {after + 1} to {after + len(rows)} not all stand")
        return rows

    def read_plain_streams(self, streams: Sequence[UUID], *, until: int) -> list[PlainRow]:
        return self._plain("read_plain_streams", [*set(streams)], until)

    def read_stored(self, after: int, *, limit: int) -> list[StampRow]:
        return self._rows("read_positions", after, limit)

    def read_commits(self, after: int, *, limit: int) -> list[StoredCommit]:
        names = ("first", "last", "recorded_at", "frontier", "root")
        found = self._read("read_commits", after, limit)
        return [StoredCommit(**dict(zip(names, values, strict=True))) for values in found]

    def read_seat_totals(self, until: int) -> dict[UUID, Totals]:
        newest = self._read("read_every_quota", until)
        return {quota: (capacity, held, sold) for quota, capacity, held, sold in newest}

    def read_kept(self, after: int, *, until: int) -> list[Kept]:
        totals = [stored_total(values) for values in self._read("read_totals", after, until)]
        drawn = self._read("read_drawn", after, until)
        return [*totals, *(stored_number(values) for values in drawn)]

    def read_strays(self) -> list[Kept]:
        totals = [stored_total(values) for values in self._read("read_stray_totals")]
        return [*totals, *(stored_number(values) for values in self._read("read_stray_numbers"))]

    def read_repeats(self, until: int) -> list[int]:
        return [position for (position,) in self._read("read_repeats", until)]

    def head(self) -> tuple[int, bytes]:
        for size, _, root, _ in self._read("read_head"):
            return size, root
        return 0, EMPTY_ROOT

    def find(self, correlation_id: UUID, type: str, *, occurrence: str) -> StampRow | None:
        return next(iter(self._rows("find_stamp", correlation_id, type, occurrence)), None)

    def close(self) -> None:
        self._connections.close()

    def _rows(self, name: str, *parameters: Any) -> list[StampRow]:
        return [stamp_row(values) for values in self._read(name, *parameters)]

    def _plain(self, name: str, *parameters: Any) -> list[PlainRow]:
        found = self._connections.rows(name, *parameters, patience=self._patience, as_bytes=True)
        return plain_rows(found)

    def _read(self, name: str, *parameters: Any) -> list[tuple[Any, ...]]:
        return self._connections.rows(name, *parameters, patience=self._patience)


class _Attempts:
    """One batch, tried until its outcome is certain or patience ends."""

    def __init__(
        self, connections: Connections, ledger: UUID, *, clock: Callable[[], datetime]
    ) -> None:
        self._connections, self._ledger, self._clock = connections, ledger, clock
        self._unsure: Decided | None = None

    def commit(self, appends: Sequence[PreparedAppend], *, until: float) -> Sequence[Answer]:
        pause = 0.0
        while True:
            try:
                return self._attempt(appends)
            except _PASSING as error:
                if _is_final(error) or monotonic() + pause > until:
                    raise self._failure(error) from error
            sleep(pause)
            pause = min(2 * pause + 0.01, 0.5)

    def _attempt(self, appends: Sequence[PreparedAppend]) -> Sequence[Answer]:
        with self._connections.committing() as exchange:
            if self._unsure is not None and stands(exchange, self._unsure):
                return self._unsure.answers
            self._unsure = None
            decided = decide_batch(exchange, appends, ledger=self._ledger, clock=self._clock)
            self._unsure = decided if decided.rows else None
            try:
                insert_batch(exchange, decided)
            except psycopg.Error as error:
                # An error that the server told ends the transaction; a lost connection does not,
                # and it is not always known to be lost by then: the server's errors have a code.
                if error.sqlstate and not exchange.broken:
                    self._unsure = None
                raise
            return decided.answers

    def _failure(self, error: psycopg.Error) -> Exception:
        if self._unsure is not None:
            return OutcomeUnknown(f"the outcome of a commit is unknown: {_kind(error)}")
        if _is_final(error):
            return error
        return LedgerUnavailable(f"committing failed: {_kind(error)}")


def _is_final(error: psycopg.Error) -> bool:
    """A second key for one subject does not go away by trying again."""
    return isinstance(error, errors.UniqueViolation) and error.diag.schema_name == "keys"


def _kind(error: psycopg.Error) -> str:
    """What happened, without the text of the error: it may quote what was to be stored."""
    return f"{type(error).__name__} {error.sqlstate or ''}".strip()
