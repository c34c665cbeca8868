"""A cart against the ledger: what it amounts to now, and what of it became an order."""

from collections.abc import Mapping

from ledger.cart.appraisal import Appraisal, appraise, quotas_of
from ledger.cart.cart import Cart
from ledger.kernel.refusals import ShopUnreadable, UnknownShop
from ledger.order.order import Order
from ledger.shop.shop import Shop
from web.wiring.parts import Parts


def appraised(parts: Parts, cart: Cart) -> Appraisal:
    """What a cart amounts to as its shops are now."""
    shops: Mapping[str, Shop | None] = {one.shop: _shop(parts, one.shop) for one in cart.groups}
    quotas = quotas_of(shops.values())
    seats = parts.seats(quotas) if quotas else {}
    return appraise(cart, shops, seats, at=parts.clock())


def without_ordered(parts: Parts, cart: Cart) -> Cart:
    """The cart without groups that were ordered, should nobody have taken them out then."""
    for group in cart.groups:
        order = parts.orders.placed_under(group.key)
        if order is not None:
            cart = after_order(cart, order)
    return cart


def after_order(cart: Cart, order: Order) -> Cart:
    """The cart once this order was placed from it; the same order again changes nothing."""
    assert order.correlation_id is not None, "only asked of an order that was placed"
    return cart.ordered(
        order.terms.shop_slug,
        key=order.correlation_id,
        order=order.id,
        quantities={one.product: one.quantity for one in order.terms.lines},
    )


def _shop(parts: Parts, slug: str) -> Shop | None:
    try:
        return parts.shops.get(slug)
    except (ShopUnreadable, UnknownShop):
        return None
