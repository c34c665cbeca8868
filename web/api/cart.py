"""The cart of the browser that asks, as a summary. It is filled on the pages."""

from typing import Any

from flask import Blueprint, Response, request

from ledger.cart.appraisal import AppraisedGroup, AppraisedLine
from ledger.order.status import status
from ledger.shop.texts import text_in
from web.actions.cart import appraised
from web.api.bodies import as_json, wished_language
from web.http.current import parts
from web.pages.cart import Ordered, ordered_lately, settled_cart


def hang_up(api: Blueprint) -> None:
    """Put the call at its address."""
    api.get("/cart")(summary)


def summary() -> Response:
    """What is in it now, grouped by shop: no seats are held for it."""
    cart, language = settled_cart(), wished_language(request)
    seen = appraised(parts(), cart)
    answer = {
        "count": seen.count,
        "holds_seats": False,
        "groups": [_group(one, language) for one in seen.groups],
        "totals": [{"amount": one.amount, "currency": one.currency} for one in seen.totals],
        "ordered": [_ordered(one) for one in ordered_lately(cart)],
    }
    return as_json(answer)


def _group(group: AppraisedGroup, language: str) -> dict[str, Any]:
    shop = group.shop
    return {
        "shop": group.group.shop,
        "name": text_in(shop.terms.name, language) if shop else None,
        "orderable": group.orderable,
        "obstacle": group.obstacle,
        "count": sum(one.line.quantity for one in group.lines),
        "reduction": group.reduction.amount if group.reduction is not None else None,
        "total": group.total.amount if group.total is not None else None,
        "currency": group.total.currency if group.total is not None else None,
        "lines": [_line(one, language) for one in group.lines],
    }


def _line(line: AppraisedLine, language: str) -> dict[str, Any]:
    product = line.product
    return {
        "product": line.line.product,
        "title": text_in(product.title, language) if product else line.line.title,
        "quantity": line.line.quantity,
        "unit_price": line.unit_price.amount,
        "shown_price": line.line.price.amount,
        "price": line.price.amount,
        "currency": line.unit_price.currency,
        "price_changed": line.price_changed,
        "obstacle": line.obstacle,
    }


def _ordered(one: Ordered) -> dict[str, Any]:
    order = one.order
    return {
        "shop": order.terms.shop_slug,
        "order": order.id,
        "number": order.number,
        "status": status(order),
        "total": order.due.amount,
        "currency": order.currency,
    }
