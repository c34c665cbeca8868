"""The one word for an order's state, derived from its axes; never a maximum of an enum."""

from enum import StrEnum

from ledger.kernel.fast import once
from ledger.order.order import Order
from ledger.order.refund import Refund


class Status(StrEnum):
    """The words of the contract. The first that holds is the order's."""

    DISPUTED = "DISPUTED"
    CANCELLED = "CANCELLED"
    PAID = "PAID"
    AUTHORIZED = "AUTHORIZED"
    PENDING = "PENDING"
    FAILED = "FAILED"
    NOT_STARTED = "NOT_STARTED"
    CHARGED_BACK = "CHARGED_BACK"
    REFUND_REQUESTED = "REFUND_REQUESTED"
    REFUND_FAILED = "REFUND_FAILED"
    REFUNDED = "REFUNDED"
    PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED"


@once
def status(order: Order) -> Status:
    """The status word shown to people."""
    if order.disputed:
        return Status.DISPUTED
    return _with_money(order) if order.received else _without_money(order)


def _without_money(order: Order) -> Status:
    if not order.alive:
        return Status.CANCELLED
    if order.free_confirmed is not None:
        return Status.PAID
    if order.reserved:
        return Status.AUTHORIZED
    if any(not attempt.failed for attempt in order.attempts.values()):
        return Status.PENDING
    return Status.FAILED if order.attempts else Status.NOT_STARTED


def _with_money(order: Order) -> Status:
    if order.lost and order.refunded + order.lost >= order.received:
        return Status.CHARGED_BACK
    if order.refund_pending:
        return Status.REFUND_REQUESTED
    if any(_failed_for_good(refund, order) for refund in order.refunds.values()):
        return Status.REFUND_FAILED
    if _all_returned(order):
        return Status.REFUNDED
    if not order.alive:
        return Status.CANCELLED
    if order.refunded:
        return Status.PARTIALLY_REFUNDED
    return Status.PAID if order.confirmed else Status.PENDING


def _all_returned(order: Order) -> bool:
    """Everything came back or, of a cancelled order, everything but the fee."""
    if order.refunded >= order.received:
        return True
    gone = order.refunded + order.lost
    return not order.alive and bool(order.refunded) and gone >= order.received - order.fee_kept


def _failed_for_good(refund: Refund, order: Order) -> bool:
    return (refund.was_refused or refund.failed_late) and not order.replaced(refund)


FLAGS = (
    "overpaid",
    "underpaid",
    "payment_unknown",
    "refund_unknown",
    "void_failed",
    "late_payment",
    "disputed",
)


@once
def flags(order: Order) -> tuple[str, ...]:
    """What else people should know, beside the status word."""
    late = not order.alive and any(
        one.paid_position > order.cancelled_position for one in order.paid_attempts
    )
    raised = {
        "overpaid": order.surplus.amount > 0,
        "underpaid": order.lacking,
        "payment_unknown": order.alive and any(one.silent for one in order.attempts.values()),
        "refund_unknown": any(True for _ in order.unanswered_refunds()),
        "void_failed": any(one.void_failed for one in order.attempts.values()),
        "late_payment": late,
        "disputed": bool(order.disputed),
    }
    return tuple(name for name in FLAGS if raised[name])
