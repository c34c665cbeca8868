"""API tokens: shown once when made, kept as hashes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from hmac import compare_digest
from secrets import token_urlsafe
from typing import Any

from adapters.postgres.connections import Connections
from adapters.postgres.statements import statement

_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who a token stands for. `shop` None is every shop."""

    name: str
    role: str
    shop: str | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class KeptToken:
    """A token as it is listed. `id` begins its hash; `last_used_at` is known to the minute."""

    id: str
    name: str
    role: str
    shop: str | None
    expires_at: datetime | None
    made_at: datetime
    last_used_at: datetime | None


class Tokens:
    """The tokens of this installation."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(
        self, name: str, *, role: str, shop: str | None = None, expires_at: datetime | None = None
    ) -> str:
        """A new token. It cannot be read again."""
        token = token_urlsafe(32)
        hashed = sha256(token.encode()).digest()
        self._run("insert_token", hashed, name, role, shop, expires_at)
        return token

    def check(self, token: str, *, now: datetime | None = None) -> Identity | None:
        """Whose token this is; None for one that is unknown or has expired."""
        found = self.find(sha256(token.encode()).hexdigest())
        expires = found.expires_at if found else None
        return None if expires and expires <= (now or datetime.now(UTC)) else found

    def find(self, digest: str) -> Identity | None:
        """The token whose SHA-256 (hexadecimal) this is, expired or not."""
        wanted = bytes.fromhex(digest)
        for hashed, name, role, shop, expires in self._run("read_token", wanted):
            if compare_digest(hashed, wanted):
                return Identity(name=name, role=role, shop=shop, expires_at=expires)
        return None

    def listed(self) -> Sequence[KeptToken]:
        """Every token as it is kept, by name; never itself."""
        rows = self._run("list_tokens")
        return [KeptToken(hashed.hex()[:_SHOWN], *others) for hashed, *others in rows]

    def revoke(self, name: str) -> int:
        """How many tokens were taken back: all of this name, or the one that is listed so."""
        return len(self._run("revoke_tokens", name))

    def _run(self, name: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with self._connections.asking() as connection:
            cursor = connection.execute(statement(name), parameters)
            return cursor.fetchall() if cursor.description else []
