"""Self-service cancellation: ask for a link; look at the refund; confirm it. Only a POST acts."""

from uuid import uuid4

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ledger.kernel import refusals as no
from ledger.kernel.money import Money
from ledger.order import cancellation_policy as cancellation
from ledger.order.order import LinkRequest, Order
from web.actions import cancel as actions
from web.actions.place import CUSTOMER
from web.actions.wish import Wish
from web.http.addresses import now, order_in
from web.http.current import parts
from web.http.rate_limit import slow_down
from web.i18n.refusals import told_cancellation
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
    wish = Wish(correlation_id=uuid4(), actor=CUSTOMER, at=now())
    try:
        actions.send_link(parts(), found.id, wish)
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
    if cancellation.link_is_used(found, link):
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
    wish = Wish(correlation_id=link.correlation_id, actor=CUSTOMER, at=now())
    shown = Money(sent.amount.data, found.currency)
    try:
        actions.confirm(parts(), found.id, wish, code=code, shown=shown)
    except no.QuoteChanged:
        return _quoted(parts().orders.get(found.id), code, changed=True), 409
    except (no.LinkInvalid, no.NotCancellable):
        # Pressed twice, or too late: the page of the link tells how things stand.
        return look(shop, order, code)
    return redirect(url_for("cancellation.look", shop=shop, order=order, code=code), 303)


def _order(shop: str, order: str) -> Order:
    return shown_in_its_zone(order_in(shop, order))


def _link_of(order: Order, code: str) -> LinkRequest | None:
    return next(reversed(actions.links_of(order, code)), None)


def _explained(order: Order, *, sent: bool = False, too_soon: bool = False) -> str:
    return render_template(
        "cancel_request.html",
        order=order,
        cancelling=cancellation.eligibility(order, now()),
        told_cancellation=told_cancellation,
        sent=sent,
        too_soon=too_soon,
        form=PressForm(),
    )


def _quoted(order: Order, code: str, *, changed: bool = False) -> str:
    return render_template(
        "cancel_confirm.html",
        order=order,
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
    outcome = actions.refund_outcome(order, link.correlation_id)
    return render_template("cancel_result.html", order=order, refund=refund, outcome=outcome)
