"""Self-service cancellation: ask for a link; look at the refund; confirm it. Only a POST acts."""

import hmac
from secrets import token_urlsafe
from uuid import uuid4

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ledger.kernel import refusals as no
from ledger.kernel.money import Money
from ledger.order import cancellation_policy as cancellation
from ledger.order.commands import ConfirmCancellation, RequestCancellation
from ledger.order.decide import code_hash
from ledger.order.order import LinkRequest, Order
from web.actions.refunding import send_back
from web.http.addresses import now, order_in
from web.http.current import parts
from web.http.rate_limit import slow_down
from web.i18n import refusals as sentences
from web.pages.forms import ConfirmForm, PressForm
from web.pages.order import shown_in_its_zone

pages = Blueprint("cancellation", __name__)
Answer = str | Response | tuple[str, int]


@pages.get("/<shop>/orders/<order>/cancel")
def explain(shop: str, order: str) -> str:
    """What a cancellation means, and a button that sends the link."""
    return _explained(_order(shop, order), sent="sent" in request.args)


@pages.post("/<shop>/orders/<order>/cancel")
def ask(shop: str, order: str) -> Answer:
    """Send a link to the order's e-mail, whoever asks."""
    slow_down("cancel", limit=10)
    found = _order(shop, order)
    wish = RequestCancellation(
        correlation_id=uuid4(), actor="customer", at=now(), code=token_urlsafe(32)
    )
    try:
        parts().orders.handle(found.id, wish)
    except no.LetterTooSoon:
        return _explained(found, sent=True, too_soon=True), 429
    except no.NotCancellable:
        return _explained(parts().orders.get(found.id)), 409
    return redirect(url_for("cancellation.explain", shop=shop, order=order, sent=1), 303)


@pages.get("/<shop>/orders/<order>/cancel/<code>")
def look(shop: str, order: str, code: str) -> Answer:
    """What confirming would do; after confirming, what it did. Looking does nothing."""
    found = _order(shop, order)
    link = _link_of(found, code)
    if link is None:
        return _stale(found)
    if _used(found, link):
        return _result(found, link)
    if not cancellation.link_is_valid(found, link, now()):
        return _stale(found)
    if not cancellation.eligibility(found, now()).allowed:
        return _explained(found), 409
    return _quoted(found, code)


@pages.post("/<shop>/orders/<order>/cancel/<code>")
def confirm(shop: str, order: str, code: str) -> Answer:
    """Cancel, for exactly the refund that the page showed; then see other: the result."""
    slow_down("cancel", limit=10)
    found = _order(shop, order)
    link, sent = _link_of(found, code), ConfirmForm()
    if link is None:
        return _stale(found)
    if not sent.validate_on_submit():
        return _quoted(found, code, changed=True), 409
    try:
        _cancel(found, link, code=code, shown=Money(sent.amount.data, found.currency))
    except no.QuoteChanged:
        return _quoted(parts().orders.get(found.id), code, changed=True), 409
    except (no.LinkInvalid, no.NotCancellable):
        # Pressed twice, or too late: the page of the link tells how things stand.
        return look(shop, order, code)
    return redirect(url_for("cancellation.look", shop=shop, order=order, code=code), 303)


def _cancel(order: Order, link: LinkRequest, *, code: str, shown: Money) -> None:
    wish = ConfirmCancellation(
        correlation_id=link.correlation_id, actor="customer", at=now(), code=code, quote=shown
    )
    # 1. The wish is committed, with the intent of the refund, before anyone outside hears of it.
    order = parts().orders.handle(order.id, wish)
    # 2. The provider is asked under the same correlation id; its answer, if any, is stamped.
    send_back(order, link.correlation_id)


def _order(shop: str, order: str) -> Order:
    return shown_in_its_zone(order_in(shop, order))


def _link_of(order: Order, code: str) -> LinkRequest | None:
    """The link that this code belongs to, used and replaced ones included."""
    hashed, found = code_hash(code), None
    for link in order.links:
        if hmac.compare_digest(link.code_hash, hashed):
            found = link
    return found


def _used(order: Order, link: LinkRequest) -> bool:
    return link.correlation_id in order.refunds or link.correlation_id == order.cancelled


def _explained(order: Order, *, sent: bool = False, too_soon: bool = False) -> str:
    return render_template(
        "cancel_request.html",
        order=order,
        cancelling=cancellation.eligibility(order, now()),
        quote=cancellation.quote(order),
        why_not=sentences.why_not_cancellable,
        sent=sent,
        too_soon=too_soon,
        form=PressForm(),
    )


def _quoted(order: Order, code: str, *, changed: bool = False) -> str:
    return render_template(
        "cancel_confirm.html",
        order=order,
        quote=cancellation.quote(order),
        cancelling=cancellation.eligibility(order, now()),
        code=code,
        changed=changed,
        form=ConfirmForm(),
    )


def _stale(order: Order) -> tuple[str, int]:
    cancelling = cancellation.eligibility(order, now())
    return render_template("cancel_stale.html", order=order, cancelling=cancelling), 403


def _result(order: Order, link: LinkRequest) -> str:
    refund = order.refund_of(link.correlation_id)
    if refund is None:
        outcome = "none"
    elif refund.was_refused or refund.failed_late:
        outcome = "refused"
    else:
        outcome = "accepted" if refund.was_accepted else "unknown"
    return render_template("cancel_result.html", order=order, refund=refund, outcome=outcome)
