"""The cart: what somebody means to buy of all shops, and the way through them one by one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from uuid import UUID, uuid4

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ledger.cart.appraisal import Appraisal
from ledger.cart.cart import Cart, CartLine
from ledger.kernel.money import Money
from ledger.kernel.refusals import CartFull, Refusal, UnknownOrder, UnknownProduct
from ledger.order.order import Order
from ledger.shop.shop import Shop
from web.actions.cart import appraised, without_ordered
from web.actions.vouchers import usable_now
from web.http.addresses import now
from web.http.current import parts
from web.http.problems import of_refusal
from web.http.rate_limit import pressed_too_often, slow_down
from web.http.visitor_cart import cart_beside, change_cart, visitor_cart
from web.i18n import languages
from web.i18n.format import local
from web.i18n.gettext import _
from web.i18n.refusals import of_group, of_line, of_price
from web.i18n.voucher_words import of_voucher
from web.pages.forms import CartForm, PressForm
from web.pages.order_headline import Standing, standing
from web.pages.shop import PREFIX, catalogue_page, entered, quantities

pages = Blueprint("cart", __name__)
SHOWN = "price."
PRESSES = 120
# Of codes, a minute: enough for whoever mistypes one, too few for whoever guesses.
TRIES = 20
NOTHING: Mapping[str, tuple[str, str]] = MappingProxyType({})
# Long enough to go through several shops, pay in each, and look once more.
_LATELY, _MOST = timedelta(hours=24), 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """A part of the cart that became an order, and how that order stands."""

    order: Order
    standing: Standing


@pages.get("/cart", defaults={"shop": None})
@pages.get("/<shop>/cart")
def show(shop: str | None) -> str:
    """All of it, grouped by shop; within a shop under that shop's name."""
    return _cart_page(entered(shop) if shop else None)


def _cart_page(here: Shop | None, *, mistyped: Mapping[str, tuple[str, str]] = NOTHING) -> str:
    """`mistyped` are codes that were not taken, and why, by the shop that they were typed for."""
    cart = settled_cart()
    return render_template(
        "cart.html",
        shop=here,
        mistyped=mistyped,
        of_voucher=lambda refusal: of_voucher(refusal, now()),
        cart=appraised(parts(), cart),
        ordered=ordered_lately(cart),
        added="added" in request.args,
        form=PressForm(),
        why_not=of_line,
        why_none=of_group,
        other_price=of_price,
        shown=SHOWN,
        prefix=PREFIX,
    )


@pages.post("/<shop>/cart")
def add(shop: str) -> Response | tuple[str, int]:
    """Put what was chosen into the cart, then see other: the cart, or the checkout."""
    too_often = pressed_too_often("cart", limit=PRESSES)
    open_shop, chosen, sent = entered(shop), quantities(), CartForm()
    if too_often:
        sentence = _("Please wait a minute, then press again. Nothing is lost.")
        return _again(open_shop, sentence), 429
    if not sent.is_ours():
        sentence = _("The page was open for a long time. Please press once more.")
        return _again(open_shop, sentence), 400
    onward = _onward(shop)
    if not chosen:
        held = visitor_cart().group(shop)
        return onward if held else redirect(url_for("shop.catalogue", shop=shop, nothing=1), 303)
    lines = _chosen(open_shop, chosen)
    press = sent.press(f"{shop} {sorted(chosen.items())}")
    try:
        change_cart(lambda cart: cart.add(shop, lines, key=uuid4(), pressed=press))
    except CartFull as full:
        sentence = _("A cart holds at most %(num)d different products.", num=full.most)
        return _again(open_shop, sentence), 422
    return onward


@pages.post("/<shop>/cart/lines")
def change(shop: str) -> Response:
    """Other quantities, then see other: the cart, or the checkout.

    Works for a shop that cannot be shown, too: what is in the cart can always be taken out.
    """
    slow_down("cart", limit=PRESSES)
    wanted, seen = _wanted(), _seen(shop)
    change_cart(lambda cart: cart.set(shop, wanted, key=uuid4(), seen=seen))
    if request.form.get("then") == "checkout":
        return redirect(url_for("checkout.form", shop=shop), 303)
    here = request.form.get("here", "")
    known = here if here in parts().shops.slugs() else None
    return redirect(url_for("cart.show", shop=known), 303)


