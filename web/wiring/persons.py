"""What finds a person's data beside the ledger, and what of it is kept elsewhere."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from projections.persons_kept import PersonKept


def nobody(address: str) -> int:
    """Letters lie in the mailboxes of those who got them, and not here."""
    return 0


class OpenedMessage(Protocol):
    """A kept message, opened; it waits if it was not interpreted yet."""

    @property
    def id(self) -> UUID: ...

    @property
    def hash(self) -> str: ...

    @property
    def body(self) -> bytes: ...

    @property
    def waits(self) -> bool: ...


class PersonViews(Protocol):
    """Whose data is where, as lists have it: they may lag, and the stamps decide."""

    def orders_of_address(self, email_index: str, accounts: Sequence[UUID]) -> Sequence[UUID]:
        """Orders ever known under an address, and those of these accounts."""
        ...

    def cases_of(self, orders: Sequence[UUID]) -> Sequence[UUID]:
        """Every case about one of these orders, open or resolved."""
        ...

    def persons_due(
        self, shop: str, until: datetime, *, after: tuple[datetime, UUID], limit: int
    ) -> Sequence[PersonKept]:
        """Whose data was over by then, by this shop's rule, the longest over first."""
        ...

    def count_persons_due(self, shop: str, until: datetime) -> Mapping[str, int]:
        """How many there are of each kind."""
        ...
