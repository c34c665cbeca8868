"""What lists of orders show, one row per order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from ledger.order.order import Order
from ledger.order.status import flags, status
from projections.engine.projection import Projection, column


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPage:
    """An order in a list. Amounts in minor units; `email_index` finds a person's orders."""

    stream: UUID
    number: int
    payment_reference: str
    shop: str
    status: str
    flags: tuple[str, ...]
    currency: str
    total: int
    received: int
    refund_pending: int
    refunded: int
    disputed: int
    charged_back: int
    version: int
    placed_at: datetime | None
    language: str
    email_index: str
    products: tuple[str, ...]
    position: int


def order_pages(order: Order) -> Sequence[OrderPage]:
    """One row, as soon as the order was placed."""
    if order.placed is None:
        return ()
    terms = order.placed
    row = OrderPage(
        stream=order.id,
        number=order.number,
        payment_reference=order.payment_reference,
        shop=terms.shop_slug,
        status=str(status(order)),
        flags=flags(order),
        currency=order.currency,
        total=column(order.due.amount),
        received=column(order.received.amount),
        refund_pending=column(order.refund_pending.amount),
        refunded=column(order.refunded.amount),
        disputed=column(order.disputed.amount),
        charged_back=column(order.lost.amount),
        version=order.version,
        placed_at=order.placed_at,
        language=terms.language,
        email_index=terms.email_index,
        products=tuple(line.product for line in terms.lines),
        position=order.position,
    )
    return (row,)


ORDER_PAGES = Projection(
    name="order_pages", version=3, row=OrderPage, key=(), rows={Order: order_pages}
)


_NEVER, _FOR_EVER = datetime.min.replace(tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
_LAST = UUID(int=2**128 - 1)
# When an order was placed and its identifier: pages go on after the last one of the page before.
Place = tuple[datetime, UUID]


def end_of(until: datetime | None) -> Place:
    """Where a first page begins: at the end of all orders, or of those placed before a time."""
    return until or _FOR_EVER, _LAST if until is None else UUID(int=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSearch:
    """Which orders of which shops are wanted, newest first, from the place `before` on.

    `words` are keyed fingerprints (ADR 0034), all of which are wanted, and so are all `products`
    and `flags`. A product counts whatever its revision.
    """

    shops: tuple[str, ...]
    status: str | None = None
    products: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    words: tuple[int, ...] = ()
    since: datetime = _NEVER
    before: Place = (_FOR_EVER, _LAST)
