"""What pages need of the waiting list beside the ledger."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from ledger.waiting_list.line import InLine
from ledger.waiting_list.wish import PlaceAsked
from projections.waiting_list import PlaceInLine


class WaitingViews(Protocol):
    """Who waits in which line, as lists have it: they may lag, and the stamps decide."""

    def lines(self, shop: str, most: int) -> tuple[int, Sequence[InLine]]:
        """The next in each line of a shop, and the position of the ledger as of which they are."""
        ...

    def shops_waiting(self) -> Sequence[str]:
        """The shops in which somebody waits, or has seats held."""
        ...

    def places_due(self, now: datetime, limit: int = 200, *, offset: int = 0) -> Sequence[UUID]:
        """Places with a letter to send, or whose hold is over."""
        ...

    def places_bought(self, shop: str, limit: int = 200) -> Sequence[tuple[UUID, UUID]]:
        """Places whose person has bought in another way since, each with that order."""
        ...

    def places(self, shop: str, limit: int = 200, *, offset: int = 0) -> Sequence[PlaceInLine]:
        """The lines of a shop as they stand, who has seats held before who is next."""
        ...

    def held_places(self, shop: str, limit: int) -> Sequence[PlaceInLine]:
        """For whom seats are held in a shop, the first whose time is over first."""
        ...

    def places_of_address(self, email_index: str) -> Sequence[UUID]:
        """Every place that an address has had."""
        ...

    def count_ahead(self, shop: str, product: str, rank: int) -> int:
        """How many people stand before a rank in a line."""
        ...


class PlaceLinks(Protocol):
    """Wishes for a place that wait for a mailbox to confirm them, for all processes together."""

    def keep(self, code: str, asked: PlaceAsked, *, at: datetime) -> None:
        """Keep a wish until its letter comes back."""
        ...

    def look(self, code: str) -> PlaceAsked | None:
        """The wish of a code; looking changes nothing."""
        ...


class PlacePost(Protocol):
    """Who sends the letter that asks to confirm. True if the mail server took it."""

    def __call__(self, asked: PlaceAsked, *, code: str) -> bool: ...
