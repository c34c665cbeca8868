"""A voucher's uses against its orders: what was redeemed less what came back is what they have.

Each stream is checked by itself when the ledger is verified; this looks at both at once.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from ledger.audit.findings import Finding
from ledger.audit.streams import UNFIT, Streams, evolved
from ledger.codec import Unreadable
from ledger.codec.rows import LedgerRows, all_rows, recorded
from ledger.order.order import Order
from ledger.order.voucher_use import uses_of
from ledger.vouchers.stamps import VoucherGivenBack, VoucherRedeemed

# A voucher and an order.
_Pair = tuple[UUID, UUID]


@dataclass(frozen=True, slots=True)
class UseCount:
    """Of each voucher and order: what the voucher's stamps count, and what the order has."""

    counted: Mapping[_Pair, int] = field(default_factory=Counter)
    had: Mapping[_Pair, int] = field(default_factory=dict)


def count_uses(ledger: LedgerRows, *, until: int) -> UseCount:
    """As of a position, from stamps alone; unreadable ones are left out."""
    streams, counted, had = Streams(ledger), Counter[_Pair](), dict[_Pair, int]()
    for row in all_rows(ledger, until=until):
        try:
            one = recorded(row)
            after = evolved(streams.before(one), one)
        except (Unreadable, *UNFIT):
            continue
        streams.keep(after)
        stamp = one.stamp
        if isinstance(stamp, VoucherRedeemed):
            counted[one.stream, stamp.order] += stamp.uses
        elif isinstance(stamp, VoucherGivenBack):
            counted[one.stream, stamp.order] -= stamp.uses
        elif isinstance(after, Order) and after.placed is not None and after.placed.voucher:
            had[after.placed.voucher.voucher, after.id] = uses_of(after)
    return UseCount(counted, had)


def use_differences(uses: UseCount) -> Iterator[Finding]:
    """Each order that has other uses of its voucher than the voucher counts for it."""
    for voucher, order in sorted({*uses.counted, *uses.had}, key=str):
        counts, has = uses.counted.get((voucher, order), 0), uses.had.get((voucher, order), 0)
        if counts != has:
            yield Finding(
                law="V5",
                position=None,
                stream=voucher,
                text=f"counts {counts} uses for order {order}, which has {has}",
            )
