"""Keyed fingerprints of what orders are found by: written by one process at a time."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from adapters.postgres.connections import Connection, Connections
from adapters.postgres.statements import statement

NAME = "order_words"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderWords:
    """One order with all that it is found by."""

    stream: UUID
    shop: str
    placed_at: datetime
    words: Collection[int]


class Turn:
    """A transaction in which nobody else writes. `position`: so far the ledger was read."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        row = connection.execute(statement("read_cursor"), [NAME]).fetchone()
        self.position = int(row[0]) if row else 0

    def clear(self) -> None:
        """Begin anew; readers see what there was until the turn is over."""
        self._connection.execute(statement("views_clear_words"))

    def replace(self, streams: Sequence[UUID], found: Sequence[OrderWords]) -> None:
        """These streams are found by these words, and by no others."""
        self._connection.execute(statement("views_delete_words"), [[*streams]])
        rows = [(word, one) for one in found for word in one.words]
        columns = (
            [word for word, _ in rows],
            [one.placed_at for _, one in rows],
            [one.stream for _, one in rows],
            [one.shop for _, one in rows],
        )
        self._connection.execute(statement("views_insert_words"), columns)

    def read_until(self, position: int) -> None:
        """The ledger was read up to here; never backwards."""
        self._connection.execute(statement("store_cursor"), [NAME, position])


class WordTable:
    """The table in a database."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    @contextmanager
    def turn(self, *, patient: bool = False) -> Iterator[Turn | None]:
        """A turn of ours; None while another process has its own, unless we are `patient`."""
        with self._connections.asking() as connection, connection.transaction():
            if patient:
                connection.execute("set local statement_timeout = 0")
                connection.execute(statement("views_wait_for_words_turn"))
                yield Turn(connection)
                return
            row = connection.execute(statement("views_take_words_turn")).fetchone()
            yield Turn(connection) if row and row[0] else None
