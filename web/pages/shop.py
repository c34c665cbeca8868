"""The shops, and what each sells just now."""

from flask import Blueprint, abort, render_template, request

from ledger.shop.shop import Shop
from web.http.current import parts
from web.i18n.format import told_in
from web.pages import shop_terms
from web.pages.availability import Offer, offers, quotas_of

pages = Blueprint("shop", __name__)
PREFIX = "buy."


@pages.get("/")
def index() -> str:
    """All shops."""
    shops = [parts().shops.get(slug) for slug in parts().shops.slugs()]
    return render_template("shops.html", shops=shops)


@pages.get("/<shop>/")
def catalogue(shop: str) -> str:
    """One shop's products, with a quantity for each."""
    open_shop = entered(shop)
    return render_template(
        "shop.html",
        shop=open_shop,
        offers=offered(open_shop),
        chosen=quantities(),
        nothing="nothing" in request.args,
        cancelling=shop_terms.cancelling,
        paying=shop_terms.paying,
    )


def entered(slug: str) -> Shop:
    """The shop of an address; its page tells dates in its time zone. Raises `UnknownShop`."""
    if "\0" in slug:
        abort(404)
    shop = parts().shops.get(slug)
    told_in(shop.terms.timezone)
    return shop


def offered(shop: Shop) -> list[Offer]:
    """What the shop's page shows just now."""
    return offers(shop, parts().seats(quotas_of(shop)), at=parts().clock())


def quantities() -> dict[str, int]:
    """How many of each product the visitor wants; what is no number counts as none."""
    wanted = {}
    for name, value in request.values.items():
        if name.startswith(PREFIX) and value.isascii() and value.isdigit() and len(value) < 6:
            wanted[name.removeprefix(PREFIX)] = int(value)
    return {product: quantity for product, quantity in wanted.items() if quantity > 0}
