"""One product of a shop: as it is sold, as it was, and what can be changed of it."""

from collections.abc import Mapping
from dataclasses import replace

from flask import render_template, request, url_for

from adapters.shop_file.edit import ShopTree, tree_of
from adapters.shop_file.strict_yaml import Place
from ledger.kernel.money import zero
from ledger.shop.shop import ProductSpec, Shop, ShopSpec, as_spec, spec_of
from ledger.staff.role import Role
from web.admin.catalogue import (
    READERS,
    last_of,
    pieces_of,
    revisions_of,
    shop_known,
    title_of,
)
from web.admin.guard import back_office, current_staff, needs
from web.admin.shop_edit import Answer, ShopPage, shop_form, shop_press
from web.admin.shop_fields import TONGUES
from web.admin.shop_sections import PRODUCT, SLUG
from web.http.current import parts
from web.i18n.gettext import _

pages = back_office("shop_product", __name__)


@pages.get("/shops/<shop>/products/new")
@needs(Role.ADMIN)
def new(shop: str) -> str:
    """A product to begin with."""
    return shop_form(_new_page(shop_known(shop)))


@pages.post("/shops/<shop>/products/new")
@needs(Role.ADMIN)
def add(shop: str) -> Answer:
    """It is sold from here on, behind all others."""
    return shop_press(_new_page(shop_known(shop)))


@pages.get("/shops/<shop>/products/<product>")
@needs(*READERS)
def page(shop: str, product: str) -> str:
    """The product with all of its revisions; who may change it finds a form."""
    found = shop_known(shop)
    if not current_staff().may(shop=shop):
        return _read_only(found, product)
    return shop_form(_page(found, product))


@pages.post("/shops/<shop>/products/<product>")
@needs(Role.ADMIN)
def press(shop: str, product: str) -> Answer:
    """It is sold like this from here on; one that is off sale is on sale again."""
    return shop_press(_page(shop_known(shop), product))


@pages.get("/shops/<shop>/products/<product>/withdraw")
@needs(Role.ADMIN)
def ask(shop: str, product: str) -> str:
    """Whether it is to go."""
    return shop_form(_without(shop_known(shop), product))


@pages.post("/shops/<shop>/products/<product>/withdraw")
@needs(Role.ADMIN)
def withdraw(shop: str, product: str) -> Answer:
    """Deleted, if it was never sold; else off sale."""
    return shop_press(_without(shop_known(shop), product))


def _new_page(shop: Shop) -> ShopPage:
    def begin(tree: ShopTree, typed: Mapping[str, str]) -> Place:
        return "products", tree.add()

    return ShopPage(
        shop=shop,
        title=_("New product"),
        over=_("Catalogue"),
        back=url_for("catalogue.listed", shop=shop.slug),
        fields=(SLUG, *PRODUCT),
        at=lambda tree: None,
        begin=begin,
        usual=_usual(shop),
        more=_choices(shop),
    )


def _usual(shop: Shop) -> Mapping[str, str]:
    """What a new product's fields say before anybody types: as the shop's others have it."""
    others = spec_of(shop).products
    usual = {"tickets": "1", "max_per_order": "10", "vat_percent": "0", "unlimited": "false"}
    return usual | ({"vat_percent": others[-1].vat_percent} if others else {})


def _page(shop: Shop, slug: str) -> ShopPage:
    known = last_of(shop, slug)
    on_sale = slug in shop.products
    pieces = pieces_of(parts().views.count_pieces(shop.slug), slug)
    base = None if on_sale else _with(shop, as_spec(known))
    return ShopPage(
        shop=shop,
        title=title_of(known),
        over=_("Catalogue"),
        back=url_for("catalogue.listed", shop=shop.slug),
        note="" if on_sale else _("It is off sale. Press below to sell it again, as it says here."),
        fields=PRODUCT,
        at=lambda tree: _place(tree, slug),
        base=base,
        template="admin/product.html",
        more={
            **_choices(shop),
            "product": known,
            "on_sale": on_sale,
            "pieces_sold": pieces,
            "revisions": revisions_of(shop, slug),
            "counts": {
                one.revision: one
                for one in parts().views.count_pieces(shop.slug)
                if one.product == slug
            },
        },
    )


def _with(shop: Shop, product: ProductSpec) -> ShopSpec:
    """The shop with a product that is off sale behind all others, at a price of its currency."""
    spec = spec_of(shop)
    if product.price.currency != spec.preferences.currency:
        product = replace(product, price=zero(spec.preferences.currency))
    there = tuple(one for one in product.quotas if one in spec.quotas)
    return replace(spec, products=(*spec.products, replace(product, quotas=there)))


def _place(tree: ShopTree, slug: str) -> Place | None:
    slugs = tree.slugs()
    return ("products", slugs.index(slug)) if slug in slugs else None


def _choices(shop: Shop) -> Mapping[str, object]:
    return {"quota_names": [*shop.quotas]}


def _without(shop: Shop, slug: str) -> ShopPage:
    known = last_of(shop, slug)
    sold = pieces_of(parts().views.count_pieces(shop.slug), slug).ordered
    return ShopPage(
        shop=shop,
        title=_("Take “%(product)s” off sale", product=title_of(known))
        if sold
        else _("Delete “%(product)s”", product=title_of(known)),
        lead=_("It was sold: its orders, tickets and revisions stay. It can be sold again.")
        if sold
        else _("It was never sold: nothing is left of it but its stamps."),
        over=title_of(known),
        back=url_for("shop_product.page", shop=shop.slug, product=slug),
        done=url_for("catalogue.listed", shop=shop.slug, done=1),
        wanted=lambda spec: replace(
            spec, products=tuple(one for one in spec.products if one.slug != slug)
        ),
        danger=True,
    )


def _read_only(shop: Shop, slug: str) -> str:
    known = last_of(shop, slug)
    counts = parts().views.count_pieces(shop.slug)
    shown = tree_of(_with(shop, as_spec(known)) if slug not in shop.products else spec_of(shop))
    place = _place(shown, slug) or ()
    return render_template(
        "admin/product_read.html",
        shop_of=shop,
        product=known,
        title=title_of(known),
        on_sale=slug in shop.products,
        pieces_sold=pieces_of(counts, slug),
        revisions=revisions_of(shop, slug),
        counts={one.revision: one for one in counts if one.product == slug},
        facts_of=[
            (one.label, text)
            for one in PRODUCT
            for text in one.shown(shown, place).values()
            if text and one.kind in ("price", "percent", "whole", "moment", "quotas", "words")
        ],
        tongues=TONGUES,
        done=bool(request.args.get("done")),
    )
