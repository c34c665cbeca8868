"""What is kept beside the ledger and is no evidence: rates, tokens, cursors, shops."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from hmac import compare_digest
from secrets import token_urlsafe
from typing import Any
from uuid import UUID

from adapters.postgres.connections import Connections
from adapters.postgres.statements import statement

_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Hit:
    """One use: how many more are allowed, below zero if it was too many, for so many seconds."""

    left: int
    seconds: int

    def __bool__(self) -> bool:
        return self.left >= 0


class RateLimits:
    """Counts for all processes together."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def hit(self, key: str, *, per_seconds: int, limit: int) -> Hit:
        """Count one use; not true when it is more than `limit` in this window of time."""
        hashed = sha256(key.encode()).digest()
        ((hits, seconds),) = _run(self._connections, "hit_rate_limit", hashed, per_seconds)
        return Hit(limit - hits, seconds)


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
    """API tokens: shown once when made, kept as hashes."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(
        self, name: str, *, role: str, shop: str | None = None, expires_at: datetime | None = None
    ) -> str:
        """A new token. It cannot be read again."""
        token = token_urlsafe(32)
        hashed = sha256(token.encode()).digest()
        _run(self._connections, "insert_token", hashed, name, role, shop, expires_at)
        return token

    def check(self, token: str, *, now: datetime | None = None) -> Identity | None:
        """Whose token this is; None for one that is unknown or has expired."""
        found = self.find(sha256(token.encode()).hexdigest())
        expires = found.expires_at if found else None
        return None if expires and expires <= (now or datetime.now(UTC)) else found

    def find(self, digest: str) -> Identity | None:
        """The token whose SHA-256 (hexadecimal) this is, expired or not."""
        wanted = bytes.fromhex(digest)
        for hashed, name, role, shop, expires in _run(self._connections, "read_token", wanted):
            if compare_digest(hashed, wanted):
                return Identity(name=name, role=role, shop=shop, expires_at=expires)
        return None

    def listed(self) -> Sequence[KeptToken]:
        """Every token as it is kept, by name; never itself."""
        rows = _run(self._connections, "list_tokens")
        return [KeptToken(hashed.hex()[:_SHOWN], *others) for hashed, *others in rows]

    def revoke(self, name: str) -> int:
        """How many tokens were taken back: all of this name, or the one that is listed so."""
        return len(_run(self._connections, "revoke_tokens", name))


def _run(connections: Connections, name: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connections.asking() as connection:
        cursor = connection.execute(statement(name), parameters)
        return cursor.fetchall() if cursor.description else []


class PostgresOnce:
    """A key is taken when this returns: the row is committed before anyone outside is asked."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def take(self, key: str) -> bool:
        """True for the first asker only."""
        with self._connections.asking() as connection:
            return bool(connection.execute(statement("take_once"), [_hashed(key)]).fetchall())

    def give_back(self, key: str) -> None:
        """Nothing was asked after all: somebody may take the key again."""
        with self._connections.asking() as connection:
            connection.execute(statement("give_back_once"), [_hashed(key)])


def _hashed(key: str) -> bytes:
    return sha256(key.encode()).digest()


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


class PostgresCatalogue:
    """Reads the ledger itself, so it is never behind it."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def shops(self) -> Sequence[UUID]:
        """The streams of all shops, oldest first."""
        with self._connections.asking() as connection:
            rows = connection.execute(statement("read_shop_streams")).fetchall()
        return [UUID(str(row[0])) for row in rows]
