"""Seats derived again: every quota's capacity, held and sold, from stamps alone (law 8)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from ledger.audit.finding import Finding
from ledger.audit.rows import LedgerRows, Totals, all_rows, recorded
from ledger.audit.streams import UNFIT, State, Streams, evolved
from ledger.codec import Unreadable
from ledger.order.state import Order
from ledger.recorded import Recorded
from ledger.shop import Shop
from ledger.shop_stamps import QuotaSet, quota_id

_NOTHING: Totals = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class SeatCount:
    """Running totals and names (shop/quota) by quota: one entry per quota of the ledger."""

    totals: dict[UUID, Totals] = field(default_factory=dict)
    names: dict[UUID, str] = field(default_factory=dict)

    def count(self, one: Recorded, before: State, after: State) -> Mapping[UUID, Totals]:
        """Take one stamp in; the totals of the quotas that it touched."""
        if isinstance(one.stamp, QuotaSet) and isinstance(after, Shop):
            quota = quota_id(one.stream, one.stamp.slug)
            self.names[quota] = f"{after.slug}/{one.stamp.slug}"
            return self._sized(quota, one.stamp.capacity)
        if isinstance(before, Order) and isinstance(after, Order):
            return self._taken(before.seats, after.seats)
        return {}

    def _sized(self, quota: UUID, capacity: int) -> Mapping[UUID, Totals]:
        _, held, sold = self.totals.get(quota, _NOTHING)
        self.totals[quota] = (capacity, held, sold)
        return {quota: self.totals[quota]}

    def _taken(
        self, had: Mapping[UUID, tuple[int, int]], has: Mapping[UUID, tuple[int, int]]
    ) -> Mapping[UUID, Totals]:
        if had == has:
            return {}
        for quota in {*had, *has}:
            capacity, held, sold = self.totals.get(quota, _NOTHING)
            (was_held, was_sold), (is_held, is_sold) = (
                had.get(quota, (0, 0)),
                has.get(quota, (0, 0)),
            )
            self.totals[quota] = (capacity, held + is_held - was_held, sold + is_sold - was_sold)
        return {quota: self.totals[quota] for quota in {*had, *has}}


def derive_seats(ledger: LedgerRows, *, until: int) -> SeatCount:
    """Every quota as of a position, from stamps alone; unreadable ones are left out."""
    streams, seats = Streams(ledger), SeatCount()
    for row in all_rows(ledger, until=until):
        try:
            one = recorded(row)
            before = streams.before(one)
            after = evolved(before, one)
            seats.count(one, before, after)
        except (Unreadable, *UNFIT):
            continue
        streams.keep(after)
    return seats


def seat_differences(derived: SeatCount, stored: Mapping[UUID, Totals]) -> Iterator[Finding]:
    """Each quota whose stored totals are not what the stamps say."""
    for quota in sorted({*derived.totals, *stored}, key=str):
        says, holds = derived.totals.get(quota, _NOTHING), stored.get(quota, _NOTHING)
        if says != holds:
            name = derived.names.get(quota, quota)
            yield Finding(
                law="8",
                position=None,
                stream=None,
                text=f"quota {name}: stamps say {_told(says)}, the running total {_told(holds)}",
            )


def _told(totals: Totals) -> str:
    return "capacity {}, held {}, sold {}".format(*totals)
