"""Ask the provider for a payment page, once the intent is in the ledger."""

from uuid import UUID

from ledger.order.state import Order
from ledger.payments import start_payment
from web.addresses import return_url
from web.current import parts


def ask_for_page(order: Order, attempt_id: UUID, *, again: bool = False) -> Order:
    """The order with the provider's answer. Without one, recovery settles it later.

    `again`: somebody asked before, so long ago that they have given up waiting.
    """
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
        again=again,
    )


def close_pages(order: Order) -> Order:
    """Best effort, once nobody shall pay any more; money that comes all the same has its rules."""
    for attempt in order.attempts.values():
        provider = parts().providers.get(attempt.provider)
        if provider is not None and attempt.open and attempt.session:
            provider.expire_payment(attempt.session)
    return order
