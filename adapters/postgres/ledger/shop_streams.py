"""Which shops there are, asked of the ledger itself."""

from collections.abc import Sequence
from uuid import UUID

from adapters.postgres.connections import Connections
from adapters.postgres.statements import statement


class PostgresCatalogue:
    """Reads the ledger itself, so it is never behind it."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def shops(self) -> Sequence[UUID]:
        """The streams of all shops, oldest first."""
        with self._connections.asking() as connection:
            rows = connection.execute(statement("read_shop_streams")).fetchall()
        return [UUID(str(row[0])) for row in rows]
