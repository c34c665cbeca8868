"""Which orders their holders may cancel, and what they would get back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ledger.order.cancellation_policy import apart_from_time
from ledger.order.order import Order
from projections.engine.projection import OF_LETTERS, Projection, column


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundEligibility:
    """Allowed while `blocked` is empty and `deadline` lies ahead: time itself is in no row.

    `blocked` is the code of what stands in the way just before the deadline. Amounts in minor
    units.
    """

    stream: UUID
    blocked: str
    deadline: datetime | None
    amount: int
    fee: int
    currency: str
    payment: UUID | None


def refund_eligibility(order: Order) -> Sequence[RefundEligibility]:
    """The answer of `ledger.order.cancellation_policy`, apart from the time of asking."""
    if order.placed is None or order.placed_at is None:
        return ()
    answer = apart_from_time(order)
    offer = answer.quote
    row = RefundEligibility(
        stream=order.id,
        blocked=answer.reason,
        deadline=answer.deadline,
        amount=column(offer.amount.amount),
        fee=column(offer.fee.amount),
        currency=order.currency,
        payment=offer.payment,
    )
    return (row,)


REFUND_ELIGIBILITY = Projection(
    name="refund_eligibility",
    version=2,
    row=RefundEligibility,
    key=(),
    rows={Order: refund_eligibility},
    still=OF_LETTERS,
)
