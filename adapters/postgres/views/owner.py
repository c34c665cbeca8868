"""The one session that may move a set of projections, and what it writes."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Self
from uuid import UUID

import psycopg

from adapters.postgres.sessions import connect_owning
from adapters.postgres.statements import statement
from adapters.postgres.views.tables import (
    TableChange,
    rows_refused,
    table_changes,
    write_changes,
    written_apart,
)
from projections.engine.derive import Derived, Poison
from projections.engine.projection import Projection

# How long an owner may be silent before another one takes its place, in seconds.
SILENCE = 3.0
# Steps that are kept besides the newest; the same number is swept at once.
KEPT = 1_000


class OwnershipLost(Exception):
    """Another process moves these projections, or the connection that proved us is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """How far a projection has come; `lag` is how many stamps lie ahead.

    `session` is the database session that moves it, None if there is none; `seen_at` is when its
    owner, in its `epoch`, last said that it lives; `behind_since` when the first stamp that lies
    ahead was recorded.
    """

    name: str
    version: int
    position: int
    lag: int
    epoch: int
    owner: str
    session: int | None
    seen_at: datetime | None
    behind_since: datetime | None

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """From the columns of its statement."""
        names = (one.name for one in fields(cls))
        return cls(**dict(zip(names, values, strict=True)))


class OwnedViews:
    """A session that owns a set of projections. Any error on it ends the ownership."""

    def __init__(self, url: str, name: str, *, projections: Collection[Projection]) -> None:
        self.url, self.name, self.projections = url, name, projections
        self._connection, self._epoch = connect_owning(url), 0
        self._steps = self._position = 0

    @classmethod
    def take(
        cls,
        url: str,
        name: str,
        *,
        projections: Collection[Projection],
        silence: float = SILENCE,
    ) -> Self | None:
        """Become the owner; None while another one lives. A silent one's session is ended."""
        owned = cls(url, name, projections=projections)
        try:
            if owned._locked() or (owned._end_silent(silence) and owned._locked()):
                owned._begin()
                return owned
        except BaseException:
            owned.close()
            raise
        owned.close()
        return None

    def checkpoints(self) -> Sequence[Checkpoint]:
        """Of the projections of this set."""
        names = {one.name for one in self.projections}
        found = (Checkpoint.of(values) for values in self._run("views_read_checkpoints"))
        return [one for one in found if one.name in names]

    def stopped(self) -> Sequence[Poison]:
        """What stopped lanes, in the order of the ledger."""
        rows = self._run("views_read_stopped_lanes")
        return [Poison(stream=row[0], position=row[1], error=row[2]) for row in rows]

    def beat(self) -> int:
        """Say that we live; returns where the ledger ends. Raises `OwnershipLost`."""
        with self._owning():
            told = self._run("views_beat", self.name, self._epoch, self._steps + 1, self._position)
            if not told:
                raise OwnershipLost(f"another process moves {self.name}")
            self._stepped()
        ((head,),) = told
        return int(head)

    def write(self, changed: Mapping[UUID, Derived], *, position: int) -> Sequence[Poison]:
        """Replace rows, stop lanes and move on, at once. Returns what the tables refused."""
        try:
            self._write(changed, position)
        except Exception as error:
            if not rows_refused(error):
                raise
            return self._write_with_care(changed, position)
        return ()

    def write_derived(self, changes: Sequence[TableChange], *, position: int) -> bool:
        """Rows of unstopped streams, derived elsewhere; move on. False if a table refuses them."""
        try:
            with self._writing(position):
                write_changes(self._connection, changes)
        except Exception as error:
            if not rows_refused(error):
                raise
            return False
        return True

    def open_lane(self, stream: UUID, derived: Derived) -> Poison | None:
        """A stopped stream can be read after all: its rows, and its lane.

        Its rows may be refused as they were at first: then it stays stopped, and that is returned.
        """
        with self._writing(self._position):
            refused = self._refused({stream: derived})
            if not refused:
                self._run("views_open_lane", stream)
        return refused[0] if refused else None

    def close(self) -> None:
        """Give the ownership back."""
        with suppress(psycopg.Error):
            self._connection.close()

    def _write(self, changed: Mapping[UUID, Derived], position: int) -> None:
        with self._writing(position):
            self._replace(changed)
            self._stop([one.poison for one in changed.values() if one.poison])

    def _write_with_care(self, changed: Mapping[UUID, Derived], position: int) -> Sequence[Poison]:
        """The rows of some of these streams are refused: those of all others are written."""
        with self._writing(position):
            refused = self._refused(
                {stream: replace(derived, before=None) for stream, derived in changed.items()}
            )
            known = [one.poison for one in changed.values() if one.poison]
            self._stop([*refused, *known])
        return refused

    def _refused(self, changed: Mapping[UUID, Derived]) -> list[Poison]:
        """Write what can be written, half by half; what cannot is returned."""
        return written_apart(
            changed,
            lambda some: write_changes(self._connection, table_changes(self.projections, some)),
            connection=self._connection,
        )

    def _replace(self, changed: Mapping[UUID, Derived]) -> None:
        write_changes(self._connection, table_changes(self.projections, changed))

    def _stop(self, poisoned: Sequence[Poison]) -> None:
        if poisoned:
            self._run(
                "views_stop_lanes",
                [one.stream for one in poisoned],
                [one.position for one in poisoned],
                [one.error for one in poisoned],
            )

    @contextmanager
    def _writing(self, position: int) -> Iterator[None]:
        """A transaction of the owner's, and of nobody else's; then all rows are those of there."""
        with self._owning(), self._connection.transaction():
            if not self._run("views_claim_epoch", self.name, self._epoch):
                raise OwnershipLost(f"another process moves {self.name}")
            yield
            self._run("views_insert_step", self.name, self._steps + 1, position)
            self._stepped()
        self._position = position

    @contextmanager
    def _owning(self) -> Iterator[None]:
        """Whoever lost the session lost the projections."""
        try:
            yield
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            if rows_refused(error):
                raise
            raise OwnershipLost(f"the session was ended: {type(error).__name__}") from error

    def _stepped(self) -> None:
        """There is one row more; from time to time those of long ago go."""
        self._steps += 1
        if self._steps % KEPT == 0:
            self._sweep(self._steps - 2 * KEPT)

    def _sweep(self, after: int) -> None:
        self._run("views_sweep_steps", self.name, after, self._steps - KEPT)

    def _locked(self) -> bool:
        ((locked,),) = self._run("views_try_lock", self.name)
        return bool(locked)

    def _end_silent(self, silence: float) -> bool:
        return bool(self._run("views_end_silent_owner", self.name, silence))

    def _begin(self) -> None:
        ((self._epoch,),) = self._run("views_raise_epoch", self.name)
        newest = self._run("views_newest_step", self.name)
        self._steps, self._position = newest[0] if newest else (0, 0)
        self._sweep(0)
        self._run(
            "views_begin_checkpoints",
            self.name,
            [one.name for one in self.projections],
            [one.version for one in self.projections],
        )
        self.beat()

    def _run(self, name: str, *parameters: Any) -> list[tuple[Any, ...]]:
        cursor = self._connection.execute(statement(name), parameters)
        return cursor.fetchall() if cursor.description else []
