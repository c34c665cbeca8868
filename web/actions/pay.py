"""On to the payment page, or back to the order with "try again"."""

from datetime import datetime, timedelta
from uuid import uuid4

from flask import redirect, url_for
from werkzeug.wrappers import Response

from ledger.kernel.refusals import NotPayable
from ledger.order.commands import RequestPayment
from ledger.order.order import Order
from ledger.order.payable import payable
from ledger.order.payment_attempt import Attempt
from ledger.order.status import status
from ledger.payments.provider import newest
from web.actions.payment_pages import page_to_pay
from web.http.addresses import now
from web.http.current import parts
from web.pages.awaiting import by_hand, pays_later
from web.pages.payment_return import look_there
from web.wiring.parts import open_pages

# Longer than any provider is waited for.
ASKED_LONG_AGO = timedelta(seconds=15)


def go_and_pay(order: Order) -> Response:
    """See other: the provider's page where there is one, else the order's page."""
    page = _payment_page(order, now()) if payable(order) else None
    return redirect(page, 303) if page else _to_the_order(order)


def try_again(order: Order) -> Response:
    """The page that is open already, or that of a new attempt. Raises `NotPayable`.

    Whoever paid there already, whatever the last word was, is told so at the order's page.
    """
    known = order
    order = look_there(order).order
    if payable(known) and (not payable(order) or pays_later(order)):
        return _to_the_order(order)
    attempt = newest(order)
    if attempt is not None and attempt.unanswered:
        # Asked for so long ago that nobody waits for the answer any more, it is recovered.
        given_up = attempt.requested_at + ASKED_LONG_AGO <= now()
        order, attempt = page_to_pay(order, attempt.correlation_id, again=given_up)
        if attempt is None or attempt.unanswered:
            return _to_the_order(order)
    if by_hand(attempt):
        return _to_the_order(order)
    if attempt is not None and _still_there(attempt, now()):
        return go_and_pay(order)
    if payable(order) and open_pages(parts()).cannot_be_closed(order, now()):
        return _to_the_order(order)
    return go_and_pay(_new_attempt(order))


def _to_the_order(order: Order) -> Response:
    return redirect(url_for("orders.page", shop=order.terms.shop_slug, order=order.id), 303)


def _new_attempt(order: Order) -> Order:
    provider = parts().providers.get(parts().shops.get(order.terms.shop_slug).terms.provider)
    if provider is None:
        raise NotPayable(status=status(order))
    wish = RequestPayment(
        correlation_id=uuid4(),
        actor="customer",
        at=now(),
        provider=provider.name,
        account=provider.account,
        live=provider.live,
    )
    return parts().orders.handle(order.id, wish)


def _payment_page(order: Order, at: datetime) -> str | None:
    attempt = newest(order)
    if attempt is not None and attempt.unanswered:
        # The intent is in the ledger already; what comes back, or nothing, is stamped.
        _, attempt = page_to_pay(order, attempt.correlation_id)
    if attempt is None or not _still_there(attempt, at):
        return None
    return attempt.redirect_url


def _still_there(attempt: Attempt, at: datetime) -> bool:
    lasting = attempt.expires_at is None or attempt.expires_at > at
    return bool(attempt.redirect_url) and attempt.open and lasting and not attempt.pending_at
