"""News from a provider, before we know whether it is ours (law 11)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ledger.kernel.money import Money
from ledger.order.stamps import (
    AuthorizationExpired,
    Authorized,
    CreateRefundFailure,
    CreateRefundSuccess,
    DisputeClosed,
    Disputed,
    Paid,
    PaymentExpired,
    PaymentFailed,
    PaymentPending,
    Refunded,
    RefundFailed,
    Voided,
)

Fact = (
    PaymentPending
    | PaymentFailed
    | PaymentExpired
    | Authorized
    | AuthorizationExpired
    | Voided
    | Paid
    | CreateRefundSuccess
    | CreateRefundFailure
    | Refunded
    | RefundFailed
    | Disputed
    | DisputeClosed
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One fact as a provider tells it.

    `order` and `attempt` (the payment attempt's correlation id) come from our own metadata where
    it was sent back; `correlation_id` is what the fact is stamped with: the attempt's for a
    payment, the refund's for a refund, a derived one for news that we did not ask for.
    `amount` is None where the fact is of no money, `occurred_at` where the provider tells no time.
    `payment_reference` is the order's own, where the provider sends it back; `payer_reference` is
    what the payer wrote. `page` is the payment page that the news came through, where it tells
    that; `claimed`: only the message itself says whose it is, so a page of ours must bear it out.
    """

    provider: str
    account: str
    live: bool
    order: UUID | None
    attempt: UUID | None
    correlation_id: UUID
    fact: Fact
    currency: str | None
    amount: Money | None
    reference: str
    occurred_at: datetime | None
    contradiction: str = ""
    payment_reference: str = ""
    payer_reference: str = ""
    page: str = ""
    claimed: bool = False
