"""Questions to providers that nobody answered: each is asked again with its own key."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ledger.order.attempts import Attempt
from ledger.order.refunds import Refund
from ledger.order.state import Order
from projections.projection import Projection


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIntent:
    """`kind` is payment or refund; the provider was asked, its answer is not stamped."""

    stream: UUID
    kind: str
    correlation_id: UUID
    try_number: int
    provider: str
    requested_at: datetime | None

    @property
    def order(self) -> UUID:
        """The order that asked."""
        return self.stream


def open_intents(order: Order) -> Sequence[OpenIntent]:
    """The payments and refunds of an order whose outcome is unknown."""
    payments = [_payment(order, one) for one in order.unanswered_payments()]
    return [*payments, *(_refund(order, one) for one in order.unanswered_refunds())]


def _payment(order: Order, attempt: Attempt) -> OpenIntent:
    return OpenIntent(
        stream=order.id,
        kind="payment",
        correlation_id=attempt.correlation_id,
        try_number=attempt.last_try,
        provider=attempt.provider,
        requested_at=attempt.requested_at,
    )


def _refund(order: Order, refund: Refund) -> OpenIntent:
    return OpenIntent(
        stream=order.id,
        kind="refund",
        correlation_id=refund.correlation_id,
        try_number=refund.last_try,
        provider=refund.request.provider if refund.request else "",
        requested_at=refund.requested_at,
    )


OPEN_INTENTS = Projection(
    name="open_intents",
    version=1,
    row=OpenIntent,
    key=("kind", "correlation_id"),
    rows={Order: open_intents},
)
