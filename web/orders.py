"""The order page: how it stands, what happened, what can still be done. Nothing personal."""

from datetime import datetime

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from ledger import cancellation
from ledger.order.capturing import grace_ends
from ledger.order.pay_by import pay_by
from ledger.order.payable import payable
from ledger.order.state import Order
from ledger.order.status import Status, status
from ledger.refusals import ShopUnreadable
from ledger.replacing import newest
from web import languages, sentences
from web.addresses import now, order_in
from web.awaiting import Standing, by_hand
from web.changed_mind import offered_token
from web.current import parts
from web.forms import PressForm
from web.pace import slow_down
from web.paying import try_again
from web.returning import look_there
from web.standing import standing
from web.texts import _
from web.timeline import timeline
from web.vat import by_rate
from web.wording import told_in

pages = Blueprint("orders", __name__)

# How often the page looks again by itself while the provider's confirmation has not come.
LOOKS = 12


@pages.get("/<shop>/orders/<order>")
def page(shop: str, order: str) -> str:
    """The page of one order. Its address is the only key to it."""
    found = shown_in_its_zone(order_in(shop, order))
    look = _look(found)
    if look:
        found = look_there(found)
        look = _look(found)
    at = now()
    return render_template(
        "order.html",
        order=found,
        status=status(found).value,
        standing=_waiting() if look else standing(found),
        look=look,
        last_look=look >= LOOKS,
        timeline=timeline(parts().orders.history(found.id)),
        vat=vat_of(found),
        payable=payable(found),
        pay_by=pay_by(found),
        pending=_pays_later(found),
        by_hand=by_hand(newest(found)),
        how_to_pay=_how_to_pay(found),
        cancelling=cancellation.eligibility(found, at),
        paused=_link_just_sent(found, at),
        why_not=sentences.why_not_cancellable,
        at_once=offered_token(found),
        grace_ends=grace_ends(found),
        form=PressForm(),
    )


@pages.post("/<shop>/orders/<order>/pay")
def pay(shop: str, order: str) -> Response:
    """Another try to pay, then see other: the payment page."""
    slow_down("pay", limit=20)
    return try_again(order_in(shop, order))


def shown_in_its_zone(order: Order) -> Order:
    """Dates on this page are those of the order's shop."""
    told_in(order.terms.timezone)
    return order


def vat_of(order: Order) -> list[tuple[str, object]]:
    """The VAT inside the order's total, per rate."""
    gross = [(one.vat_percent, one.unit_price * one.quantity) for one in order.terms.lines]
    return [*by_rate(gross)]


def _look(order: Order) -> int:
    """How many times somebody back from the payment page has looked; 0 when nothing is awaited."""
    told = request.args.get("paid", "")
    if not (told.isascii() and told.isdigit() and len(told) < 3):
        return 0
    attempt = newest(order)
    awaited = status(order) is Status.PENDING and not order.received
    return int(told) if awaited and attempt is not None and not attempt.pending_at else 0


def _how_to_pay(order: Order) -> str:
    """The shop's own words on how to pay by hand, as they are today; none if it is unreadable."""
    try:
        texts = parts().shops.get(order.terms.shop_slug).terms.how_to_pay
    except ShopUnreadable:
        return ""
    return languages.text_in(texts, languages.current()) if texts else ""


def _link_just_sent(order: Order, at: datetime) -> bool:
    newest = order.newest_link
    return newest is not None and at < newest.requested_at + cancellation.LINK_PAUSE


def _pays_later(order: Order) -> bool:
    attempt = newest(order)
    if attempt is None or attempt.received is not None or attempt.failed:
        return False
    return attempt.pending_at is not None


def _waiting() -> Standing:
    return Standing(
        tone="wait",
        badge=_("Waiting for confirmation"),
        headline=_("We are waiting for the confirmation of your payment"),
        story=_(
            "The payment provider usually tells us within a minute. You may close this page:"
            " we write to you as soon as the payment is confirmed."
        ),
    )
