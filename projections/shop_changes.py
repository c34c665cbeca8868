"""Shops that were cancelled or moved, and what that means, or came to, for each of their orders."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ledger.kernel.money import Money, total
from ledger.order.decisions.shop_change import by_hand, fate, to_refund
from ledger.order.order import Order
from ledger.order.refund import OWED_BY_SHOP, Refund
from ledger.order.stamps import Cause
from ledger.payments.provider import newest
from ledger.shop.shop import Shop
from projections.engine.projection import OF_LETTERS, Projection, column


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopChangeRow:
    """What the orders of a shop have to follow: `kind` is cancelled or moved."""

    stream: UUID
    kind: str
    starts_at: datetime


def shop_changes(shop: Shop) -> Sequence[ShopChangeRow]:
    """One row, once the shop was cancelled or moved."""
    if shop.change is None or shop.preferences is None:
        return ()
    kind = "cancelled" if shop.cancelled else "moved"
    return (ShopChangeRow(stream=shop.id, kind=kind, starts_at=shop.terms.starts_at),)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopOrder:
    """An order under its shop. Amounts in minor units: what goes back through providers, by hand.

    `fate` is what a cancellation of the shop means for it, `outcome` what the last change came to,
    empty while none has.
    """

    stream: UUID
    shop: UUID
    provider: str
    fate: str
    outcome: str
    currency: str
    refund: int
    by_hand: int
    alive: bool
    starts_at: datetime


def shop_orders(order: Order) -> Sequence[ShopOrder]:
    """One row, as soon as the order was placed."""
    if order.placed is None:
        return ()
    attempt = newest(order)
    row = ShopOrder(
        stream=order.id,
        shop=order.placed.shop,
        provider=attempt.provider if attempt else "",
        fate=str(fate(order)),
        outcome=_outcome(order),
        currency=order.currency,
        refund=column((_asked(order) or to_refund(order)).amount),
        by_hand=column(by_hand(order).amount),
        alive=order.alive,
        starts_at=order.starts_at,
    )
    return (row,)


def _refunds(order: Order) -> Sequence[Refund]:
    asked = (one for one in order.refunds.values() if one.request is not None)
    return [one for one in asked if one.request and one.request.cause in OWED_BY_SHOP]


def _asked(order: Order) -> Money:
    amounts = [one.request.amount for one in _refunds(order) if one.request]
    return total(amounts, order.currency)


def _outcome(order: Order) -> str:
    if order.cancelled_cause not in OWED_BY_SHOP or order.alive:
        return _moved(order)
    refunds = _refunds(order)
    if any(one.was_refused or one.failed_late for one in refunds):
        return "refund refused"
    if any(one.unanswered for one in refunds):
        return "refund asked"
    if by_hand(order):
        return "to return by hand"
    if refunds:
        return "refund accepted"
    chosen = order.cancelled_cause is Cause.SHOP_MOVED
    return "money back chosen" if chosen else "cancelled"


def _moved(order: Order) -> str:
    if order.move is None or not order.alive:
        return ""
    return "kept" if order.move.accepted else "told"


SHOP_CHANGES = Projection(
    name="shop_changes", version=1, row=ShopChangeRow, key=(), rows={Shop: shop_changes}
)
SHOP_ORDERS = Projection(
    name="shop_orders",
    version=1,
    row=ShopOrder,
    key=(),
    rows={Order: shop_orders},
    still=OF_LETTERS,
)
