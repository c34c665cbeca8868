"""What reports need of the views, and nothing more."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from projections.order_search import OrderPage
from projections.reports.sums import Asked, Behind, Source, Sum


class Reports(Protocol):
    """Figures of orders, added up. They may lag behind the ledger: `position` tells how far."""

    def sums(self, asked: Asked) -> Sequence[Sum]:
        """What adds up to nothing is left out."""
        ...

    def behind(
        self, source: Source, *, shops: Sequence[str], as_of: int, before: int, limit: int
    ) -> Sequence[Behind]:
        """The orders behind a number, those that moved last first; before that position."""
        ...

    def orders_by_id(self, orders: Sequence[UUID]) -> Sequence[OrderPage]:
        """These orders, as lists show them."""
        ...

    def first(self, shops: Sequence[str]) -> datetime | None:
        """Since when there is anything to tell of these shops."""
        ...

    def position(self) -> int:
        """Up to where figures follow the ledger."""
        ...

    def position_before(self, at: datetime) -> int:
        """The last position that was recorded before a time."""
        ...
