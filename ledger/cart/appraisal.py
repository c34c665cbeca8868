"""What a cart amounts to against its shops as they are now. Page, JSON and checkout ask here."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from ledger.cart.cart import Cart, CartGroup, CartLine
from ledger.kernel.money import Money, total, zero
from ledger.kernel.refusals import Refusal
from ledger.payments.capabilities import hindrance
from ledger.shop.shop import SeatTotals, Shop, free_seats
from ledger.shop.stamps import ProductRevised
from ledger.vouchers.decide import pieces_covered, usable
from ledger.vouchers.reduction import Offered, reduced
from ledger.vouchers.voucher import Voucher


class Obstacle(StrEnum):
    """Why something of a cart cannot be ordered as it stands."""

    SOLD_OUT = "sold_out"
    TOO_FEW = "too_few"
    TOO_MANY = "too_many"
    NOT_ON_SALE = "not_on_sale"
    SHOP_AWAY = "shop_away"
    AMOUNT = "amount"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppraisedLine:
    """A line as it would be ordered now. `product` None is not sold here any more.

    `free`: how many of it could still be had, if fewer than are wanted.
    """

    line: CartLine
    product: ProductRevised | None
    obstacle: Obstacle | None = None
    free: int = 0

    @property
    def unit_price(self) -> Money:
        """What one piece costs now; of what is not sold any more, what it cost."""
        return self.product.price if self.product else self.line.price

    @property
    def price(self) -> Money:
        """What all pieces cost now."""
        return self.unit_price * self.line.quantity

    @property
    def price_changed(self) -> bool:
        """Whether it costs something else than was shown last."""
        return self.unit_price != self.line.price


@dataclass(frozen=True, slots=True, kw_only=True)
class AppraisedGroup:
    """What would be one order. `shop` None cannot be read or is gone.

    `total` is the sum of the lines that can be ordered, less what its voucher takes off; None where
    there is no shop. `voucher_refused` says why a voucher that was put in takes off nothing.
    """

    group: CartGroup
    shop: Shop | None
    lines: tuple[AppraisedLine, ...]
    total: Money | None
    obstacle: Obstacle | None = None
    reduction: Money | None = None
    voucher_refused: Refusal | None = None

    @property
    def orderable(self) -> bool:
        """Whether all of it can be ordered, as things stand."""
        return self.obstacle is None and all(one.obstacle is None for one in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Appraisal:
    """A whole cart. `totals` has one sum for each currency: currencies are never added up."""

    groups: tuple[AppraisedGroup, ...]
    totals: tuple[Money, ...]
    count: int

    def group(self, shop: str) -> AppraisedGroup | None:
        """What is to be bought of a shop."""
        return next((one for one in self.groups if one.group.shop == shop), None)


def quotas_of(shops: Iterable[Shop | None]) -> Sequence[UUID]:
    """Every quota that products of these shops take from, and the lines for them, each once."""
    return list(frozenset[UUID]().union(*(one.counted for one in shops if one)))


def appraise(
    cart: Cart,
    shops: Mapping[str, Shop | None],
    seats: SeatTotals,
    *,
    at: datetime,
    vouchers: Mapping[UUID, Voucher] = MappingProxyType({}),
) -> Appraisal:
    """The cart at a moment; `shops` by slug, None for one that cannot be read."""
    groups = tuple(
        _with_voucher(_group(one, shops.get(one.shop), seats, at), vouchers, at)
        for one in cart.groups
    )
    sums: dict[str, Money] = {}
    for money in (one.total for one in groups if one.total is not None):
        known = sums.get(money.currency)
        sums[money.currency] = known + money if known else money
    return Appraisal(groups=groups, totals=tuple(sums.values()), count=cart.count)


def _group(group: CartGroup, shop: Shop | None, seats: SeatTotals, at: datetime) -> AppraisedGroup:
    if shop is None:
        away = Obstacle.SHOP_AWAY
        lines = tuple(AppraisedLine(line=one, product=None, obstacle=away) for one in group.lines)
        return AppraisedGroup(group=group, shop=None, lines=lines, total=None, obstacle=away)
    lines = tuple(_lines(group, shop, shop.in_open_sale(seats), at))
    good = [one.price for one in lines if one.obstacle is None]
    price = total(good, shop.terms.currency)
    refused = bool(price) and bool(hindrance(shop.terms.provider, price))
    return AppraisedGroup(
        group=group,
        shop=shop,
        lines=lines,
        total=price,
        obstacle=Obstacle.AMOUNT if refused else None,
    )


def _with_voucher(
    group: AppraisedGroup, vouchers: Mapping[UUID, Voucher], at: datetime
) -> AppraisedGroup:
    """The group with what its voucher takes off just now, as placing the order would have it."""
    wanted, shop = group.group.voucher, group.shop
    if wanted is None or shop is None:
        return group
    assert group.total is not None, "a shop that can be read has a sum"
    good = [one for one in group.lines if one.obstacle is None]
    offered = [
        Offered(product=one.line.product, price=one.unit_price, quantity=one.line.quantity)
        for one in good
    ]
    try:
        voucher = usable(vouchers.get(wanted), shop.id, at)
        many = pieces_covered(voucher, offered)
    except Refusal as refusal:
        return replace(group, voucher_refused=refusal)
    effect, less = voucher.terms.effect, zero(group.total.currency)
    for one, pieces in zip(offered, many, strict=True):
        less += (one.price - reduced(one.price, effect)) * pieces
    left = group.total - less
    refused = bool(left) and bool(hindrance(shop.terms.provider, left))
    return replace(group, total=left, reduction=less, obstacle=Obstacle.AMOUNT if refused else None)


def _lines(
    group: CartGroup, shop: Shop, seats: SeatTotals, at: datetime
) -> Iterator[AppraisedLine]:
    """One after the other: lines that take from one quota take it from each other, too."""
    on_sale = {one.slug for one in shop.on_sale(at)}
    taken: Counter[UUID] = Counter()
    for line in group.lines:
        product = shop.products.get(line.product)
        if product is None or product.slug not in on_sale:
            yield AppraisedLine(line=line, product=product, obstacle=Obstacle.NOT_ON_SALE)
            continue
        quotas = shop.quota_ids(product)
        left = min((free_seats(seats, one) - taken[one] for one in quotas), default=None)
        obstacle = _obstacle(line.quantity, left, product.max_per_order)
        if obstacle is None:
            taken.update(dict.fromkeys(quotas, line.quantity))
        free = max(product.max_per_order if left is None else left, 0)
        yield AppraisedLine(line=line, product=product, obstacle=obstacle, free=free)


def _obstacle(wanted: int, left: int | None, most: int) -> Obstacle | None:
    """`left` None is without limit."""
    if left is not None and left <= 0:
        return Obstacle.SOLD_OUT
    if wanted > most:
        return Obstacle.TOO_MANY
    return Obstacle.TOO_FEW if left is not None and wanted > left else None
