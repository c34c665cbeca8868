"""Who looks at what just now, in PostgreSQL: short-lived, and no stamp."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from adapters.postgres.connections import Connections
from adapters.postgres.statements import statement


class PostgresPresence:
    """For all processes together. Raises `LedgerUnavailable`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def look(
        self, thing: UUID, actor: str, *, at: datetime, since: datetime
    ) -> Mapping[str, datetime]:
        """They look at it now; who else was seen there since a time, the latest first."""
        with self._connections.asking() as connection:
            rows = connection.execute(statement("look_at"), [thing, actor, at, since]).fetchall()
        return dict(rows)
