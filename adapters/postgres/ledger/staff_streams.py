"""Which members of staff and which approvals there are, asked of the ledger itself."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from adapters.postgres.connections import Connections
from adapters.postgres.statements import statement


class StaffStreams:
    """Reads the ledger itself, so it is never behind it."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def members(self) -> Sequence[UUID]:
        """Whoever was ever added, the oldest first; twice who came back."""
        return self._streams("read_staff_streams")

    def approvals(self, since: datetime) -> Sequence[UUID]:
        """What a second person was asked for since then, the newest first."""
        return self._streams("read_approval_streams", since)

    def approvals_of(self, orders: Sequence[UUID]) -> Sequence[UUID]:
        """What a second person was ever asked for about these orders."""
        return self._streams("read_approvals_of", [str(one) for one in orders])

    def _streams(self, name: str, *parameters: Any) -> Sequence[UUID]:
        with self._connections.asking() as connection:
            rows = connection.execute(statement(name), parameters).fetchall()
        return [UUID(str(row[0])) for row in rows]
