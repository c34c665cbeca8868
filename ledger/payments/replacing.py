"""Which payment attempt of an order counts: the last one that was asked for (SPEC C8)."""

from ledger.order.order import Order
from ledger.order.payment_attempt import Attempt


def newest(order: Order) -> Attempt | None:
    """The last attempt that was asked for: they stand in the order of their requests.

    One that staff took back was none.
    """
    asked = reversed([*order.attempts.values()])
    return next((one for one in asked if one.withdrawn is None), None)
