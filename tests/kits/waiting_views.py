"""The waiting list as a database would keep it, worked out from the ledger at each look."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from adapters.store.ledger import StampLedger
from ledger.order.evolve import fold
from ledger.order.order import Order
from ledger.order.stamps import OrderPlaced
from ledger.waiting_list.line import InLine
from ledger.waiting_list.place import WaitingPlace, fold_place
from ledger.waiting_list.stamps import PlaceTaken
from projections.waiting_list import PlaceInLine, places

_ALIVE = ("waiting", "held")


class PlacesInMemory:
    """Lists that are never behind."""

    ledger: StampLedger

    def lines(self, shop: str, most: int) -> tuple[int, Sequence[InLine]]:
        waiting = [one for one in self._in_line() if (one.shop, one.state) == (shop, "waiting")]
        lines: dict[str, list[InLine]] = {}
        for one in sorted(waiting, key=lambda one: one.rank):
            lines.setdefault(one.product, []).append(
                InLine(place=one.stream, product=one.product, quantity=one.quantity, rank=one.rank)
            )
        first = [one for line in lines.values() for one in line[:most]]
        return (self.ledger.head()[0] if first else 0), first

    def shops_waiting(self) -> Sequence[str]:
        return sorted({one.shop for one in self._in_line() if one.state in _ALIVE})

    def places_due(self, now: datetime, limit: int = 200, *, offset: int = 0) -> Sequence[UUID]:
        due = [one.stream for one in self._in_line() if one.look_at and one.look_at <= now]
        return due[offset : offset + limit]

    def places_bought(self, shop: str, limit: int = 200) -> Sequence[tuple[UUID, UUID]]:
        return [
            (place.stream, order.id)
            for place in self.places(shop)
            for order in self.orders_placed()
            if order.terms.email_index == place.email_index
            and order.terms.shop_slug == place.shop
            and order.placed_at is not None
            and order.placed_at > place.taken_at
            and order.sold
            and not order.released
            and place.product in [line.product for line in order.terms.lines]
        ][:limit]

    def places(self, shop: str, limit: int = 200, *, offset: int = 0) -> Sequence[PlaceInLine]:
        alive = [one for one in self._in_line() if one.shop == shop and one.state in _ALIVE]
        alive.sort(key=lambda one: (one.product, one.state, one.rank))
        return alive[offset : offset + limit]

    def held_places(self, shop: str, limit: int) -> Sequence[PlaceInLine]:
        held = [one for one in self._in_line() if (one.shop, one.state) == (shop, "held")]
        return sorted(held, key=lambda one: (one.until, one.stream))[:limit]

    def places_of_address(self, email_index: str) -> Sequence[UUID]:
        return sorted(one.stream for one in self._in_line() if one.email_index == email_index)

    def count_ahead(self, shop: str, product: str, rank: int) -> int:
        _, waiting = self.lines(shop, 10_000)
        return sum(one.product == product and one.rank < rank for one in waiting)

    def _in_line(self) -> list[PlaceInLine]:
        return [row for place in self._taken() for row in places(place)]

    def _taken(self) -> list[WaitingPlace]:
        feed = self.ledger.feed(0, limit=100_000)
        taken = [one.stream for one in feed if isinstance(one.stamp, PlaceTaken)]
        return [fold_place(one, self.ledger.read(one)) for one in taken]

    def orders_placed(self) -> list[Order]:
        feed = self.ledger.feed(0, limit=100_000)
        placed = [one.stream for one in feed if isinstance(one.stamp, OrderPlaced)]
        return [fold(one, self.ledger.read(one)) for one in placed]
