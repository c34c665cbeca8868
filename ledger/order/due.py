"""A letter that an order owes: which, because of what, and when it is the time for it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ledger.order.stamps import Letter


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A letter that an order calls for. `position` is that of the stamp which called.

    It is sent from `begin` on, and not any more when `end` has come.
    """

    correlation_id: UUID
    letter: Letter
    position: int
    begin: datetime | None = None
    end: datetime | None = None

    def is_due(self, now: datetime) -> bool:
        """Whether this is the time for it."""
        begun = self.begin is None or self.begin <= now
        return begun and (self.end is None or now < self.end)
