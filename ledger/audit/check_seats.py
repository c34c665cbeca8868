"""Seats derived again: every quota's capacity, held and sold, from stamps alone (law 8)."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from ledger.audit.findings import Finding, SeatsMoved
from ledger.audit.streams import UNFIT, State, Streams, evolved
from ledger.codec import NAMES, Unreadable, unframe
from ledger.codec.rows import LedgerRows, Totals, all_rows, recorded
from ledger.kernel.events import Recorded
from ledger.order.order import Order
from ledger.order.stamps import (
    CancellationWithdrawn,
    CreateRefundFailure,
    CreateRefundRequest,
    CreateRefundSuccess,
    DisputeClosed,
    Disputed,
    ManualRefund,
    OrderPlaced,
    Paid,
    PaymentAssigned,
    PaymentWithdrawn,
    Refunded,
    RefundFailed,
    SeatsReleased,
    SeatsRetaken,
    ZeroPrice,
)
from ledger.shop.shop import Shop
from ledger.shop.stamps import QuotaSet, quota_id
from ledger.vouchers.stamps import (
    VoucherChanged,
    VoucherExpired,
    VoucherGivenBack,
    VoucherIssued,
    VoucherRedeemed,
    VoucherRevoked,
)
from ledger.vouchers.voucher import Voucher
from ledger.waiting_list.place import LINE_LENGTH, WaitingPlace
from ledger.waiting_list.stamps import (
    PlaceLapsed,
    PlaceLeft,
    PlaceOffered,
    PlaceTaken,
    PlaceUsed,
)

Seats = Mapping[UUID, tuple[int, int]]
# Stamps that may change what a quota holds, by what an order's seats are derived from. A test
# folds many lives and compares.
MOVERS = frozenset(
    (
        OrderPlaced,
        ZeroPrice,
        Paid,
        PaymentAssigned,
        PaymentWithdrawn,
        SeatsReleased,
        SeatsRetaken,
        CancellationWithdrawn,
        CreateRefundRequest,
        CreateRefundSuccess,
        CreateRefundFailure,
        Refunded,
        RefundFailed,
        ManualRefund,
        Disputed,
        DisputeClosed,
        QuotaSet,
        VoucherIssued,
        VoucherChanged,
        VoucherRevoked,
        VoucherExpired,
        VoucherRedeemed,
        VoucherGivenBack,
        PlaceTaken,
        PlaceOffered,
        PlaceLapsed,
        PlaceUsed,
        PlaceLeft,
    )
)
_QUOTA_SET, _ = NAMES[QuotaSet]
NO_SEATS: Totals = (0, 0, 0)
_NONE = (0, 0)


@dataclass(frozen=True, slots=True)
class SeatCount:
    """Running totals and names (shop/quota): one entry per quota of the ledger.

    Within, quotas stand by their ids as numbers: there are millions of changes to add up.
    """

    sums: dict[int, Totals] = field(default_factory=dict)
    named: dict[int, str] = field(default_factory=dict)

    def count(self, one: Recorded[object], before: State, after: State) -> None:
        """Take one stamp in."""
        self.move(seats_moved(one, before, after))

    def move(self, moved: Iterable[SeatsMoved]) -> None:
        """Take in what one stamp moved."""
        for quota, capacity, held, sold, name in moved:
            was, was_held, was_sold = self.sums.get(quota, NO_SEATS)
            size = was if capacity is None else capacity
            self.sums[quota] = (size, was_held + held, was_sold + sold)
            if name:
                self.named[quota] = name

    @property
    def totals(self) -> Mapping[UUID, Totals]:
        """Capacity, held and sold of every quota."""
        return {UUID(int=quota): totals for quota, totals in self.sums.items()}

    @property
    def names(self) -> Mapping[UUID, str]:
        """Of the quotas that a shop set."""
        return {UUID(int=quota): name for quota, name in self.named.items()}

    def name_of(self, quota: int) -> str:
        """Its name, or its id where no shop set it."""
        return self.named.get(quota) or str(UUID(int=quota))


def seats_moved(one: Recorded[object], before: State, after: State) -> tuple[SeatsMoved, ...]:
    """What one stamp changed in quotas, given its stream before and after it."""
    if type(one.stamp) not in MOVERS:
        return ()
    match before, after:
        case Order(), Order():
            return between(before.seats, after.seats)
        case Voucher(), Voucher():
            return between(before.seats, after.seats)
        case WaitingPlace(), WaitingPlace():
            return _moved_in_line(one.stamp, before, after)
        case _, Shop() if isinstance(one.stamp, QuotaSet):
            quota, name = quota_id(one.stream, one.stamp.slug), f"{after.slug}/{one.stamp.slug}"
            return ((quota.int, one.stamp.capacity, 0, 0, name),)
        case _:
            return ()


def _moved_in_line(
    stamp: object, before: WaitingPlace, after: WaitingPlace
) -> tuple[SeatsMoved, ...]:
    """Whoever joins a line counts in it, and says what its length may be."""
    moved = between(before.seats, after.seats)
    if not isinstance(stamp, PlaceTaken):
        return moved
    name = f"{stamp.shop_slug}/line for {stamp.product}"
    return tuple((line, LINE_LENGTH, held, sold, name) for line, _, held, sold, _ in moved)


def moved_unread(type: str, stream: UUID, state: bytes) -> tuple[SeatsMoved, ...]:
    """What a stamp that cannot be read changed: an old release took `true` for one seat."""
    if type != _QUOTA_SET:
        return ()
    try:
        said = json.loads(unframe(state)[2])
        slug, capacity = said["slug"], said["capacity"]
    except (ValueError, LookupError, TypeError):
        return ()
    if not isinstance(slug, str) or not isinstance(capacity, bool):
        return ()
    return ((quota_id(stream, slug).int, int(capacity), 0, 0, ""),)


def between(had: Seats, has: Seats) -> tuple[SeatsMoved, ...]:
    """What moved when an order that took these seats takes those: all of its quotas, or none."""
    if had == has:
        return ()
    moved = []
    for quota in {**had, **has}:
        (was_held, was_sold), (held, sold) = had.get(quota, _NONE), has.get(quota, _NONE)
        moved.append((quota.int, None, held - was_held, sold - was_sold, ""))
    return tuple(moved)


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
            seats.move(moved_unread(row.type, row.stream, row.state))
            continue
        streams.keep(after)
    return seats


def seat_differences(derived: SeatCount, stored: Mapping[UUID, Totals]) -> Iterator[Finding]:
    """Each quota whose stored totals are not what the stamps say."""
    totals = derived.totals
    for quota in sorted({*totals, *stored}, key=str):
        says, holds = totals.get(quota, NO_SEATS), stored.get(quota, NO_SEATS)
        if says != holds:
            name = derived.name_of(quota.int)
            yield Finding(
                law="8",
                position=None,
                stream=None,
                text=f"quota {name}: stamps say {told_totals(says)}, "
                f"the running total {told_totals(holds)}",
            )


def told_totals(totals: Totals) -> str:
    """Totals in words."""
    return "capacity {}, held {}, sold {}".format(*totals)
