"""How far each reader has come."""

from adapters.postgres.connections import Connections
from adapters.postgres.statements import statement


class PostgresCursors:
    """Positions by name. They never go backwards, whoever stores them."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def load(self, name: str) -> int:
        """The last position stored, 0 at first."""
        with self._connections.asking() as connection:
            row = connection.execute(statement("read_cursor"), [name]).fetchone()
        return int(row[0]) if row else 0

    def store(self, name: str, position: int) -> None:
        """Remember a position."""
        with self._connections.asking() as connection:
            connection.execute(statement("store_cursor"), [name, position])
