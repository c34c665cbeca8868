"""What an order answers to staff: one way in for all that they may wish."""

from collections.abc import Sequence
from typing import assert_never

from ledger.kernel.refusals import NothingToRefund
from ledger.order.commands import (
    CancelOrder,
    MarkPaid,
    RefundByHand,
    RefundPayment,
    ResendLetter,
    RetryRefund,
    StaffWish,
    WithdrawCancellation,
    WithdrawPayment,
)
from ledger.order.decisions.corrections import withdraw_cancellation, withdraw_payment
from ledger.order.decisions.resending import resend
from ledger.order.decisions.staff import (
    cancel_order,
    mark_paid,
    refund_by_hand,
    refund_payment,
    require_unmoved,
)
from ledger.order.order import Order
from ledger.order.stamps import CreateRefundRequest, OrderStamp

_NOTHING: tuple[OrderStamp, ...] = ()


def by_staff(  # noqa: C901 (a dispatching match)
    command: StaffWish, order: Order
) -> Sequence[OrderStamp]:
    """The stamps that a wish of staff calls for; none if it is fulfilled already; or a refusal."""
    match command:
        case RetryRefund():
            return _retry_refund(command, order)
        case MarkPaid():
            return mark_paid(command, order)
        case RefundPayment():
            return refund_payment(command, order)
        case RefundByHand():
            return refund_by_hand(command, order)
        case CancelOrder():
            return cancel_order(command, order)
        case WithdrawPayment():
            return withdraw_payment(command, order)
        case WithdrawCancellation():
            return withdraw_cancellation(command, order)
        case ResendLetter():
            return resend(command, order)
        case _:
            assert_never(command)


def _retry_refund(command: RetryRefund, order: Order) -> Sequence[OrderStamp]:
    refund = order.refund_of(command.correlation_id)
    if refund is None or refund.request is None or not refund.was_refused:
        return _NOTHING
    if refund.request.amount.amount > order.held_by(refund.request.payment).amount:
        raise NothingToRefund
    require_unmoved(command.version, order)
    request = refund.request
    return (
        CreateRefundRequest(
            payment=request.payment,
            payment_reference=request.payment_reference,
            provider=request.provider,
            amount=request.amount,
            fee=request.fee,
            cause=request.cause,
            try_number=refund.last_try + 1,
        ),
    )
