"""What every rule of the provider can reach: its books, its doors, its clock."""

import secrets
import string
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from adapters.sandbox.books import Books, Entry
from adapters.sandbox.errors import no_such


class Clock:
    """Real time, plus what the shared file says, plus an offset of the sandbox's own."""

    def __init__(self, shared_file: Path | None = None) -> None:
        self._shared_file = shared_file
        self.offset = 0.0

    def shared(self) -> float:
        """The time that the receiver of a webhook sees too: the own offset is left out."""
        return time.time() + self._shared_offset()

    def now(self) -> float:
        return self.shared() + self.offset

    def seconds(self) -> int:
        return int(self.now())

    def _shared_offset(self) -> float:
        # Read at every look: another process moves it. An unreadable file means no offset.
        if self._shared_file is None:
            return 0.0
        try:
            return float(self._shared_file.read_text() or 0)
        except (OSError, ValueError):
            return 0.0


API_VERSION = "2026-10-28.endive"
_LETTERS = string.ascii_letters + string.digits


@dataclass(slots=True, kw_only=True)
class World:
    """The books, the clock and the settings that the rules look at."""

    books: Books
    clock: Clock
    base_url: str
    business: str = "Sandbox shop"
    settle_after: float | None = None
    has_webhook: bool = False
    wake: Callable[[], None] = lambda: None

    def now(self) -> int:
        return self.clock.seconds()

    def get(self, kind: str, object_id: str) -> Entry:
        """The object that a path names."""
        entry = self.books.find(object_id, kind)
        if entry is None:
            raise no_such(kind, object_id, param=PATH_PARAMS.get(kind, "id"))
        return entry

    def given(self, kind: str, object_id: str, *, param: str) -> Entry:
        """The object that a parameter names."""
        entry = self.books.find(object_id, kind)
        if entry is None:
            raise no_such(kind, object_id, param=param, status=400)
        return entry


PATH_PARAMS = {"checkout.session": "session", "payment_intent": "intent", "refund": "refund"}


def new_id(prefix: str, length: int = 24) -> str:
    return prefix + "".join(secrets.choice(_LETTERS) for _ in range(length))
