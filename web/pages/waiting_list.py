"""Waiting in line: asking for a place, confirming it, looking at it, buying, leaving."""

from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from ledger.kernel.refusals import (
    QuantityNotAllowed,
    Refusal,
)
from ledger.shop.shop import Shop
from ledger.shop.stamps import ProductRevised
from ledger.waiting_list.place import PlaceState, WaitingPlace
from ledger.waiting_list.refusals import NobodyWaits, NotSoldOut, UnknownPlace
from ledger.waiting_list.wish import LINK_LIVES, PlaceAsked
from web.actions import waiting_list as actions
from web.http.addresses import now, uuid_in
from web.http.current import parts
from web.http.person import account_here
from web.http.problems import ProblemRaised
from web.http.rate_limit import pressed_too_often, slow_down
from web.i18n import languages
from web.i18n.gettext import _
from web.i18n.refusals import of_lines
from web.pages.forms import PlaceForm, PressForm
from web.pages.shop import PREFIX, entered

pages = Blueprint("waiting_list", __name__)
Answer = str | Response | tuple[str, int]
PRESSES = 30
_HOUR = 3600
_HOLD = "hold"


@pages.get("/<shop>/line/<product>")
def form(shop: str, product: str) -> Answer:
    """What waiting is, and what it takes."""
    open_shop = entered(shop)
    wanted, empty = _product(open_shop, product), PlaceForm()
    empty.quantity.data = 1
    if (account := account_here()) is not None:
        empty.email.data = account.email
    if "sent" not in request.args:
        try:
            actions.check_line(parts(), open_shop, product, 1)
        except NotSoldOut:
            return redirect(url_for("shop.catalogue", shop=shop), 303)
    return _page(open_shop, wanted, empty, sent="sent" in request.args)


@pages.post("/<shop>/line/<product>")
def ask(shop: str, product: str) -> Answer:
    """Take the wish, then see other: the same page for everybody, and a letter for each."""
    open_shop = entered(shop)
    too_often = pressed_too_often("line", limit=6) or pressed_too_often(
        "line-hour", limit=60, per_seconds=_HOUR
    )
    if too_often and product not in open_shop.products:
        raise ProblemRaised("too-many-requests")
    wanted, typed = _product(open_shop, product), PlaceForm()
    if too_often:
        sentence = _("Please wait a minute, then press again.")
        return _page(open_shop, wanted, typed, complaint=sentence), 429
    if not typed.validate_on_submit():
        return _page(open_shop, wanted, typed), 400 if "csrf_token" in typed.errors else 422
    wired, email, many = parts(), (typed.email.data or "").strip(), typed.quantity.data or 0
    try:
        actions.check_line(wired, open_shop, product, many)
    except NotSoldOut:
        return redirect(url_for("shop.catalogue", shop=shop), 303)
    except QuantityNotAllowed as refusal:
        return _page(open_shop, wanted, typed, complaint=of_lines(refusal, open_shop) or ""), 422
    wish = PlaceAsked(
        shop=shop,
        product=product,
        quantity=many,
        email=email,
        language=languages.current(),
        until=now() + LINK_LIVES,
    )
    if _is_theirs(email):
        return _to(actions.take_place(wired, open_shop, wish))
    wired.aside(lambda: actions.ask_for_place(wired, wish))
    return redirect(url_for("waiting_list.form", shop=shop, product=product, sent=1), 303)


@pages.get("/<shop>/line/confirm/<code>")
def look(shop: str, code: str) -> Answer:
    """What the link would confirm. Opening it does nothing: mail scanners open links, too."""
    slow_down("line-link", limit=PRESSES)
    open_shop = entered(shop)
    asked = actions.asked_by(parts(), shop, code)
    if asked is None:
        return _stale(open_shop)
    return render_template(
        "line_confirm.html",
        shop=open_shop,
        product=open_shop.products.get(asked.product),
        asked=asked,
        form=PressForm(),
        code=code,
    )


