"""A cart against the ledger: what it amounts to now, and what of it became an order."""

from collections import Counter
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
    wanted = {one.voucher for one in cart.groups if one.voucher is not None}
    found = {one: voucher for one in wanted if (voucher := parts.vouchers.find(one)) is not None}
    return appraise(cart, shops, seats, at=parts.clock(), vouchers=found)


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
    pieces: Counter[str] = Counter()
    for line in order.terms.lines:
        pieces[line.product] += line.quantity
    return cart.ordered(
        order.terms.shop_slug,
        key=order.correlation_id,
        order=order.id,
        quantities=pieces,
    )


def _shop(parts: Parts, slug: str) -> Shop | None:
    try:
        return parts.shops.get(slug)
    except (ShopUnreadable, UnknownShop):
        return None
