"""A search that somebody keeps under a name: for themselves, or for everybody of a shop."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

# Whoever keeps more finds none of them again.
MOST_VIEWS = 50
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedView:
    """`owner` is the actor who made it; `shop` names the one whose people see it, too.

    `filters` are what a list's address says, by name.
    """

    id: UUID
    owner: str
    name: str
    filters: Mapping[str, str]
    made_at: datetime
    shop: str | None = None
