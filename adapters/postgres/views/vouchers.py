"""What readers ask of the vouchers of our own shops."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from adapters.postgres.views.tables import row_of
from projections.order_search import Place
from projections.vouchers import VoucherRow


class VoucherQueries:
    """Vouchers by shop, and those whose seats are to be freed."""

    @abstractmethod
    def _read(self, name: str, *parameters: Any) -> list[tuple[Any, ...]]: ...

    def vouchers(self, shop: str, before: Place, limit: int) -> Sequence[VoucherRow]:
        """Those of a shop, the newest first, from a place on."""
        found = self._read("views_read_vouchers", shop, *before, limit)
        return [row_of(VoucherRow, values) for values in found]

    def vouchers_over(self, at: datetime, limit: int, *, offset: int = 0) -> Sequence[UUID]:
        """Those that keep seats beyond their time, the longest over first."""
        return [row[0] for row in self._read("views_read_vouchers_over", at, limit, offset)]

    def kept_seats(self, shop: str) -> Mapping[UUID, int]:
        """Of each quota the seats that are kept for holders of a shop's vouchers."""
        return dict(self._read("views_count_kept_seats", shop))
