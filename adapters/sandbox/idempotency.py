"""An Idempotency-Key gets its first answer again, for 24 hours, an error included."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from adapters.sandbox.errors import WireError
from adapters.sandbox.world import World

_REMEMBERED = 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    """What went over the wire, and for which request."""

    status: int
    body: str
    request_id: str


class IdempotencyKeys:
    """The keys in flight are in memory, their answers in the books."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._lock = threading.Lock()
        self._in_flight: set[str] = set()

    @contextmanager
    def claim(self, key: str | None) -> Iterator[None]:
        """One request per key at a time; a second one is told to come back."""
        if key is None:
            yield
            return
        with self._lock:
            if key in self._in_flight:
                raise in_use(key)
            self._in_flight.add(key)
        try:
            yield
        finally:
            with self._lock:
                self._in_flight.discard(key)

    def recall(self, key: str | None, fingerprint: str) -> KeptAnswer | None:
        books = self._world.books
        oldest = self._world.clock.now() - _REMEMBERED
        books.run("delete from answers where created < ?", (oldest,))
        found = books.rows("select * from answers where key = ?", (key,))
        if not found:
            return None
        row = found[0]
        if row["fingerprint"] != fingerprint:
            raise WireError(
                "Keys for idempotent requests can only be used with the same parameters they were "
                f"first used with. Try using a key other than '{key}' if you meant to execute a "
                "different request.",
                kind="idempotency_error",
                kept=False,
            )
        return KeptAnswer(status=row["status"], body=row["body"], request_id=row["request_id"])

    def remember(self, key: str | None, fingerprint: str, *, answer: KeptAnswer) -> None:
        if key is None:
            return
        now = self._world.clock.now()
        values = (key, fingerprint, answer.status, answer.body, answer.request_id, now)
        self._world.books.run("insert into answers values (?, ?, ?, ?, ?, ?)", values)


def in_use(key: str | None) -> WireError:
    return WireError(
        f"There is currently another in-progress request using this Idempotent Key ({key}). Please "
        "try again later.",
        409,
        kind="idempotency_error",
        code="idempotency_key_in_use",
        kept=False,
    )
