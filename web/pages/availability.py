"""How much there is left of each product, as a visitor wants to know it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ledger.shop.shop import Shop
from ledger.shop.stamps import ProductRevised

# From this many on, a number of what is left says more than "available".
FEW = 10

SeatTotals = Mapping[UUID, tuple[int, int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A product as the shop's page shows it. `word` is available, few, sold_out or upcoming."""

    product: ProductRevised
    word: str
    free: int

    @property
    def most(self) -> int:
        """The largest quantity one order may hold."""
        return max(min(self.free, self.product.max_per_order), 0)

    @property
    def buyable(self) -> bool:
        return self.word in {"available", "few"}


def quotas_of(shop: Shop) -> Sequence[UUID]:
    """Every quota that the shop's products take from, each once."""
    return list({quota for one in shop.products.values() for quota in shop.quota_ids(one)})


def offers(shop: Shop, totals: SeatTotals, *, at: datetime) -> list[Offer]:
    """What is on sale, in the shop's order; then what will be."""
    shown = [_offer(shop, one, totals) for one in shop.on_sale(at)]
    upcoming = (one for one in shop.products.values() if one.available_from is not None)
    later = [one for one in upcoming if one.available_from and one.available_from > at]
    later.sort(key=lambda one: one.rank)
    return shown + [Offer(product=one, word="upcoming", free=0) for one in later]


def _offer(shop: Shop, product: ProductRevised, totals: SeatTotals) -> Offer:
    free = min((_free(totals, quota) for quota in shop.quota_ids(product)), default=2**31)
    word = "sold_out" if free <= 0 else "few" if free <= FEW else "available"
    return Offer(product=product, word=word, free=free)


def _free(totals: SeatTotals, quota: UUID) -> int:
    capacity, held, sold = totals.get(quota, (0, 0, 0))
    return capacity - held - sold
