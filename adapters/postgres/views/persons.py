"""Whose data is where: orders by address, cases of orders, and who is over by their shop's rule."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from adapters.postgres.views.tables import row_of
from projections.persons_kept import PersonKept


class PersonQueries:
    """What an erasure asks of the views."""

    @abstractmethod
    def _read(self, name: str, *parameters: Any) -> list[tuple[Any, ...]]: ...

    def orders_of_address(self, email_index: str, accounts: Sequence[UUID]) -> Sequence[UUID]:
        """Orders ever known under an address, and those of these accounts, the oldest first."""
        found = self._read("views_read_orders_of_address", email_index, [*accounts])
        return sorted(row[0] for row in found)

    def cases_of(self, orders: Sequence[UUID]) -> Sequence[UUID]:
        """Every case about one of these orders, open or resolved."""
        return sorted(row[0] for row in self._read("views_read_cases_of", [*orders]))

    def persons_due(
        self, shop: str, until: datetime, *, after: tuple[datetime, UUID], limit: int
    ) -> Sequence[PersonKept]:
        """Whose data was over by then, by this shop's rule, the longest over first."""
        found = self._read("views_read_persons_due", shop, until, *after, limit)
        return [row_of(PersonKept, values) for values in found]

    def count_persons_due(self, shop: str, until: datetime) -> Mapping[str, int]:
        """How many there are of each kind."""
        return dict(self._read("views_count_persons_due", shop, until))
