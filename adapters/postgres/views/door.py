"""What doors ask of the views: a ticket by its hash, the list for devices, who is inside."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

from adapters.postgres.views.tables import row_of
from projections.door import DoorCount, DoorList, DoorTicket


class DoorQueries:
    """They may lag behind the ledger by a moment: whether somebody comes in, the ledger says."""

    @abstractmethod
    def _read(self, name: str, *parameters: Any) -> list[tuple[Any, ...]]: ...

    def door_tickets(self, shop: str, hashes: Sequence[str]) -> Sequence[DoorTicket]:
        """The tickets of a shop with these keyed hashes of their codes."""
        found = self._read("views_find_door_tickets", [*hashes], shop)
        return [row_of(DoorTicket, values) for values in found]

    def door_list_position(self, shop: str) -> int:
        """The last position that changed a ticket of a shop; 0 if none did."""
        ((position, _),) = self._read("views_newest_door_list", shop)
        return position or 0

    def door_list(self, shop: str, after: int) -> DoorList:
        """The tickets of a shop that changed after a position.

        The position is read first: what changes meanwhile comes once more with the next list.
        """
        ((position, as_of),) = self._read("views_newest_door_list", shop)
        rows = self._read("views_read_door_list", shop, after)
        return DoorList(
            position=position or 0,
            as_of=as_of,
            tickets=[row_of(DoorTicket, values) for values in rows],
        )

    def count_door(self, shop: str, day: str) -> Sequence[DoorCount]:
        """Who came in and left at the doors of a shop on a day, by product."""
        return [row_of(DoorCount, values) for values in self._read("views_count_door", shop, day)]

    def count_valid_tickets(self, shop: str) -> int:
        """How many tickets of a shop let somebody in, or have."""
        ((many,),) = self._read("views_count_valid_tickets", shop)
        return int(many)
