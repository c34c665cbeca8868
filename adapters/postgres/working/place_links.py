"""Wishes for a place in line, in PostgreSQL: each sealed by the code of its link."""

from datetime import datetime
from typing import Any

import msgspec

from adapters.keys.link_seal import hash_of, open_by, seal_by
from adapters.postgres.connections import Connections
from adapters.postgres.statements import statement
from ledger.waiting_list.wish import PlaceAsked


class PostgresPlaceLinks:
    """Kept until their time is over: pressing twice does it once. Raises `LedgerUnavailable`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def keep(self, code: str, asked: PlaceAsked, *, at: datetime) -> None:
        """Keep a wish until its letter comes back."""
        sealed = seal_by(code, msgspec.json.encode(asked))
        self._run("keep_place_link", hash_of(code), sealed, asked.until, at)

    def look(self, code: str) -> PlaceAsked | None:
        """The wish of a code; looking changes nothing."""
        for (sealed,) in self._run("read_place_link", hash_of(code)):
            opened = open_by(code, sealed)
            return msgspec.json.decode(opened, type=PlaceAsked) if opened is not None else None
        return None

    def _run(self, name: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with self._connections.asking() as connection:
            cursor = connection.execute(statement(name), parameters)
            return cursor.fetchall() if cursor.description else []
