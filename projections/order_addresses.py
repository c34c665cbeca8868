"""Under which addresses an order's person was ever known, so that they are found by any of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from ledger.order.order import Order
from projections.engine.projection import OF_LETTERS, Projection


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderAddress:
    """One keyed hash of an address that letters of the order went to. It outlives the person.

    The stamps hold it anyway: by it whoever asks a second time is told that all is done.
    """

    stream: UUID
    email_index: str


def order_addresses(order: Order) -> Sequence[OrderAddress]:
    """One row for each address, whoever corrected it, of holders of tickets, too."""
    if order.placed is None:
        return ()
    ours = {order.placed.email_index, *order.former_addresses}
    known = sorted((ours | order.holder_addresses) - {""})
    return tuple(OrderAddress(stream=order.id, email_index=one) for one in known)


ORDER_ADDRESSES = Projection(
    name="order_addresses",
    version=2,
    row=OrderAddress,
    key=("email_index",),
    rows={Order: order_addresses},
    still=OF_LETTERS,
)
