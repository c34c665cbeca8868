"""Swapping lines of an order: what is wanted instead, at the price that is shown."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ledger.kernel.money import Money, total
from ledger.kernel.refusals import (
    NothingOrdered,
    PersonErased,
    PriceChanged,
    UnknownProduct,
)
from ledger.order.commands import SwapLines, Wanted
from ledger.order.decide import decide
from ledger.order.decisions.place import place
from ledger.order.decisions.swap import placed_under, taken_over
from ledger.order.order import Order
from ledger.order.preview import Preview, preview_of
from ledger.order.service import drafted
from ledger.order.stamps import Pieces
from ledger.shop.shop import Shop
from web.actions.place import wish_of
from web.actions.wish import Wish
from web.wiring.parts import Parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Instead:
    """What of an order goes and what comes for it; `shown` is what that costs, as it was shown."""

    order: Order
    pieces: tuple[Pieces, ...]
    wanted: tuple[Wanted, ...]
    by_hand: bool = False
    shown: Money | None = None


def swap(
    parts: Parts, wish: Wish, instead: Instead, *, reason: str, version: int | None
) -> SwapLines:
    """The wish that it comes to, for whoever has the order, in the same language and account.

    Raises `NothingOrdered`, `UnknownProduct`, `PriceChanged`, `PersonErased`.
    """
    order, customer = instead.order, instead.order.terms.customer
    if customer is None:
        raise PersonErased
    price = price_of(parts.shops.get(order.terms.shop_slug), instead.wanted)
    if instead.shown is not None and instead.shown != price:
        raise PriceChanged(expected_total=instead.shown, total=price)
    under = placed_under(wish["correlation_id"])
    asked = [(one.product, one.quantity) for one in instead.wanted]
    content = repr((order.id, asked, instead.pieces, instead.by_hand, price)).encode()
    placing = wish_of(
        parts,
        under,
        actor=wish["actor"],
        lines=instead.wanted,
        customer=customer,
        language=order.terms.language,
        content=content,
    )
    placing = replace(placing, for_customer=True, expected_total=price, account=order.terms.account)
    return SwapLines(
        **wish,
        reason=reason,
        version=version if version is not None else order.version,
        place=placing,
        pieces=instead.pieces,
        by_hand=instead.by_hand,
    )


def price_of(shop: Shop, wanted: Sequence[Wanted]) -> Money:
    """What these cost today. Raises `NothingOrdered`, `UnknownProduct`."""
    if not wanted:
        raise NothingOrdered
    for one in wanted:
        if one.product not in shop.products:
            raise UnknownProduct(one.product)
    prices = [shop.products[one.product].price * one.quantity for one in wanted]
    return total(prices, shop.terms.currency)


def foreseen(parts: Parts, order: Order, wish: SwapLines) -> Preview | None:
    """How the new order would begin, from its own decider; None where the wish is fulfilled.

    Raises what either decision raises.
    """
    before = taken_over(order, decide(wish, order))
    if before is None:
        return None
    placing = replace(wish.place, taken_over=before)
    stamps = place(placing, parts.shops.get(order.terms.shop_slug))
    drafts = [drafted(one, placing.order, placing) for one in stamps]
    return preview_of(Order(id=placing.order), drafts, wish.at)
