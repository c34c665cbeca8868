"""The two-person rule: what ticket sales may not decide about an order alone (SPEC B4)."""

from collections.abc import Sequence

from ledger.kernel.money import Money, total
from ledger.kernel.refusals import SecondPersonNeeded
from ledger.order.commands import Correction, StaffCommand
from ledger.order.order import Order
from ledger.order.refund import Refund
from ledger.order.stamps import Cause, CreateRefundRequest, LinesSwapped, ManualRefund, OrderStamp

_BY_STAFF = (Cause.STAFF, Cause.DESPITE_DISPUTE)


def require_second_person(
    command: StaffCommand, stamps: Sequence[OrderStamp], order: Order
) -> None:
    """Raises `SecondPersonNeeded` unless nobody else is needed, or somebody else approved.

    The limit is that of the policy which the order was placed under. It is for all that ticket
    sales return of the order: a large sum in small parts is as large.
    """
    limit = order.terms.cancellation.approval_above
    if limit is None or command.approval is not None or not stamps:
        return
    if isinstance(command, Correction):
        raise SecondPersonNeeded(limit=limit)
    asked = money_of(stamps, order)
    if asked.amount and asked.amount + returned_by_staff(order).amount > limit.amount:
        raise SecondPersonNeeded(limit=limit)


def money_of(stamps: Sequence[OrderStamp], order: Order) -> Money:
    """What these stamps return of an order; what is set against another one stays in the shop."""
    refunds = [one for one in stamps if isinstance(one, CreateRefundRequest | ManualRefund)]
    stays = [one.amount for one in stamps if isinstance(one, LinesSwapped)]
    currency = order.currency
    return total([one.amount for one in refunds], currency) - total(stays, currency)


def returned_by_staff(order: Order) -> Money:
    """What ticket sales returned of an order, or promised to."""
    currency = order.currency
    ours = [one for one in order.refunds.values() if _is_ours(one)]
    went = [one.returned(currency) + one.pending(currency) for one in ours]
    return total(went, currency) - order.given_over


def _is_ours(refund: Refund) -> bool:
    asked = refund.request
    return refund.manual is not None or (asked is not None and asked.cause in _BY_STAFF)
