"""Ask the provider for a payment page, once the intent is in the ledger."""

from datetime import timedelta
from uuid import UUID

from ledger.order.state import Order
from ledger.payments import start_payment
from web.addresses import now, return_url
from web.current import parts

# Longer than any provider is waited for: whoever asked then has given up.
ASKED_LONG_AGO = timedelta(seconds=15)


def ask_for_page(order: Order, attempt_id: UUID) -> Order:
    """The order with the provider's answer. Without one, recovery settles it later."""
    attempt = order.attempts[attempt_id]
    provider = parts().providers.get(attempt.provider)
    if provider is None or not attempt.unanswered:
        return order
    return start_payment(
        parts().orders,
        provider,
        order.id,
        attempt_id,
        return_url=return_url(order.terms.shop_slug, order.id),
        again=attempt.requested_at + ASKED_LONG_AGO <= now(),
    )


def close_pages(order: Order) -> Order:
    """Best effort, once nobody shall pay any more; money that comes all the same has its rules."""
    for attempt in order.attempts.values():
        provider = parts().providers.get(attempt.provider)
        if provider is not None and attempt.open and attempt.session:
            provider.expire_payment(attempt.session)
    return order
