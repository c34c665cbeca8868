"""Passkeys and the questions to their devices, in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from adapters.postgres.connections import Connections
from adapters.postgres.statements import statement
from ledger.accounts.passkey import MOST_PASSKEYS, Challenge, Passkey
from ledger.accounts.session import Kind

_FIELDS = (
    "id",
    "kind",
    "subject",
    "credential_id",
    "public_key",
    "sign_count",
    "sealed_name",
    "added_at",
    "last_used_at",
)


class PostgresPasskeys:
    """The same for every process. Raises `LedgerUnavailable`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def ask(self, challenge_hash: bytes, challenge: Challenge, *, at: datetime) -> None:
        """Keep a question until it is answered."""
        self._run(
            "keep_challenge",
            challenge_hash,
            challenge.purpose,
            challenge.kind,
            challenge.subject,
            challenge.browser,
            challenge.until,
            at,
        )

    def take(self, challenge_hash: bytes) -> Challenge | None:
        """The question of this hash, for the first who asks only."""
        for purpose, kind, subject, browser, until in self._run("take_challenge", challenge_hash):
            return Challenge(
                purpose=purpose, kind=kind, subject=subject, browser=browser, until=until
            )
        return None

    def add(self, passkey: Passkey) -> bool:
        """Keep it; False if it is known already, or if its owner has too many."""
        return bool(
            self._run(
                "insert_passkey",
                passkey.id,
                passkey.kind,
                passkey.subject,
                passkey.credential_id,
                passkey.public_key,
                passkey.sign_count,
                passkey.sealed_name,
                passkey.added_at,
                MOST_PASSKEYS,
            )
        )

    def find(self, kind: Kind, credential_id: bytes) -> Passkey | None:
        """The passkey that a device names; None if it was removed, or never was."""
        rows = self._run("read_passkey", credential_id, kind)
        return _passkey(rows[0]) if rows else None

    def of(self, kind: Kind, subject: UUID) -> Sequence[Passkey]:
        """The passkeys of somebody, the oldest first."""
        return [_passkey(row) for row in self._run("list_passkeys", kind, subject)]

    def used(self, id: UUID, *, sign_count: int, at: datetime) -> bool:
        """Write down a use; False if the device's count went backwards, or it was removed."""
        return bool(self._run("use_passkey", id, sign_count, at))

    def remove(self, kind: Kind, subject: UUID, id: UUID) -> bool:
        """Take it back; False if this person has none of that id."""
        return bool(self._run("delete_passkey", kind, subject, id))

    def remove_all(self, kind: Kind, subject: UUID) -> int:
        """Take all of somebody's back; how many there were."""
        return len(self._run("delete_passkeys_of", kind, subject))

    def _run(self, name: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with self._connections.asking() as connection:
            cursor = connection.execute(statement(name), parameters)
            return cursor.fetchall() if cursor.description else []


def _passkey(row: tuple[Any, ...]) -> Passkey:
    return Passkey(**dict(zip(_FIELDS, row, strict=True)))
