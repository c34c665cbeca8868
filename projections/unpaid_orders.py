"""Orders that wait for money, until they time out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ledger.order.order import Order
from ledger.order.payable import overdue_since, pay_by
from projections.engine.projection import OF_LETTERS, Projection


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpaid:
    """An order that is looked at when `due_at` has passed without money.

    It is cancelled then; while a bank has a payment of it under way, a person is asked instead.
    """

    stream: UUID
    due_at: datetime


def unpaid(order: Order) -> Sequence[Unpaid]:
    """One row while the order lives, nothing came and nothing is authorized."""
    if order.placed is None or order.placed_at is None:
        return ()
    if order.confirmed or order.received or order.reserved or not order.alive:
        return ()
    return (Unpaid(stream=order.id, due_at=overdue_since(order) or pay_by(order)),)


UNPAID = Projection(
    name="unpaid", version=3, row=Unpaid, key=(), rows={Order: unpaid}, still=OF_LETTERS
)
