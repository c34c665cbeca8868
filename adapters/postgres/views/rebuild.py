"""Tables beside the live ones, filled in peace and swapped in at once."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Self
from uuid import UUID

import psycopg

from adapters.postgres.connections import Connection
from adapters.postgres.sessions import connect_owning
from adapters.postgres.statements import statement
from adapters.postgres.views.tables import (
    SHADOW,
    TableChange,
    read_orphans,
    read_rows,
    rows_refused,
    table_changes,
    write_changes,
    written_apart,
)
from projections.engine.derive import Derived, Poison
from projections.engine.projection import Projection, Row


class RebuildUnderWay(Exception):
    """Somebody else is rebuilding projections."""


class ShadowViews:
    """A session that fills shadow tables; it may also look at the live ones for comparison."""

    def __init__(
        self, connection: Connection, owner: str, *, projections: Collection[Projection]
    ) -> None:
        self._connection, self._owner, self.projections = connection, owner, projections

    @classmethod
    def at(cls, url: str, owner: str, *, projections: Collection[Projection]) -> Self:
        """A session of its own."""
        return cls(connect_owning(url), owner, projections=projections)

    def begin(self) -> None:
        """Empty shadow tables. Raises `RebuildUnderWay`."""
        ((locked,),) = self._run("views_try_lock", "rebuild")
        if not locked:
            raise RebuildUnderWay(
                "projections are being rebuilt already: `projections list` tells which;"
                " wait until that is done, or break it off"
            )
        self._run("views_abandon_rebuild")
        names = [one.name for one in self.projections]
        versions = [one.version for one in self.projections]
        self._run("views_begin_checkpoints", self._owner, names, versions)
        for name in names:
            self._run("views_begin_rebuild", name)

    def position(self) -> int:
        """How far the live tables have come."""
        names = {one.name for one in self.projections}
        found = self._run("views_read_checkpoints")
        return min((position for name, _, position, *_ in found if name in names), default=0)

    def stopped(self) -> Mapping[UUID, int]:
        """The streams whose lanes are stopped, and where."""
        rows = self._run("views_read_stopped_lanes")
        return {stream: position for stream, position, *_ in rows}

    def begun_streams(self, after: int, *, until: int, limit: int) -> Sequence[tuple[UUID, int]]:
        """Streams by the position of their first stamp."""
        rows = self._run("views_read_begun_streams", after, until, limit)
        return [(stream, position) for stream, position in rows]

    def moved_streams(self, after: int, *, until: int) -> set[UUID]:
        """Streams with stamps between two positions."""
        return {stream for (stream,) in self._run("views_read_moved_streams", after, until)}

    def make_indexes(self) -> None:
        """The filled tables get the keys and indexes of the live ones."""
        for projection in self.projections:
            with self._connection.transaction():
                self._run("views_be_patient")
                self._run("views_index_rebuilt", projection.name)

    def write(self, derived: Mapping[UUID, Derived]) -> Sequence[Poison]:
        """The shadow's rows of these streams. Returns what the tables refused."""
        with self._connection.transaction():
            return written_apart(derived, self._write, connection=self._connection)

    def write_derived(self, changes: Sequence[TableChange]) -> bool:
        """The same, worked out before. False, and nothing, if a table refuses them."""
        try:
            with self._connection.transaction():
                write_changes(self._connection, changes, schema=SHADOW)
        except Exception as error:
            if not rows_refused(error):
                raise
            return False
        return True

    def stop_lanes(self, poisons: Sequence[Poison]) -> None:
        """These streams stand still from now on; in a transaction of the caller's."""
        if poisons:
            self._run(
                "views_stop_lanes",
                [one.stream for one in poisons],
                [one.position for one in poisons],
                [one.error for one in poisons],
            )

    def put_back(
        self, derived: Mapping[UUID, Derived], projections: Collection[Projection]
    ) -> None:
        """The live rows of these streams in other projections, too, are those of before."""
        written_apart(
            derived,
            lambda some: write_changes(self._connection, table_changes(projections, some)),
            connection=self._connection,
        )

    def _write(self, derived: Mapping[UUID, Derived]) -> None:
        changes = table_changes(self.projections, derived)
        write_changes(self._connection, changes, schema=SHADOW)

    @contextmanager
    def holding(self) -> Iterator[None]:
        """A transaction during which nobody moves the live tables."""
        with self._connection.transaction():
            self._run("views_be_patient")
            self._run("views_hold_owner", self._owner)
            yield

    @contextmanager
    def watching(self) -> Iterator[None]:
        """A transaction that sees everything as it was at one moment."""
        with self._connection.transaction():
            self._connection.execute("set transaction isolation level repeatable read read only")
            self._run("views_be_patient")
            yield

    def swap_in(self) -> None:
        """The shadows are the live tables, in the version of the code."""
        for projection in self.projections:
            self._run("views_swap_in", projection.name)
            self._run("views_rebuilt_checkpoint", projection.name, projection.version)

    def live_rows(self, projection: Projection, streams: Sequence[UUID]) -> Sequence[Row]:
        """What readers see of these streams."""
        return read_rows(self._connection, projection, streams=streams)

    def orphans(self, projection: Projection, *, until: int) -> Sequence[Row]:
        """What readers see of streams that are not in the ledger."""
        return read_orphans(self._connection, projection, until=until)

    def abandon(self) -> None:
        """Half-filled tables go. What is under way in another thread ends before that."""
        with suppress(psycopg.Error):
            self._run("views_abandon_rebuild")

    def cancel(self) -> None:
        """Whatever the database does for us just now ends with an error."""
        with suppress(psycopg.Error):
            self._connection.cancel_safe(timeout=5)

    def close(self) -> None:
        """End the session."""
        with suppress(psycopg.Error):
            self._connection.close()

    def _run(self, name: str, *parameters: Any) -> list[tuple[Any, ...]]:
        cursor = self._connection.execute(statement(name), parameters)
        return cursor.fetchall() if cursor.description else []
