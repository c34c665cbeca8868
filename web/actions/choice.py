"""What was chosen, before it is an order's line, at the price that a voucher gives it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ledger.kernel.money import Money, total
from ledger.shop.shop import Shop
from ledger.shop.stamps import ProductRevised
from ledger.vouchers.reduction import Offered, reduced
from web.actions.vouchers import covered_now
from web.wiring.parts import Parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A product and how many of it.

    `reduced` is what a piece costs with a voucher; None: it covers none of these.
    """

    product: ProductRevised
    quantity: int
    reduced: Money | None = None

    @property
    def each(self) -> Money:
        """What one piece costs: less with a voucher."""
        return self.product.price if self.reduced is None else self.reduced

    @property
    def price(self) -> Money:
        return self.each * self.quantity


def with_code(parts: Parts, shop: Shop, code: str, chosen: Sequence[Choice]) -> list[Choice]:
    """What was chosen, at the prices that a code gives; raises a `Refusal` if it gives none.

    What a voucher covers stands by itself, as it will in the order.
    """
    if not code:
        return [*chosen]
    offered = [
        Offered(product=one.product.slug, price=one.product.price, quantity=one.quantity)
        for one in chosen
    ]
    voucher, many = covered_now(parts, shop, code, offered)
    effect = voucher.terms.effect
    return [
        part
        for one, pieces in zip(chosen, many, strict=True)
        for part in (
            replace(one, quantity=pieces, reduced=reduced(one.product.price, effect)),
            replace(one, quantity=one.quantity - pieces),
        )
        if part.quantity
    ]


def price_of(shop: Shop, chosen: Sequence[Choice]) -> Money:
    """What all of it costs."""
    return total([one.price for one in chosen], shop.terms.currency)
