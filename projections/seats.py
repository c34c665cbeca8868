"""Who takes which seats: orders and vouchers hold them, shops say how many there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from ledger.order.order import Order
from ledger.shop.shop import Shop
from ledger.shop.stamps import quota_id
from ledger.vouchers.voucher import Voucher
from ledger.waiting_list.place import WaitingPlace
from projections.engine.projection import OF_LETTERS, Projection, column


@dataclass(frozen=True, slots=True, kw_only=True)
class Seats:
    """One stream's part in a quota. The quota's own figures are the sums over all streams."""

    stream: UUID
    quota: UUID
    capacity: int = 0
    held: int = 0
    sold: int = 0


def seats_of_order(order: Order | WaitingPlace) -> Sequence[Seats]:
    """What an order, or a place in line, takes just now; who waits takes a part of the line."""
    return [
        Seats(stream=order.id, quota=quota, held=held, sold=sold)
        for quota, (held, sold) in order.seats.items()
    ]


def seats_of_voucher(voucher: Voucher) -> Sequence[Seats]:
    """What is kept for whoever holds a voucher."""
    return [
        Seats(stream=voucher.id, quota=quota, held=held)
        for quota, (held, _sold) in voucher.seats.items()
    ]


def seats_of_shop(shop: Shop) -> Sequence[Seats]:
    """How many seats a shop's quotas have."""
    return [
        Seats(stream=shop.id, quota=quota_id(shop.id, slug), capacity=column(capacity))
        for slug, capacity in shop.quotas.items()
    ]


SEATS = Projection(
    name="seats",
    version=4,
    row=Seats,
    key=("quota",),
    rows={
        Order: seats_of_order,
        Shop: seats_of_shop,
        Voucher: seats_of_voucher,
        WaitingPlace: seats_of_order,
    },
    still=OF_LETTERS,
)
