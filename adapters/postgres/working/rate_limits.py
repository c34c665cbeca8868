"""How often something may be done, counted for all processes together."""

from dataclasses import dataclass
from hashlib import sha256

from adapters.postgres.connections import Connections
from adapters.postgres.statements import statement


@dataclass(frozen=True, slots=True)
class Hit:
    """One use: how many more are allowed, below zero if it was too many, for so many seconds."""

    left: int
    seconds: int

    def __bool__(self) -> bool:
        return self.left >= 0


class RateLimits:
    """One count for each key and window of time, forgotten with its window."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def hit(self, key: str, *, per_seconds: int, limit: int) -> Hit:
        """Count one use; not true when it is more than `limit` in this window of time."""
        hashed = sha256(key.encode()).digest()
        with self._connections.asking() as connection:
            asked = connection.execute(statement("hit_rate_limit"), [hashed, per_seconds])
            ((hits, seconds),) = asked.fetchall()
        return Hit(limit - hits, seconds)
