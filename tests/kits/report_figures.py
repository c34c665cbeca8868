"""Reports of a ledger in memory: entries worked out at each look."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from ledger.kernel.events import Recorded
from ledger.order.evolve import fold
from ledger.order.stamps import OrderPlaced
from projections.order_search import OrderPage, order_pages
from projections.reports.streams import BEGINNINGS
from projections.reports.sums import Asked, Behind, EnteredFigures, Source, Sum, entries_of


def histories(ledger: Any) -> list[list[Recorded]]:
    """The stamps of all that reports count, with their sealed parts closed."""
    found: dict[UUID, list[Recorded]] = defaultdict(list)
    for one in ledger.feed(0, limit=100_000):
        found[one.stream].append(one)
    return [one for one in found.values() if isinstance(one[0].stamp, BEGINNINGS)]


class ReportsInMemory:
    """What `ReportViews` is over tables."""

    def __init__(self, ledger: Any) -> None:
        self.ledger = ledger
        self._known: tuple[int, list[Any]] = 0, []

    def sums(self, asked: Asked) -> Sequence[Sum]:
        return self._entered().sums(asked)

    def behind(
        self, source: Source, *, shops: Sequence[str], as_of: int, before: int, limit: int
    ) -> Sequence[Behind]:
        return self._entered().behind(source, shops=shops, as_of=as_of, before=before, limit=limit)

    def orders_by_id(self, orders: Sequence[UUID]) -> Sequence[OrderPage]:
        found = [(one, self.ledger.read(one)) for one in orders]
        placed = [(one, told) for one, told in found if isinstance(told[0].stamp, OrderPlaced)]
        return [row for one, told in placed for row in order_pages(fold(one, told))]

    def first(self, shops: Sequence[str]) -> datetime | None:
        return min((row.at for row in self._rows() if row.shop in shops), default=None)

    def position(self) -> int:
        return int(self.ledger.head()[0])

    def position_before(self, at: datetime) -> int:
        feed = self.ledger.feed(0, limit=100_000)
        return max((one.position for one in feed if one.recorded_at < at), default=0)

    def _entered(self) -> EnteredFigures:
        return EnteredFigures(self._rows())

    def _rows(self) -> list[Any]:
        head = self.ledger.head()[0]
        if head != self._known[0]:
            rows = [row for one in histories(self.ledger) for row in entries_of(one)]
            self._known = head, rows
        return self._known[1]
