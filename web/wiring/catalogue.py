"""What pages about a shop's catalogue ask of views."""

from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID

from projections.order_search import Place
from projections.product_sales import PieceCount, SeatHolder
from projections.vouchers import VoucherRow
from web.wiring.letters import MailingViews


class CatalogueViews(MailingViews, Protocol):
    """They may lag behind the ledger by a moment: they are shown, and decide nothing."""

    def count_pieces(self, shop: str) -> Sequence[PieceCount]:
        """What was ordered of each product of a shop, by revision."""
        ...

    def seat_holders(self, quota: UUID, before: Place, limit: int) -> Sequence[SeatHolder]:
        """The orders that take seats of a quota, the newest first, from a place on."""
        ...

    def vouchers(self, shop: str, before: Place, limit: int) -> Sequence[VoucherRow]:
        """The vouchers of a shop, the newest first, from a place on."""
        ...

    def kept_seats(self, shop: str) -> Mapping[UUID, int]:
        """Of each quota the seats that are kept for holders of a shop's vouchers."""
        ...
