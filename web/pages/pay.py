"""On to the payment page, or back to the order with "try again"."""

from datetime import timedelta
from uuid import uuid4

from flask import redirect, url_for
from werkzeug.wrappers import Response

from ledger.order.order import Order
from ledger.order.payable import payable
from ledger.order.payment_attempt import Attempt
from ledger.payments.provider import newest
from web.actions.pay import another_page, look_there, page_to_pay, paid_without_page
from web.actions.place import CUSTOMER
from web.actions.wish import Wish
from web.http.addresses import now
from web.http.current import parts

# Longer than any provider is waited for.
ASKED_LONG_AGO = timedelta(seconds=15)


def go_and_pay(order: Order) -> Response:
    """See other: the provider's page where there is one, else the order's page."""
    attempt = newest(order) if payable(order) else None
    if attempt is not None and attempt.unanswered:
        # The intent is in the ledger already; what comes back, or nothing, is stamped.
        _, attempt = page_to_pay(parts(), order, attempt.correlation_id)
    return _to_pay_at(order, attempt)


def try_again(order: Order) -> Response:
    """The page that is open already, or that of a new attempt. Raises `NotPayable`.

    Whoever paid there already, whatever the last word was, is told so at the order's page.
    """
    known, order = order, look_there(parts(), order).order
    if payable(known) and (not payable(order) or order.under_way):
        return _to_the_order(order)
    attempt = newest(order)
    if attempt is not None and attempt.unanswered:
        # Asked for so long ago that nobody waits for the answer any more, it is recovered.
        given_up = attempt.requested_at + ASKED_LONG_AGO <= now()
        order, attempt = page_to_pay(parts(), order, attempt.correlation_id, again=given_up)
        if attempt is None or attempt.unanswered:
            return _to_the_order(order)
    if paid_without_page(attempt):
        return _to_the_order(order)
    if attempt is None or not _still_there(attempt):
        wish = Wish(correlation_id=uuid4(), actor=CUSTOMER, at=now())
        order, attempt = another_page(parts(), order, wish)
    return _to_pay_at(order, attempt)


def _to_pay_at(order: Order, attempt: Attempt | None) -> Response:
    if attempt is None or not _still_there(attempt):
        return _to_the_order(order)
    return redirect(attempt.redirect_url, 303)


def _to_the_order(order: Order) -> Response:
    return redirect(url_for("orders.page", shop=order.terms.shop_slug, order=order.id), 303)


def _still_there(attempt: Attempt) -> bool:
    lasting = attempt.expires_at is None or attempt.expires_at > now()
    return bool(attempt.redirect_url) and attempt.open and lasting and not attempt.pending_at
