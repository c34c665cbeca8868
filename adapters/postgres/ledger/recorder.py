"""The ledger in PostgreSQL: a recorder that tells the truth also when the connection is lost."""

import os
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from threading import RLock
from time import monotonic
from typing import Any
from uuid import UUID

import structlog

from adapters.postgres.connections import Connections
from adapters.postgres.keys.data_keys import PostgresKeys
from adapters.postgres.ledger.batch import Memory
from adapters.postgres.ledger.commit import Attempts
from adapters.postgres.ledger.rows import (
    leave_as_bytes,
    leave_raw,
    plain_rows,
    raw_kept,
    raw_rows,
    raw_vertebrae,
    stamp_row,
    stored_number,
    stored_total,
)
from adapters.store.after_fork import after_fork
from adapters.store.memory import utc_now
from adapters.store.recorder import (
    Answer,
    Meanwhile,
    PositionMissing,
    PreparedAppend,
    StampRecorder,
    dense,
    no_more,
    nothing,
)
from adapters.store.rows import PlainRow, StampRow
from ledger.audit.raw_rows import ClaimFault, FaultyClaim, RawCommit, RawRow, Vertebra, stored_of
from ledger.codec.rows import Kept, KeptBeside, StoredCommit, StoredRow, Totals
from ledger.kernel.clocks import Clocks
from ledger.proof.merkle import EMPTY_ROOT

_MOST = 2**62
_SECONDS_BETWEEN = 60.0
_NONE = timedelta()
_log = structlog.get_logger("ledger")


class ClockLog:
    """A ledger that is ahead of its clock: a line a minute in the log until time has caught up."""

    def __init__(self) -> None:
        self._told: float | None = None

    def tell(self, clocks: Clocks) -> None:
        """After an append: how far the newest stamp is ahead."""
        if clocks.ahead == _NONE:
            return
        now = monotonic()
        if self._told is None or now - self._told >= _SECONDS_BETWEEN:
            self._told = now
            _log.warning("ledger_ahead", seconds=round(clocks.ahead.total_seconds(), 1))


