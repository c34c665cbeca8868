"""An order that ticket sales place for a customer."""

from collections.abc import Iterable, Mapping
from uuid import UUID, uuid4

from flask import redirect, render_template, request, url_for
from msgspec.json import encode
from werkzeug.wrappers import Response

from ledger.kernel.refusals import CustomerInvalid, Refusal
from ledger.order.commands import Wanted
from ledger.order.order import Order
from ledger.order.stamps import Customer
from ledger.shop.shop import Shop
from ledger.shop.stamps import ProductRevised
from ledger.staff.role import Role
from web.actions.place import place_for_customer
from web.admin.guard import back_office, current_staff, needs
from web.admin.order import order_here
from web.admin.priced import priced_form, shown_again
from web.admin.words import why
from web.http.current import parts
from web.http.problems import ProblemRaised
from web.http.rate_limit import slow_down
from web.i18n.format import told_in
from web.i18n.gettext import _
from web.i18n.languages import current, known
from web.i18n.refusals import of_lines
from web.pages.forms import PressForm

pages = back_office("place_order", __name__)
_LINE = 200
NAMES = {"en": "English", "fi": "suomi", "sv": "svenska"}


@pages.get("/shops/<shop>/orders/new")
@needs(Role.STAFF)
def form(shop: str) -> str:
    """Every product of today, on sale or not; for whoever placed another order, if one is named."""
    begun = {"key": str(uuid4()), "language": current()}
    asked = request.args.get("like", "")
    return _page(_shop(shop), {**begun, **(_like(asked) if asked else {})})


@pages.post("/shops/<shop>/orders/new")
@needs(Role.STAFF)
def place(shop: str) -> str | Response | tuple[str, int]:
    """Place it, then see it. It is to be paid unless it costs nothing."""
    slow_down("staff-action", limit=120)
    found = _shop(shop)
    typed = {name: value[:_LINE].strip() for name, value in request.form.items()}
    wanted, key = wanted_of(found.products, typed), _key(typed)
    if wanted is None:
        return _page(found, typed, complaint=_("Enter how many of each, as a number.")), 422
    if not wanted:
        return _page(found, typed, complaint=_("Choose at least one ticket.")), 422
    priced = priced_form(found, wanted, typed)
    if again := shown_again(priced, typed, key):
        return _page(found, typed, complaint=again[0]), again[1]
    who = Customer(
        **{name: typed.get(name, "") for name in ("first_name", "last_name", "email", "phone")}
    )
    try:
        order = place_for_customer(
            parts(),
            found.slug,
            key=key,
            actor=current_staff().actor,
            lines=wanted,
            customer=who,
            language=typed.get("language", "en"),
            content=encode({name: typed[name] for name in sorted(typed) if name != "csrf_token"}),
            code=priced.code,
            shown=priced.total if priced.code else None,
        )
    except CustomerInvalid as refusal:
        return _page(found, typed, complaint=why(refusal)), 422
    except Refusal as refusal:
        return _page(found, typed, complaint=of_lines(refusal, found) or why(refusal)), 409
    return redirect(url_for("order_admin.page", order=order.id, done="placed"), 303)


def _like(order: str) -> Mapping[str, str]:
    """Who placed an order, as this form has it. Raises problems, also for other shops' orders."""
    found = order_here(order, Role.STAFF)
    if found.erased or found.anonymous:
        return {}
    who = found.terms.customer
    assert who is not None, "only of who was erased nothing is known"
    return {
        "first_name": who.first_name,
        "last_name": who.last_name,
        "email": who.email,
        "phone": who.phone,
        "language": found.terms.language,
    }


def _shop(slug: str) -> Shop:
    found = parts().shops.get(slug)
    told_in(found.terms.timezone)
    return found


def _key(typed: Mapping[str, str]) -> UUID:
    try:
        return UUID(typed.get("key", ""))
    except ValueError:
        raise ProblemRaised("csrf") from None


def products_here(order: Order) -> Mapping[str, ProductRevised]:
    """What can be ordered instead of what an order has: all that its shop has today."""
    return parts().shops.get(order.terms.shop_slug).products


def wanted_of(products: Iterable[str], typed: Mapping[str, str]) -> list[Wanted] | None:
    """How many of each product; None where something is no number."""
    wanted = []
    for slug in products:
        word = typed.get(f"many-{slug}", "") or "0"
        if not (word.isascii() and word.isdecimal()) or len(word) > 4:
            return None
        if int(word):
            wanted.append(Wanted(product=slug, quantity=int(word)))
    return wanted


def _page(shop: Shop, typed: Mapping[str, str], *, complaint: str = "") -> str:
    return render_template(
        "admin/place_order.html",
        shop_here=shop,
        typed=typed,
        complaint=complaint,
        priced=priced_form(shop, wanted_of(shop.products, typed) or (), typed),
        language_pairs=[(code, NAMES[code]) for code in known() if code in NAMES],
        form=PressForm(),
    )
