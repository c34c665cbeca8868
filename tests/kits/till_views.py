"""Shifts as a database would list them, worked out from the ledger at each look."""

from collections.abc import Sequence
from uuid import UUID

from adapters.store.ledger import StampLedger
from ledger.till.shift import fold_shift
from ledger.till.stamps import ShiftOpened
from projections.shifts import shifts


class ShiftsInMemory:
    """A list that is never behind."""

    ledger: StampLedger

    def shifts(self, shop: str, limit: int, *, offset: int = 0) -> Sequence[UUID]:
        feed = self.ledger.feed(0, limit=100_000)
        opened = [one.stream for one in feed if isinstance(one.stamp, ShiftOpened)]
        rows = [row for one in opened for row in shifts(fold_shift(one, self.ledger.read(one)))]
        mine = [row for row in rows if row.shop == shop]
        mine.sort(key=lambda row: (row.opened_at, row.stream), reverse=True)
        return [row.stream for row in mine][offset : offset + limit]
