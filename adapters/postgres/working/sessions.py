"""Sessions in PostgreSQL: the same for every process, each found by the hash of a word."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from adapters.postgres.connections import Connections
from adapters.postgres.statements import statement
from ledger.accounts.session import LAST_USE, LIFETIMES, Kind, SignedIn

_FIELDS = ("id", "kind", "subject", "how", "device", "opened_at", "last_used_at", "ends_at")


class PostgresSessions:
    """Who is signed in where. Raises `LedgerUnavailable`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def open(self, token_hash: bytes, session: SignedIn) -> None:
        """Keep a session that begins, under the SHA-256 of its browser's word."""
        self._run(
            "open_session",
            token_hash,
            session.id,
            session.kind,
            session.subject,
            session.how,
            session.device,
            session.opened_at,
            session.ends_at,
        )

    def use(self, token_hash: bytes, kind: Kind, *, at: datetime) -> SignedIn | None:
        """The session of a word, if it lives; this is a use of it."""
        lifetime = LIFETIMES[kind]
        rows = self._run(
            "use_session", token_hash, kind, at, lifetime.idle, lifetime.at_most, LAST_USE
        )
        return _session(rows[0]) if rows else None

    def of(self, kind: Kind, subject: UUID, *, at: datetime) -> Sequence[SignedIn]:
        """The living sessions of somebody, the one used last first; at most a hundred."""
        return [_session(row) for row in self._run("list_sessions", kind, subject, at)]

    def end(self, token_hash: bytes, kind: Kind) -> None:
        """End the session of a word, if there is one."""
        self._run("end_session", token_hash, kind)

    def end_one(self, kind: Kind, subject: UUID, id: UUID) -> bool:
        """End a session of this person; False if they have none of that id."""
        return bool(self._run("end_session_of", kind, subject, id))

    def end_all(self, kind: Kind, subject: UUID, *, but: UUID | None = None) -> int:
        """End all sessions of somebody, or all but one; how many there were."""
        return len(self._run("end_sessions_of", kind, subject, but))

    def _run(self, name: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with self._connections.asking() as connection:
            cursor = connection.execute(statement(name), parameters)
            return cursor.fetchall() if cursor.description else []


def _session(row: tuple[Any, ...]) -> SignedIn:
    return SignedIn(**dict(zip(_FIELDS, row, strict=True)))
