"""One letter on its way: claimed, sent, failed, or of unknown fate."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from ledger.order.tries import last_try


@dataclass(frozen=True, kw_only=True)
class Posting:
    """How far one letter has come. `tries` by number; `changed_at` is the last news of it.

    `numbered_at` is a receipt's own date: its number was drawn then, with its first try.

    Asked for again under `again_under`, only the tries after the number `again_after` count.
    """

    number: int | None = None
    numbered_at: datetime | None = None
    tries: Mapping[int, str] = field(default_factory=dict)
    changed_at: datetime | None = None
    permanent: bool = False
    started_at: datetime | None = None
    again_after: int = 0
    again_under: UUID | None = None

    @property
    def last_try(self) -> int:
        return last_try(self.tries)

    @property
    def state(self) -> str:
        """started, sent, failed or unknown: of the last try, but sent once is sent."""
        counted = self.tries
        if self.again_after:
            counted = {n: word for n, word in counted.items() if n > self.again_after}
        if "sent" in counted.values():
            return "sent"
        return counted.get(self.last_try, "due")
