"""Ask the provider for a payment page, once the intent is in the ledger."""

from uuid import UUID

from ledger.order.order import Order
from ledger.order.payable import payable
from ledger.order.payment_attempt import Attempt
from ledger.payments.payment_pages import open_attempts
from ledger.payments.provider import start_payment
from web.http.addresses import now, return_url
from web.http.current import parts
from web.wiring.parts import open_pages


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
    """The order once nobody shall pay any more, with what closing its pages told, best effort."""
    if not open_attempts(order):
        return order
    open_pages(parts()).close_all(order)
    return parts().orders.get(order.id)


def page_to_pay(
    order: Order, attempt_id: UUID, *, again: bool = False
) -> tuple[Order, Attempt | None]:
    """Ask for a page and close those that it replaces; the attempt whose page may be handed out.

    None when the order turned out paid. While an older page is not known to be closed, nobody is
    given a second one (SPEC P15).
    """
    asked = ask_for_page(order, attempt_id, again=again)
    left = [one for one in open_pages(parts()).close_replaced(asked) if _lasts(one)]
    order = parts().orders.get(order.id)
    mine = order.attempts[attempt_id]
    if mine.redirect_url and (left or not payable(order)):
        open_pages(parts()).close(order, mine)
        return parts().orders.get(order.id), left[0] if left else None
    return order, mine


def _lasts(attempt: Attempt) -> bool:
    return attempt.expires_at is None or attempt.expires_at > now()
