"""Wishes for a place in line, in memory, for tests that need no database."""

from datetime import datetime

from ledger.waiting_list.wish import PlaceAsked


class MemoryPlaceLinks:
    """Keeps every wish until the process ends."""

    def __init__(self) -> None:
        self._asked: dict[str, PlaceAsked] = {}

    def keep(self, code: str, asked: PlaceAsked, *, at: datetime) -> None:
        """Keep a wish until its letter comes back."""
        self._asked[code] = asked

    def look(self, code: str) -> PlaceAsked | None:
        """The wish of a code; looking changes nothing."""
        return self._asked.get(code)
