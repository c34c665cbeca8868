"""What became of each product: how many pieces were ordered, are held just now, and are sold."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ledger.order.order import Order
from projections.engine.projection import OF_LETTERS, Projection, column


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductSales:
    """One order's pieces of a revision of a product. `ordered` never falls, whatever came of it."""

    stream: UUID
    product: str
    revision: int
    shop: str
    ordered: int
    held: int
    sold: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PieceCount:
    """Pieces of a revision of a product, over all orders of its shop."""

    product: str
    revision: int
    ordered: int
    held: int
    sold: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatHolder:
    """An order that takes seats of a quota just now, and when it was placed."""

    order: UUID
    placed_at: datetime
    held: int
    sold: int


def product_sales(order: Order) -> Sequence[ProductSales]:
    """One row for each product and revision, as soon as the order was placed."""
    if order.placed is None:
        return ()
    ordered: Counter[tuple[str, int]] = Counter()
    taken: Counter[tuple[str, int]] = Counter()
    for place, line in enumerate(order.terms.lines):
        of = line.product, line.revision
        ordered[of] += line.quantity
        if not order.released:
            taken[of] += max(line.quantity - order.freed_pieces.get(place, 0), 0)
    return [
        ProductSales(
            stream=order.id,
            product=product,
            revision=revision,
            shop=order.terms.shop_slug,
            ordered=column(many),
            held=0 if order.sold else column(taken[product, revision]),
            sold=column(taken[product, revision]) if order.sold else 0,
        )
        for (product, revision), many in ordered.items()
    ]


PRODUCT_SALES = Projection(
    name="product_sales",
    version=1,
    row=ProductSales,
    key=("product", "revision"),
    rows={Order: product_sales},
    still=OF_LETTERS,
)
