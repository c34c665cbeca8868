"""What a shop sells at this moment."""

from typing import Any

import msgspec
from flask import Blueprint, Response, request

from ledger.cart.appraisal import quotas_of
from ledger.shop.questions import TicketQuestion
from ledger.shop.shop import Shop
from ledger.shop.stamps import ProductRevised
from ledger.shop.texts import text_in
from web.api.bodies import wished_language
from web.http.addresses import now
from web.http.current import parts
from web.http.kept_answers import kept_body, tagged


def hang_up(api: Blueprint) -> None:
    """Put the call at its address."""
    api.get("/shops/<shop>/products")(products)


def products(shop: str) -> Response:
    """On sale now, in the shop's order; `available` is whether every quota has room."""
    found = parts().shops.get(shop)
    language = wished_language(request)
    totals = found.in_open_sale(parts().seats(quotas_of([found])))
    shown = [(one, found.free_of(one, totals) > 0) for one in found.on_sale(now())]
    offered = tuple([(one.slug, available) for one, available in shown])

    def made() -> bytes:
        products = [_product(found, *one, language) for one in shown]
        return msgspec.json.encode({"shop": _shop(found, language), "products": products})

    body = kept_body(("products", found.id, found.version, language, offered), made)
    return tagged(body, mimetype="application/json")


def _shop(shop: Shop, language: str) -> dict[str, Any]:
    change = shop.change
    return {
        "slug": shop.slug,
        "name": text_in(shop.terms.name, language),
        "currency": shop.terms.currency,
        "timezone": shop.terms.timezone,
        "starts_at": shop.terms.starts_at,
        "cancelled": shop.cancelled is not None,
        "notice": text_in(change.stamp.reason, language) if change else "",
    }


def _product(shop: Shop, product: ProductRevised, available: bool, language: str) -> dict[str, Any]:
    return {
        "slug": product.slug,
        "revision": product.revision,
        "title": text_in(product.title, language),
        "description": text_in(product.description, language),
        "price": product.price.amount,
        "currency": product.price.currency,
        "vat_percent": product.vat_percent,
        "tickets": product.tickets,
        "max_per_order": product.max_per_order,
        "available_from": product.available_from,
        "available_until": product.available_until,
        "available": available,
        "waiting_list": not available and shop.lets_wait and bool(product.quotas),
        "questions": [_question(one, language) for one in shop.asks(product.slug).asked],
        "answers_until": shop.asks(product.slug).until,
    }


def _question(one: TicketQuestion, language: str) -> dict[str, Any]:
    return {
        "slug": one.slug,
        "kind": one.kind,
        "label": text_in(one.label, language),
        "needed": one.needed,
        "choices": [
            {"slug": choice.slug, "label": text_in(choice.label, language)}
            for choice in one.choices
        ],
    }
