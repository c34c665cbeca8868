"""The customer is back from the payment page: look there, before anybody has told us."""

import structlog

from ledger.order.state import Order
from ledger.reconciling.records import ProviderAway
from ledger.replacing import newest
from web.current import parts
from web.taking_in import take_in

# The page looks again by itself every few seconds; the provider is asked less often than that.
LOOKS_PER_MINUTE = 6
_log = structlog.get_logger("web.returning")


def look_there(order: Order) -> Order:
    """The order with what its payment page has come to, as its webhook would have told it."""
    attempt = newest(order)
    provider = parts().pages.get(attempt.provider) if attempt else None
    if attempt is None or provider is None or not attempt.session:
        return order
    asked = f"look/{attempt.correlation_id}"
    if not parts().limits.hit(asked, per_seconds=60, limit=LOOKS_PER_MINUTE):
        return order
    try:
        page = provider.page(attempt.session)
    except ProviderAway as away:
        _log.info("provider away", provider=attempt.provider, reason=str(away))
        return order
    if page is None or page.news is None:
        return order
    take_in(page.news)
    return parts().orders.get(order.id)
