"""Which payment attempt of an order counts: the last one that was asked for (SPEC C8)."""

from ledger.order.attempts import Attempt
from ledger.order.state import Order


def newest(order: Order) -> Attempt | None:
    """The last attempt that was asked for: they stand in the order of their requests.

    One that staff took back was none.
    """
    asked = reversed([*order.attempts.values()])
    return next((one for one in asked if one.withdrawn is None), None)
