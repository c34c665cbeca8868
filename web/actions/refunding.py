"""Ask the provider to send money back, once the intent is in the ledger."""

from uuid import UUID

from ledger.order.order import Order
from ledger.payments.provider import start_refund
from web.http.addresses import now
from web.http.current import parts


def send_back(order: Order, refund_id: UUID) -> Order:
    """The order with the provider's answer. Without one, recovery finds out."""
    refund = order.refund_of(refund_id)
    provider = parts().providers.get(refund.request.provider) if refund and refund.request else None
    if refund is None or provider is None or not refund.unanswered:
        return order
    return start_refund(parts().orders, provider, order.id, refund_id, at=now())
