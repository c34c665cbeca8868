"""Questions to providers that nobody answered: each is asked again with its own key."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ledger.order.authorization import Authorization
from ledger.order.order import Order
from ledger.order.payment_attempt import Attempt
from ledger.order.refund import Refund
from projections.engine.projection import OF_LETTERS, Projection


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIntent:
    """`kind` is payment, refund, capture or void: the provider's answer is not stamped."""

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
    """The payments, refunds, captures and voids of an order whose outcome is unknown."""
    payments = [_payment(order, one) for one in order.unanswered_payments()]
    refunds = [_refund(order, one) for one in order.unanswered_refunds()]
    kept = [(one, one.authorization) for one in order.reservations()]
    asked = [_asked(order, one, about) for one, about in kept if about is not None]
    return [*payments, *refunds, *(one for one in asked if one is not None)]


def _payment(order: Order, attempt: Attempt) -> OpenIntent:
    return OpenIntent(
        stream=order.id,
        kind="payment",
        correlation_id=attempt.correlation_id,
        try_number=attempt.last_try,
        provider=attempt.provider,
        requested_at=attempt.requested_at,
    )


def _asked(order: Order, attempt: Attempt, kept: Authorization) -> OpenIntent | None:
    """What was asked about an authorization: to capture it, or to void it, never both."""
    if not (kept.capture_unanswered or kept.void_unanswered):
        return None
    return OpenIntent(
        stream=order.id,
        kind="void" if kept.void_unanswered else "capture",
        correlation_id=attempt.correlation_id,
        try_number=kept.last_void if kept.void_unanswered else kept.last_capture,
        provider=attempt.provider,
        requested_at=kept.asked_at,
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
    version=2,
    row=OpenIntent,
    key=("kind", "correlation_id"),
    rows={Order: open_intents},
    still=OF_LETTERS,
)