class PostgresStampRecorder(StampRecorder):
    """Rows in schema `ledger`. `patience` is how many seconds an append outlasts an outage.

    `clock` tells the ledger's time. `machine` tells the time that providers are told, which is
    compared with the database's: an append from a machine that is a minute away is refused.
    """

    def __init__(
        self,
        url: str,
        *,
        clock: Callable[[], datetime] = utc_now,
        machine: Callable[[], datetime] = utc_now,
        readers: int = 8,
        patience: float = 10.0,
        after_commit: Callable[[], None] = nothing,
    ) -> None:
        if os.environ.get("POSTGRES_ENABLE_DB_FUNCTIONS"):
            raise ValueError("POSTGRES_ENABLE_DB_FUNCTIONS loses events: unset it")
        self._clock, self._machine = clock, machine
        self._patience, self._after_commit = patience, after_commit
        self._connections = Connections(url, readers=readers, wait=patience)
        self.keys = PostgresKeys(self._read)
        self._ledger_id: UUID | None = None
        self._clock_log = ClockLog()
        self._forget()
        after_fork(self._forget)

    def _forget(self) -> None:
        self._turn, self._memory = RLock(), Memory()

    @property
    def ledger_id(self) -> UUID:
        if self._ledger_id is None:
            ((self._ledger_id,),) = self._read("read_ledger_id")
        return self._ledger_id

    def commit(
        self, appends: Sequence[PreparedAppend], *, meanwhile: Meanwhile = no_more
    ) -> Sequence[Answer]:
        with self._turn:
            attempts = Attempts(
                self._connections,
                self._memory,
                ledger=self.ledger_id,
                clock=self._clock,
                machine=self._machine,
                meanwhile=meanwhile,
            )
            answers = attempts.commit(appends, until=monotonic() + self._patience)
            now = self._clock()
            self._clock_log.tell(Clocks(now, database=now, ledger=now, newest=attempts.newest))
        self._after_commit()
        return answers

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

    def read_stored(self, after: int, *, limit: int) -> list[StoredRow]:
        return [stored_of(row) for row in self.read_raw(after, limit=limit)]

    def read_raw(self, after: int, *, limit: int) -> list[RawRow]:
        return raw_rows(self._raw("read_positions", after, limit))

    def read_raw_streams(self, streams: Sequence[bytes], *, until: int) -> list[RawRow]:
        ids = [UUID(bytes=stream) for stream in streams]
        return raw_rows(self._raw("read_streams", ids, until))

    def read_share(self, after: int, *, until: int, share: int, of: int) -> list[RawRow]:
        return raw_rows(self._raw("read_share", after, until, of, share))

    def read_vertebrae(self, after: int, *, limit: int) -> list[Vertebra]:
        return raw_vertebrae(self._raw("read_vertebrae", after, limit))

    def read_last_versions(self, streams: Sequence[bytes], *, until: int) -> dict[bytes, int]:
        ids = [UUID(bytes=stream) for stream in streams]
        return dict(self._raw("read_last_versions", ids, until))

    def read_raw_commits(self, after: int, *, limit: int) -> Sequence[RawCommit]:
        return self._raw("read_commits", after, limit)

    def read_commits(self, after: int, *, limit: int) -> list[StoredCommit]:
        return [StoredCommit(*values) for values in self._read("read_commits", after, limit)]

    def read_seat_totals(self, until: int) -> dict[UUID, Totals]:
        newest = self._read("read_every_quota", until)
        return {quota: (capacity, held, sold) for quota, capacity, held, sold in newest}

    def read_kept(self, after: int, *, until: int) -> KeptBeside:
        return raw_kept(
            self._raw("read_totals", after, until), self._raw("read_drawn", after, until)
        )

    def read_strays(self) -> list[Kept]:
        totals = [stored_total(values) for values in self._whole("read_stray_totals")]
        return [*totals, *(stored_number(values) for values in self._whole("read_stray_numbers"))]

    def read_repeats(self, until: int) -> list[int]:
        return [position for (position,) in self._whole("read_repeats", until)]

    def read_faulty_claims(self) -> list[FaultyClaim]:
        faults = self._whole("read_claim_faults")
        return [(position, stream, ClaimFault(fault)) for position, stream, fault in faults]

    def head(self) -> tuple[int, bytes]:
        for size, _, root, _ in self._read("read_head"):
            return size, root
        return 0, EMPTY_ROOT

    def last_numbers(self, series: Sequence[str]) -> dict[str, int]:
        return dict(self._read("read_numbers", [*series]))

    def clocks(self) -> Clocks:
        """What time it is here, at the database, and in the ledger."""
        ((database, newest),) = self._read("read_clocks")
        return Clocks(self._machine(), database=database, ledger=self._clock(), newest=newest)

    def find(self, correlation_id: UUID, type: str, *, occurrence: str) -> StampRow | None:
        return next(iter(self._rows("find_stamp", correlation_id, type, occurrence)), None)

    def close(self) -> None:
        self._connections.close()

    def _rows(self, name: str, *parameters: Any) -> list[StampRow]:
        return [stamp_row(values) for values in self._read(name, *parameters)]

    def _plain(self, name: str, *parameters: Any) -> list[PlainRow]:
        rows = self._connections.rows
        return plain_rows(rows(name, *parameters, patience=self._patience, loading=leave_as_bytes))

    def _raw(self, name: str, *parameters: Any) -> list[tuple[Any, ...]]:
        rows = self._connections.rows
        return rows(name, *parameters, patience=self._patience, loading=leave_raw)

    def _read(self, name: str, *parameters: Any) -> list[tuple[Any, ...]]:
        return self._connections.rows(name, *parameters, patience=self._patience)

    def _whole(self, name: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """What takes longer the longer the ledger is."""
        rows = self._connections.rows
        return rows(name, *parameters, patience=self._patience, unhurried=True)
