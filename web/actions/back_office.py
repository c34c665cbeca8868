"""What ticket sales staff do about an order, from the API or the command line."""

from typing import assert_never
from uuid import UUID

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
from ledger.order.order import Order
from ledger.payments.mark_paid import mark_paid
from ledger.payments.refund import refund_payment, retry_refund
from web.actions.cancel import cancel_by_staff
from web.actions.pay import close_pages
from web.wiring.parts import Parts


def carry_out(parts: Parts, order_id: UUID, wish: StaffWish) -> Order:
    """The order after a wish of staff, and after all that follows from it by itself.

    Raises the refusals of the wish; what a provider has not answered is left to recovery.
    """
    match wish:
        case RefundPayment():
            refund_payment(parts.orders, parts.providers, order_id, wish)
        case RetryRefund():
            retry_refund(parts.orders, parts.providers, order_id, wish)
        case MarkPaid():
            mark_paid(parts.orders, parts.cases, parts.store, order_id, wish)
            close_pages(parts, parts.orders.get(order_id))
        case CancelOrder():
            cancel_by_staff(parts, order_id, wish)
        case RefundByHand() | WithdrawPayment() | WithdrawCancellation() | ResendLetter():
            parts.orders.handle(order_id, wish)
        case _:
            assert_never(wish)
    return parts.orders.follow(order_id, parts.clock())