@pages.post("/<shop>/cart/voucher")
def voucher(shop: str) -> Response | tuple[str, int]:
    """A code for what the cart holds of a shop, or none any more; then see other: the cart."""
    slow_down("voucher", limit=TRIES)
    open_shop = entered(shop)
    word = request.form.get("here", "")
    here = word if word in parts().shops.slugs() else None
    back = redirect(url_for("cart.show", shop=here), 303)
    if "remove" in request.form:
        change_cart(lambda cart: cart.with_voucher(shop, None, key=uuid4()))
        return back
    typed = request.form.get("code", "").strip()
    group = visitor_cart().group(shop)
    if not typed or group is None:
        return back
    try:
        found = usable_now(parts(), open_shop, typed)
        looked = appraised(parts(), visitor_cart().with_voucher(shop, found.id, key=group.key))
        if (seen := looked.group(shop)) and seen.voucher_refused is not None:
            raise seen.voucher_refused
    except Refusal as refusal:
        languages.read_again_at(url_for("cart.show", shop=here))
        why = of_voucher(refusal, now()) or of_refusal(refusal).detail
        told = _cart_page(entered(here) if here else None, mistyped={shop: (typed, why)})
        return told, of_refusal(refusal).status
    change_cart(lambda cart: cart.with_voucher(shop, found.id, key=uuid4()))
    return back


def _onward(shop: str) -> Response:
    if request.form.get("then") == "checkout":
        return redirect(url_for("checkout.form", shop=shop), 303)
    return redirect(url_for("cart.show", shop=shop, added=1), 303)


def _again(shop: Shop, complaint: str) -> str:
    """The shop's page with what was chosen still there."""
    languages.read_again_at(url_for("shop.catalogue", shop=shop.slug))
    return catalogue_page(shop, complaint=complaint)


def _chosen(shop: Shop, chosen: Mapping[str, int]) -> list[CartLine]:
    """What was chosen, with the prices that the page showed. Raises `UnknownProduct`."""
    if any(one not in shop.products for one in chosen):
        shop = parts().shops.newest(shop.slug)
    for one in chosen:
        if one not in shop.products:
            raise UnknownProduct(one)
    shown = _prices(shop.terms.currency)
    return [
        CartLine(
            product=one,
            title=local(shop.products[one].title),
            quantity=many,
            price=shown.get(one, shop.products[one].price),
        )
        for one, many in chosen.items()
    ]


def _wanted() -> dict[str, int]:
    """Quantities by product; nought takes one out, and what is no number changes nothing."""
    typed = {
        name.removeprefix(PREFIX): int(value or 0)
        for name, value in request.form.items()
        if name.startswith(PREFIX) and len(value) < 6 and (not value or value.isdecimal())
        if value.isascii()
    }
    gone = request.form.get("remove")
    return {**typed, gone: 0} if gone else typed


def _seen(shop: str) -> Mapping[str, Money]:
    """The prices that the page showed, in the currency that the shop has."""
    found = appraised(parts(), visitor_cart()).group(shop)
    return _prices(found.shop.terms.currency) if found and found.shop else {}


def _prices(currency: str) -> Mapping[str, Money]:
    return {
        name.removeprefix(SHOWN): Money(int(value), currency)
        for name, value in request.form.items()
        if name.startswith(SHOWN) and value.isascii() and value.isdecimal() and len(value) < 19
    }


def settled_cart() -> Cart:
    """The visitor's cart, without what was ordered from it while nobody could write that down."""
    cart = visitor_cart()
    if without_ordered(parts(), cart) == cart:
        return cart
    return change_cart(lambda one: without_ordered(parts(), one))


def ordered_lately(cart: Cart) -> list[Ordered]:
    """What was ordered from the cart within a day, the first first."""
    orders = [_order(one.order) for one in cart.orders[-_MOST:]]
    since = now() - _LATELY
    return [
        Ordered(order=one, standing=standing(one))
        for one in orders
        if one is not None and one.placed_at is not None and one.placed_at >= since
    ]


def _order(id: UUID) -> Order | None:
    try:
        return parts().orders.get(id)
    except UnknownOrder:
        return None


def rest_of_cart(order: Order) -> Appraisal | None:
    """What is still in the cart that this order came from; None if nothing is, or it did not."""
    cart = cart_beside()
    if not cart.groups or all(one.order != order.id for one in cart.orders):
        return None
    return appraised(parts(), cart)
