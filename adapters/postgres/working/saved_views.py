"""Searches that people keep under a name, in PostgreSQL, sealed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from adapters.postgres.connections import Connections
from adapters.postgres.statements import statement
from adapters.postgres.working.seal import Seal
from ledger.staff.saved_view import MOST_VIEWS, SavedView


class _Sealed(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    filters: Mapping[str, str]


class PostgresSavedViews:
    """For all processes together. Raises `LedgerUnavailable`."""

    def __init__(self, connections: Connections, *, seal: Seal) -> None:
        self._connections, self._seal = connections, seal

    def keep(self, view: SavedView) -> bool:
        """Keep a new one; False where its owner has too many."""
        plain = msgspec.json.encode(_Sealed(name=view.name, filters=view.filters))
        sealed = self._seal.seal_note(view.id, plain)
        kept = [view.id, view.owner, view.shop, sealed, view.made_at, MOST_VIEWS]
        return bool(self._run("keep_view", kept))

    def listed(self, owner: str, shops: Sequence[str]) -> Sequence[SavedView]:
        """One's own and those of these shops, the oldest first."""
        found = (self._opened(*row) for row in self._run("list_views", [owner, [*shops]]))
        return [one for one in found if one is not None]

    def remove(self, view: UUID) -> None:
        """Nobody finds it any more."""
        self._run("delete_view", [view])

    def _opened(
        self, id: UUID, owner: str, shop: str | None, sealed: bytes, made_at: datetime
    ) -> SavedView | None:
        opened = self._seal.open_note(id, sealed)
        if opened is None:
            return None
        known = msgspec.json.decode(opened, type=_Sealed)
        return SavedView(
            id=id, owner=owner, name=known.name, filters=known.filters, made_at=made_at, shop=shop
        )

    def _run(self, name: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        with self._connections.asking() as connection:
            cursor = connection.execute(statement(name), parameters)
            return cursor.fetchall() if cursor.description else []
