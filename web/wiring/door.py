"""What the doors of a shop ask of views."""

from collections.abc import Sequence
from typing import Protocol

from projections.door import DoorCount, DoorList, DoorTicket


class DoorViews(Protocol):
    """They may lag behind the ledger by a moment: whether somebody comes in, the ledger says."""

    def door_tickets(self, shop: str, hashes: Sequence[str]) -> Sequence[DoorTicket]:
        """The tickets of a shop with these keyed hashes of their codes."""
        ...

    def door_list_position(self, shop: str) -> int:
        """The last position that changed a ticket of a shop; 0 if none did."""
        ...

    def door_list(self, shop: str, after: int) -> DoorList:
        """The tickets of a shop that changed after a position."""
        ...

    def count_door(self, shop: str, day: str) -> Sequence[DoorCount]:
        """Who came in and left at the doors of a shop on a day, by product."""
        ...

    def count_valid_tickets(self, shop: str) -> int:
        """How many tickets of a shop let somebody in, or have."""
        ...


class DoorSeal(Protocol):
    """What signs the lists that devices at a door keep: Ed25519, in base64."""

    @property
    def public_key(self) -> str: ...

    def signature(self, body: bytes) -> str: ...
