"""Corrections by staff: each a stamp with its reason and whoever approved it (SPEC N3)."""

from collections.abc import Sequence

from ledger.kernel.refusals import ApproverNeeded, MoneyReturned, NotWithdrawable
from ledger.order.commands import Correction, WithdrawCancellation, WithdrawPayment
from ledger.order.decisions.staff import MANUAL, require_unmoved
from ledger.order.order import Order
from ledger.order.payment_attempt import Attempt
from ledger.order.refund import Refund
from ledger.order.stamps import CancellationWithdrawn, Cause, OrderStamp, PaymentWithdrawn

_NOTHING: tuple[OrderStamp, ...] = ()


def withdraw_payment(command: WithdrawPayment, order: Order) -> Sequence[OrderStamp]:
    """A payment that was marked by hand never came: whole, and only while nothing went back."""
    if any(one.under == command.correlation_id for one in order.withdrawals):
        return _NOTHING
    require_unmoved(command.version, order)
    _require_approver(command)
    marked = _marked(command, order)
    if marked is None or marked.received is None:
        raise NotWithdrawable
    if order.held_by(marked.correlation_id) != marked.received:
        raise MoneyReturned
    withdrawn = PaymentWithdrawn(
        payment=marked.correlation_id,
        amount=marked.received,
        approver=command.approver.strip(),
        reason=command.reason,
    )
    return (withdrawn,)


def withdraw_cancellation(command: WithdrawCancellation, order: Order) -> Sequence[OrderStamp]:
    """A cancellation by staff was a mistake. Its seats are taken again in the same append."""
    if any(one.under == command.correlation_id for one in order.withdrawals):
        return _NOTHING
    require_unmoved(command.version, order)
    _require_approver(command)
    if order.alive or order.cancelled is None or order.cancelled_cause is not Cause.STAFF:
        raise NotWithdrawable
    if order.cancelled in order.swaps:
        raise NotWithdrawable  # another order stands in its place
    if order.refund_pending or any(_gone(one, order) for one in order.refunds.values()):
        raise MoneyReturned
    if order.sold and order.lost and not order.confirmed:
        raise MoneyReturned  # seats are never sold again for money that a bank took back (law 8)
    withdrawn = CancellationWithdrawn(
        cancellation=order.cancelled, approver=command.approver.strip(), reason=command.reason
    )
    return (withdrawn,)


def _require_approver(command: Correction) -> None:
    """Four eyes: `till` cannot approve what `token:till` asks for.

    Only a name that the caller tells; a shop with a limit wants an identity (`second_person`).
    """
    if command.approval is not None:
        return
    approver, actor = command.approver.strip(), command.actor
    if not approver or approver.casefold() in _names(actor):
        raise ApproverNeeded


def _names(actor: str) -> tuple[str, str]:
    return actor.casefold(), actor.partition(":")[2].casefold()


def _marked(command: WithdrawPayment, order: Order) -> Attempt | None:
    """The payment that was named, or the newest in the ledger that came by hand.

    What another order was paid with is no mark of anybody.
    """
    by_hand = [one for one in order.paid_attempts if one.provider == MANUAL and not one.assigned]
    marked = [one for one in by_hand if one.correlation_id not in order.swaps]
    if command.payment is not None:
        marked = [one for one in marked if one.correlation_id == command.payment]
    return marked[-1] if marked else None


def _gone(refund: Refund, order: Order) -> bool:
    """Money went back with the cancellation, or after it."""
    since = refund.correlation_id == order.cancelled or (
        refund.first_position > order.cancelled_position
    )
    return since and bool(refund.returned(order.currency))
