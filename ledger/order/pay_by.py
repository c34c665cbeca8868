"""Until when an order waits for its money."""

from datetime import datetime

from ledger.moments import after
from ledger.order.state import Order


def pay_by(order: Order) -> datetime:
    """When an unpaid order is cancelled by itself (SPEC X7).

    Counted from placing, and anew from each correction: who was told that all was well, and then
    that it was not, has the whole time again.
    """
    assert order.placed_at is not None, "only asked of an order that was placed"
    since = max([order.placed_at, *(one.at for one in order.withdrawals)])
    return after(since, seconds=order.terms.unpaid_after)
