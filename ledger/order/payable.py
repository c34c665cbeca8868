"""When an order can be paid, and how much it asks for: page, API, staff and ledger ask here."""

from ledger.order.order import Order
from ledger.order.status import Status, status

_WAITS = (Status.NOT_STARTED, Status.PENDING, Status.FAILED)


def payable(order: Order) -> bool:
    """Whether it waits for money, all of its price or the rest of it (SPEC C8)."""
    return status(order) in _WAITS and bool(order.missing)
