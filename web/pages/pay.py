"""On to the payment page, and back from it: we look there before anybody has told us (SPEC P15)."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from ledger.order.order import Order
from ledger.order.payable import payable
from ledger.order.payment_attempt import Attempt
from ledger.order.status import Status, status
from ledger.payments.provider import newest
from web.actions.pay import Looked, another_page, look_there, page_to_pay, paid_without_page
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


# How often the page looks again by itself while the provider's confirmation has not come.
LOOKS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """An order as whoever comes back from its payment page shall see it.

    `looks` is how many times they have looked, 0 when nothing is awaited; `waits` says that only
    the provider knows what they did; `again` that the page goes on looking by itself; `last` that
    it has looked for so long that it stops.
    """

    order: Order
    looks: int = 0
    waits: bool = False
    again: bool = False
    last: bool = False


def may_turn_out_paid(order: Order) -> bool:
    """Whether a payment page may bring money that nobody has told us of.

    Neither a declined try nor a cancellation is the last word about a page (SPEC P15).
    """
    if order.reserved or not order.missing:
        return False
    return any(one.open and (one.redirect_url or one.silent) for one in order.attempts.values())


def times_looked() -> int:
    """How many times whoever asks has looked; 0 of those who do not come from a payment page."""
    told = request.args.get("paid", "") if request.query_string else ""
    return int(told) if told.isascii() and told.isdigit() and len(told) < 3 else 0


def come_back(order: Order, looks: int) -> Back:
    """Look at what may have been paid. A declined try is asked about even by who only comes by."""
    if not may_turn_out_paid(order) or not (looks or status(order) is Status.FAILED):
        return Back(order=order)
    looked = look_there(parts(), order)
    return (
        _seen(looked, looks)
        if looks and may_turn_out_paid(looked.order)
        else Back(order=looked.order)
    )


def _seen(looked: Looked, looks: int) -> Back:
    order, again = looked.order, looks < LOOKS
    if order.under_way:
        return Back(order=order, looks=looks, again=again)
    if looked.answered and (not again or not order.alive):
        return Back(order=order)  # the provider says that nothing was paid
    return Back(order=order, looks=looks, waits=again or order.alive, again=again, last=not again)