@pages.post("/<shop>/line/confirm/<code>")
def confirm(shop: str, code: str) -> Answer:
    """Take the place, then see other: the place."""
    slow_down("line-link", limit=PRESSES)
    open_shop = entered(shop)
    try:
        return _to(actions.confirm(parts(), shop, code))
    except (UnknownPlace, NobodyWaits):
        return _stale(open_shop)


@pages.get("/<shop>/place/<place>/<code>")
def show(shop: str, place: str, code: str) -> str:
    """How a place stands, and what its owner can do."""
    slow_down("place", limit=PRESSES)
    open_shop = entered(shop)
    found = actions.place_by_link(parts(), shop, uuid_in(place), code)
    waits = found.state is PlaceState.WAITING
    over = found.until is not None and found.until <= now()
    return render_template(
        "line_place.html",
        shop=open_shop,
        place=found,
        product=open_shop.products.get(found.terms.product),
        code=code,
        word="lapsed" if over else str(found.state),
        ahead=actions.ahead_of(parts(), found) if waits else 0,
        form=PressForm(),
    )


@pages.post("/<shop>/place/<place>/<code>/leave")
def leave(shop: str, place: str, code: str) -> Response:
    """Leave the line, then see other: the place as it stands then."""
    slow_down("place", limit=PRESSES)
    return _to(actions.leave_by_link(parts(), shop, uuid_in(place), code))


@pages.post("/<shop>/place/<place>/<code>/buy")
def buy(shop: str, place: str, code: str) -> Response:
    """On to the checkout, which takes the held seats; they stay held until the order is placed."""
    slow_down("place", limit=PRESSES)
    found = actions.place_by_link(parts(), shop, uuid_in(place), code)
    if found.state is not PlaceState.HELD:
        return _to(found)
    session[_HOLD] = str(found.id)
    terms = found.terms
    named = urlencode({f"{PREFIX}{terms.product}": terms.quantity})
    return redirect(f"{url_for('checkout.form', shop=shop)}?{named}", 303)


def hold_here(shop: str, products: set[str]) -> WaitingPlace | None:
    """The hold that this browser came with, if it is for what is bought now and still lives."""
    kept = session.get(_HOLD)
    if not isinstance(kept, str):
        return None
    try:
        found = parts().waiting.get(UUID(kept))
    except (ValueError, Refusal):
        return None
    mine = found.terms.shop_slug == shop and found.terms.product in products
    alive = found.until is not None and now() < found.until
    return found if mine and alive else None


def hold_used() -> None:
    """The order stands: its hold is given up."""
    session.pop(_HOLD, None)


def _is_theirs(email: str) -> bool:
    """Whether somebody is signed in with this address: then it is proven already."""
    account = account_here()
    return account is not None and account.email == email


def _product(shop: Shop, slug: str) -> ProductRevised:
    found = shop.products.get(slug)
    if found is None:
        raise ProblemRaised("not-found")
    if not shop.lets_wait or not found.quotas:
        raise NobodyWaits
    return found


def _to(place: WaitingPlace) -> Response:
    terms = place.terms
    address = url_for(
        "waiting_list.show", shop=terms.shop_slug, place=place.id, code=terms.code or ""
    )
    return redirect(address, 303)


def _stale(shop: Shop) -> tuple[str, int]:
    return render_template("line_confirm.html", shop=shop, form=None, code=""), 410


def _page(
    shop: Shop,
    product: ProductRevised,
    typed: PlaceForm,
    *,
    sent: bool = False,
    complaint: str = "",
) -> str:
    address = url_for("waiting_list.form", shop=shop.slug, product=product.slug)
    languages.read_again_at(address)
    return render_template(
        "line.html",
        shop=shop,
        product=product,
        form=typed,
        sent=sent,
        complaint=complaint,
        letters=parts().send_place_link is not None,
    )
