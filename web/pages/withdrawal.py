"""Withdrawing without the order's address: its number and e-mail bring the link to that address.

Everybody gets the same answer, whether or not there is such an order, and gets it before anything
is looked up: neither its text nor its time tells.
"""

from hmac import compare_digest
from uuid import uuid4

import structlog
from flask import Blueprint, Flask, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ledger.kernel.refusals import Refusal
from ledger.payments.capabilities import capability
from ledger.shop.shop import Shop
from web.actions import cancel as actions
from web.actions.place import CUSTOMER
from web.actions.wish import Wish
from web.http.addresses import now, shop_here
from web.http.current import parts
from web.http.rate_limit import pressed_too_often
from web.i18n.gettext import _
from web.pages.forms import WithdrawalForm
from web.pages.shop import entered
from web.wiring.parts import Parts

pages = Blueprint("withdrawal", __name__)
Answer = str | Response | tuple[str, int]
_log = structlog.get_logger("web.pages.withdrawal")


@pages.get("/<shop>/withdraw")
def form(shop: str) -> str:
    """What the link is for, and what it takes to get one."""
    return _page(entered(shop), WithdrawalForm(), sent="sent" in request.args)


@pages.post("/<shop>/withdraw")
def ask(shop: str) -> Answer:
    """Take the wish, then see other: the same page for everybody."""
    open_shop, typed = entered(shop), WithdrawalForm()
    if pressed_too_often("withdraw", limit=5):
        return _page(open_shop, typed, complaint=_("Please wait a minute, then press again.")), 429
    if not typed.validate_on_submit():
        return _page(open_shop, typed), 400 if "csrf_token" in typed.errors else 422
    number, email = typed.number_typed(), (typed.email.data or "").strip()
    wired, slug = parts(), open_shop.slug
    wired.aside(lambda: send_link(wired, slug, number=number, email=email))
    return redirect(url_for("withdrawal.form", shop=shop, sent=1), 303)


def send_link(wired: Parts, shop: str, *, number: int, email: str) -> None:
    """A link to the order's own address, if it is this person's and can be cancelled."""
    index = wired.keyring.blind_index(email)
    found = wired.views.order_of_person(shop, number, index)
    if found is None:
        return
    order = wired.orders.get(found)
    if not compare_digest(order.terms.email_index, index):
        return
    wish = Wish(correlation_id=uuid4(), actor=CUSTOMER, at=wired.clock())
    try:
        actions.send_link(wired, order.id, wish)
    except Refusal as refusal:
        _log.info("no link", refusal=type(refusal).__name__)


def add_link(app: Flask) -> None:
    """Every page of a shop leads here for as long as one of its orders may be withdrawn from."""
    app.context_processor(lambda: {"withdrawal_address": address})


def address() -> str:
    """Where the page of this request leads whoever wants to withdraw; empty where nobody can."""
    shop = shop_here()
    return url_for("withdrawal.form", shop=shop.slug) if shop and _can_be(shop) else ""


def _can_be(shop: Shop) -> bool:
    """Whether any order of a shop may still be withdrawn from."""
    return shop.withdrawals_until is not None and now() < shop.withdrawals_until


def _page(shop: Shop, typed: WithdrawalForm, *, sent: bool = False, complaint: str = "") -> str:
    return render_template(
        "withdraw.html",
        shop=shop,
        form=typed,
        sent=sent,
        complaint=complaint,
        can_be=_can_be(shop),
        by_hand=capability(shop.terms.provider).by_hand,
    )
