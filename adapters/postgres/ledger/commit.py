"""One batch of appends, tried until its outcome is certain or patience ends."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from uuid import UUID

import psycopg
import structlog
from psycopg import errors

from adapters.postgres.backoff import Tries
from adapters.postgres.connections import Connections
from adapters.postgres.ledger.batch import (
    Guess,
    Memory,
    Remembered,
    commit_guess,
    decide_batch,
    guess_batch,
    insert_batch,
    replicate,
    stands,
    undo,
)
from adapters.postgres.ledger.pipeline import Exchange
from adapters.store.append_conditions import Decided
from adapters.store.recorder import Answer, Meanwhile, PreparedAppend
from ledger.kernel.store import ClockAway, LedgerUnavailable, OutcomeUnknown

# What another try may mend: lost and refused connections, restarts, time-outs, deadlocks, a
# standby that is not yet promoted, a committer that was faster.
_PASSING = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    errors.ReadOnlySqlTransaction,
    errors.IdleInTransactionSessionTimeout,
    errors.UniqueViolation,
)

_CLOCK_AWAY = "SL001"
_log = structlog.get_logger("ledger")


class Attempts:
    """The attempts at one batch. `newest` is when the newest stamp says that it was recorded."""

    def __init__(
        self,
        connections: Connections,
        memory: Memory,
        *,
        ledger: UUID,
        clock: Callable[[], datetime],
        machine: Callable[[], datetime],
        meanwhile: Meanwhile,
    ) -> None:
        self._connections, self._memory = connections, memory
        self._ledger, self._clock, self._meanwhile = ledger, clock, meanwhile
        self._machine = machine
        self._unsure: Decided | None = None
        self.newest: datetime | None = None

    def commit(self, appends: Sequence[PreparedAppend], *, until: float) -> Sequence[Answer]:
        tries = Tries(until)
        while True:
            try:
                return self._attempt(appends)
            except _PASSING as error:
                if _is_final(error) or tries.over:
                    raise self._failure(error) from error
            except psycopg.DatabaseError as error:
                if error.sqlstate == _CLOCK_AWAY:
                    raise _clock_away(error) from error
                raise
            self._meanwhile()
            tries.wait()

    def _attempt(self, appends: Sequence[PreparedAppend]) -> Sequence[Answer]:
        if not self._connections.ready_to_commit:
            self._meanwhile()
        with self._connections.committing() as exchange:
            if self._unsure is not None and stands(exchange, self._unsure):
                replicate(exchange)
                return self._unsure.answers
            self._unsure = None
            remembered = self._memory.of(exchange)
            decided = self._guess(exchange, remembered, appends)
            decided = decided or self._ask(exchange, remembered, appends)
            self.newest = decided.head.recorded_at
            return decided.answers

    def _guess(
        self, exchange: Exchange, remembered: Remembered, appends: Sequence[PreparedAppend]
    ) -> Decided | None:
        """What was committed in one round trip, without asking first; None if it was not."""
        guess = remembered.foreseen(appends) or self._guessed(appends, remembered)
        if guess is None:
            return None
        exchange.listen()
        remembered.committed(guess.decided)
        try:
            with self._telling(exchange, guess.decided):
                commit_guess(
                    exchange,
                    guess,
                    machine=self._machine(),
                    meanwhile=lambda: self._foresee(remembered),
                )
        except (errors.SerializationFailure, errors.UniqueViolation):
            undo(exchange)
            return None
        return guess.decided

    def _foresee(self, remembered: Remembered) -> None:
        """While the database works on one guess, what follows is decided on top of it."""
        following = self._meanwhile()
        if following:
            # Whatever is wrong with it is told when its turn comes, to those whose it is.
            with suppress(Exception):
                remembered.foresee(following, self._guessed(following, remembered))

    def _guessed(self, appends: Sequence[PreparedAppend], remembered: Remembered) -> Guess | None:
        return guess_batch(appends, remembered, ledger=self._ledger, now=self._clock())

    def _ask(
        self, exchange: Exchange, remembered: Remembered, appends: Sequence[PreparedAppend]
    ) -> Decided:
        known, decided = decide_batch(
            exchange,
            appends,
            ledger=self._ledger,
            clock=self._clock,
            machine=self._machine(),
            meanwhile=self._meanwhile,
        )
        with self._telling(exchange, decided):
            insert_batch(exchange, decided)
        remembered.learn(known, decided)
        return decided

    @contextmanager
    def _telling(self, exchange: Exchange, decided: Decided) -> Iterator[None]:
        """Remember what is committed, as long as its outcome is not certain."""
        self._unsure = decided if decided.rows else None
        try:
            yield
        except psycopg.Error as error:
            # An error that the server told ends the transaction; a lost connection does not,
            # and it is not always known to be lost by then: the server's errors have a code.
            if error.sqlstate and not exchange.broken:
                self._unsure = None
            raise

    def _failure(self, error: psycopg.Error) -> Exception:
        if self._unsure is not None:
            return OutcomeUnknown(f"the outcome of a commit is unknown: {_kind(error)}")
        if _is_final(error):
            return error
        return LedgerUnavailable(f"committing failed: {_kind(error)}")


def _clock_away(error: psycopg.DatabaseError) -> ClockAway:
    seconds = error.diag.message_primary
    _log.critical("clock_away", seconds_ahead=seconds)
    return ClockAway(
        f"this machine's clock is {seconds} seconds ahead of the database's: nothing is appended"
        " from here until both are right (see docs/runbooks/clock-away.md)"
    )


def _is_final(error: psycopg.Error) -> bool:
    """A second key for one subject does not go away by trying again."""
    return isinstance(error, errors.UniqueViolation) and error.diag.schema_name == "keys"


def _kind(error: psycopg.Error) -> str:
    """What happened, without the text of the error: it may quote what was to be stored."""
    return f"{type(error).__name__} {error.sqlstate or ''}".strip()
