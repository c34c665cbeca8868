"""Orders that wait for money, until they time out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ledger.order.pay_by import pay_by
from ledger.order.state import Order
from projections.projection import Projection


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpaid:
    """An order that may be cancelled when `due_at` has passed without money."""

    stream: UUID
    due_at: datetime


def unpaid(order: Order) -> Sequence[Unpaid]:
    """One row while the order lives, nothing came and nothing is authorized."""
    if order.placed is None or order.placed_at is None:
        return ()
    if order.confirmed or order.received or order.reserved or not order.alive:
        return ()
    return (Unpaid(stream=order.id, due_at=pay_by(order)),)


UNPAID = Projection(name="unpaid", version=2, row=Unpaid, key=(), rows={Order: unpaid})
