"""Who waits in which line, and whose turn it is."""

from abc import abstractmethod
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from adapters.postgres.views.tables import row_of
from ledger.waiting_list.line import InLine
from projections.waiting_list import PlaceInLine


class WaitingQueries:
    """What pages and the worker ask of the waiting list."""

    @abstractmethod
    def _read(self, name: str, *parameters: Any) -> list[tuple[Any, ...]]: ...

    def lines(self, shop: str, most: int) -> tuple[int, Sequence[InLine]]:
        """The next in each line of a shop, and the position of the ledger as of which they are."""
        found = self._read("views_read_lines", shop, most)
        waiting = [
            InLine(place=place, product=product, quantity=quantity, rank=rank)
            for _, place, product, quantity, rank in found
        ]
        return (found[0][0] if found else 0), waiting

    def shops_waiting(self) -> Sequence[str]:
        """The shops in which somebody waits, or has seats held."""
        return sorted(shop for (shop,) in self._read("views_read_shops_waiting"))

    def places_due(self, now: datetime, limit: int = 200, *, offset: int = 0) -> Sequence[UUID]:
        """Places with a letter to send, or whose hold is over."""
        return [row[0] for row in self._read("views_read_places_due", now, limit, offset)]

    def places_bought(self, shop: str, limit: int = 200) -> Sequence[tuple[UUID, UUID]]:
        """Places whose person has bought in another way since, each with that order."""
        return [
            (place, order) for place, order in self._read("views_read_places_bought", shop, limit)
        ]

    def places(self, shop: str, limit: int = 200, *, offset: int = 0) -> Sequence[PlaceInLine]:
        """The lines of a shop as they stand, who has seats held before who is next."""
        found = self._read("views_read_places", shop, limit, offset)
        return [row_of(PlaceInLine, values) for values in found]

    def held_places(self, shop: str, limit: int) -> Sequence[PlaceInLine]:
        """For whom seats are held in a shop, the first whose time is over first."""
        found = self._read("views_read_held_places", shop, limit)
        return [row_of(PlaceInLine, values) for values in found]

    def places_of_address(self, email_index: str) -> Sequence[UUID]:
        """Every place that an address has had."""
        return [row[0] for row in self._read("views_read_places_of_address", email_index)]

    def count_ahead(self, shop: str, product: str, rank: int) -> int:
        """How many people stand before a rank in a line."""
        ((many,),) = self._read("views_count_ahead", shop, product, rank)
        return int(many)
