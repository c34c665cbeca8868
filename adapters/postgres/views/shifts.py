"""What readers ask of shifts at tills."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any
from uuid import UUID


class ShiftQueries:
    """Shifts by shop."""

    @abstractmethod
    def _read(self, name: str, *parameters: Any) -> list[tuple[Any, ...]]: ...

    def shifts(self, shop: str, limit: int, *, offset: int = 0) -> Sequence[UUID]:
        """Everybody's shifts in a shop, the newest first."""
        return [row[0] for row in self._read("views_read_shifts", shop, limit, offset)]
