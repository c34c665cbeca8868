"""What the back office keeps of its people beside the ledger: where they look, what they keep."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from ledger.staff.saved_view import SavedView


class Presence(Protocol):
    """Who looks at what just now. Raises `LedgerUnavailable`."""

    def look(
        self, thing: UUID, actor: str, *, at: datetime, since: datetime
    ) -> Mapping[str, datetime]:
        """They look at it now; who else was seen there since a time, the latest first."""
        ...


class SavedViews(Protocol):
    """Searches under names, for all processes together. Raises `LedgerUnavailable`."""

    def keep(self, view: SavedView) -> bool:
        """Keep a new one; False where its owner has too many."""
        ...

    def listed(self, owner: str, shops: Sequence[str]) -> Sequence[SavedView]:
        """One's own and those of these shops, the oldest first."""
        ...

    def remove(self, view: UUID) -> None:
        """Nobody finds it any more."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """The stores of the back office."""

    presence: Presence
    saved_views: SavedViews
