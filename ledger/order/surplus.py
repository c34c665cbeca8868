"""Money beyond the price: which payment brought it, and what the shop does about it (SPEC P5)."""

from collections.abc import Iterator
from datetime import datetime

from ledger.kernel.events import derived
from ledger.kernel.money import Money
from ledger.order.commands import ReturnPayment
from ledger.order.decisions.staff import MANUAL
from ledger.order.order import Order
from ledger.order.payment_attempt import Attempt
from ledger.order.policy import Surplus
from ledger.order.stamps import Cause


def surplus(order: Order) -> Iterator[tuple[Attempt, Money]]:
    """What is held beyond the price, by payment: the newest in the ledger is the surplus one."""
    left = order.held - order.due
    for attempt in reversed(order.paid_attempts):
        kept = min(left, order.held_by(attempt.correlation_id))
        if kept.amount > 0:
            yield attempt, kept
            left -= kept


def return_surplus(order: Order, at: datetime, *, actor: str) -> ReturnPayment | None:
    """Send a surplus back against its own reference, if the shop wants that: once per payment.

    Beside an open dispute nothing goes back by itself; nor does money that came by hand.
    """
    if order.terms.overpaid is not Surplus.REFUND or order.disputed:
        return None
    for attempt, amount in surplus(order):
        refund_id = derived(attempt.correlation_id, "surplus")
        if refund_id not in order.refunds and attempt.provider != MANUAL:
            return ReturnPayment(
                correlation_id=refund_id,
                actor=actor,
                at=at,
                payment=attempt.correlation_id,
                cause=Cause.OVERPAID,
                amount=amount,
            )
    return None
