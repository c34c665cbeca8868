"""A cart: what a browser means to buy, of several shops. It holds no seats and names nobody."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Self
from uuid import UUID, uuid5

from msgspec import Struct
from msgspec.structs import replace

from ledger.kernel.money import Money
from ledger.kernel.refusals import CartFull
from ledger.shop.limits import PIECES_PER_ORDER

# How long a cart is kept that nobody changes, by the browser and by us.
KEPT = timedelta(days=90)
# A cart is kept for whoever asks, so there is an end to what one may hold.
LINES = 50
ORDERS = 20


class CartLine(Struct, frozen=True, kw_only=True):
    """A product of one shop and how many of it.

    `price` is what one piece cost when it was shown last, `title` as it was told then.
    """

    product: str
    title: str
    quantity: int
    price: Money


class CartGroup(Struct, frozen=True, kw_only=True):
    """What is to be bought of one shop: one order, under `key`.

    Whatever changes the lines brings another key, so the same lines are never ordered twice.
    `voucher` is the stream of a voucher that it is to be ordered with: nobody reads a code here.
    """

    shop: str
    key: UUID
    lines: tuple[CartLine, ...]
    voucher: UUID | None = None


class CartOrder(Struct, frozen=True, kw_only=True):
    """A group that became an order."""

    shop: str
    key: UUID
    order: UUID


class Cart(Struct, frozen=True, kw_only=True):
    """Groups in the order in which they were begun; and what was ordered from here lately.

    `pressed` names the last press that added something: the same press again adds nothing.
    """

    groups: tuple[CartGroup, ...] = ()
    orders: tuple[CartOrder, ...] = ()
    pressed: str = ""

    @property
    def count(self) -> int:
        """How many pieces it holds."""
        return sum(line.quantity for group in self.groups for line in group.lines)

    def group(self, shop: str) -> CartGroup | None:
        """What it holds of a shop."""
        return next((one for one in self.groups if one.shop == shop), None)

    def add(self, shop: str, lines: Sequence[CartLine], *, key: UUID, pressed: str = "") -> Self:
        """The cart with more of a shop's products. Raises `CartFull`."""
        if pressed and pressed == self.pressed:
            return self
        group = self.group(shop)
        held = {one.product: one for one in group.lines} if group else {}
        for line in lines:
            before = held.get(line.product)
            many = line.quantity + (before.quantity if before else 0)
            held[line.product] = replace(line, quantity=_bounded(many))
        return replace(self._with(shop, tuple(held.values()), key), pressed=pressed)

    def set(
        self,
        shop: str,
        quantities: Mapping[str, int],
        *,
        key: UUID,
        seen: Mapping[str, Money] | None = None,
    ) -> Self:
        """The cart with other quantities of what it holds of a shop; nought takes a product out.

        `seen` are prices that the page showed: whoever changes something has read them.
        """
        group = self.group(shop)
        if group is None:
            return self
        changed = (
            replace(
                one,
                quantity=_bounded(quantities.get(one.product, one.quantity)),
                price=(seen or {}).get(one.product, one.price),
            )
            for one in group.lines
        )
        lines = tuple(one for one in changed if one.quantity > 0)
        same = {one.product: one.quantity for one in lines} == {
            one.product: one.quantity for one in group.lines
        }
        return self._with(shop, lines, group.key if same else key)

    def with_voucher(self, shop: str, voucher: UUID | None, *, key: UUID) -> Self:
        """The cart with a voucher for what it holds of a shop; None takes it out."""
        groups = (
            replace(one, voucher=voucher, key=key)
            if one.shop == shop and one.voucher != voucher
            else one
            for one in self.groups
        )
        return replace(self, groups=tuple(groups))

    def ordered(self, shop: str, *, key: UUID, order: UUID, quantities: Mapping[str, int]) -> Self:
        """The cart once these pieces were ordered under a key: they leave it, once.

        What came into the group since then stays, under another key.
        """
        if any(one.key == key for one in self.orders):
            return self
        done = CartOrder(shop=shop, key=key, order=order)
        after = replace(self, orders=(*self.orders, done)[-ORDERS:])
        group = self.group(shop)
        if group is None:
            return after
        left = (
            replace(one, quantity=one.quantity - quantities.get(one.product, 0))
            for one in group.lines
        )
        rest = uuid5(group.key, "left")
        after = after._with(shop, tuple(one for one in left if one.quantity > 0), rest)
        return after.with_voucher(shop, None, key=rest)

    def joined(self, guest: Self, *, key: UUID) -> Self:
        """This cart with that of a guest, who turned out to be its owner.

        What both hold is there once, in the larger number. What has no room is left out.
        """
        after = self
        for group in guest.groups:
            known = after.group(group.shop)
            held = {one.product: one for one in known.lines} if known else {}
            for line in group.lines:
                many = max(line.quantity, held.get(line.product, line).quantity)
                held[line.product] = replace(line, quantity=many)
            lines = tuple(held.values())
            new = uuid5(key, group.shop) if known else group.key
            with suppress(CartFull):
                after = after._with(
                    group.shop, lines, known.key if known and known.lines == lines else new
                )
                if known is None or known.voucher is None:
                    after = after.with_voucher(group.shop, group.voucher, key=new)
        done = {one.key: one for one in (*after.orders, *guest.orders)}
        return replace(after, orders=tuple(done.values())[-ORDERS:])

    def _with(self, shop: str, lines: tuple[CartLine, ...], key: UUID) -> Self:
        """Other lines of one shop, in the group's place; without lines there is no group."""
        before = self.group(shop)
        known = before is not None
        voucher = before.voucher if before else None
        group = CartGroup(shop=shop, key=key, lines=lines, voucher=voucher)
        groups = [group if one.shop == shop else one for one in self.groups]
        groups += [] if known else [group]
        kept = tuple(one for one in groups if one.lines)
        if sum(len(one.lines) for one in kept) > LINES:
            raise CartFull(most=LINES)
        return replace(self, groups=kept)


def _bounded(quantity: int) -> int:
    return max(0, min(quantity, PIECES_PER_ORDER[1]))
