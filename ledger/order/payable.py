"""Until when an order waits for its money, and whether and from whom: all ask here."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ledger.kernel.clocks import after, within
from ledger.order.order import Order
from ledger.order.stamps import Cause
from ledger.order.status import Status, status

# No bank takes longer: direct debits within 14 banking days, vouchers within weeks.
LONGEST_UNDER_WAY = timedelta(days=30)
_WAITS = (Status.NOT_STARTED, Status.PENDING, Status.FAILED)


def payable(order: Order) -> bool:
    """Whether it waits for money, all of its price or the rest of it (SPEC C8)."""
    return status(order) in _WAITS and bool(order.missing)


def pay_by(order: Order) -> datetime:
    """When an unpaid order is cancelled by itself (SPEC X7).

    Counted from placing, and anew from each correction: who was told that all was well, and then
    that it was not, has the whole time again.
    """
    assert order.placed_at is not None, "only asked of an order that was placed"
    since = max([order.placed_at, *(one.at for one in order.withdrawals)])
    return after(since, seconds=order.terms.unpaid_after)


def pay_until(order: Order) -> datetime:
    """The last moment to pay, as people and their banks are told it: in time on its own date.

    Where the time ends at midnight in the shop's time zone, that is the minute before: whoever
    reads the date alone, or pays by the date of a bar code, would come a day late.
    """
    ends = pay_by(order).replace(second=0, microsecond=0)
    there = ends.astimezone(ZoneInfo(order.terms.timezone))
    return ends - timedelta(minutes=1) if (there.hour, there.minute) == (0, 0) else ends


def awaits_payer(order: Order) -> bool:
    """Whether the customer is asked to pay: nothing came, and no bank has a payment under way."""
    return not order.received and payable(order) and not order.under_way


def came_late(order: Order) -> bool:
    """The whole price came, or is kept ready, after the time to pay was over (SPEC P6).

    Nobody is let in for whoever was erased meanwhile: their money goes back.
    """
    timed_out = order.cancelled_cause is Cause.UNPAID and not order.alive and not order.erased
    return timed_out and max(order.held, order.reserved) >= order.due


def overdue_since(order: Order) -> datetime | None:
    """From when on a person should ask what became of a payment that is pending at a bank."""
    begun = [one.pending_at for one in order.under_way if one.pending_at is not None]
    return within(min(begun) + LONGEST_UNDER_WAY) if begun else None
