"""What reports ask of the entries: added up by PostgreSQL, and the orders behind each number."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from adapters.postgres.connections import Connections
from adapters.postgres.statements import statement
from adapters.postgres.views.tables import row_of
from projections.order_search import OrderPage
from projections.reports.entries import REPORT_ENTRIES
from projections.reports.sums import FOREVER, Asked, Behind, Source, Sum, Which

_TOLD = len(Which._fields)


class ReportViews:
    """Reads entries. They may lag behind the ledger by a moment: `position` tells."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def sums(self, asked: Asked) -> Sequence[Sum]:
        """What adds up to nothing is left out."""
        name = "views_sum_standing" if asked.as_they_stand else "views_sum_entries"
        found = self._read(
            name,
            [*asked.shops],
            [*asked.kinds],
            asked.as_of,
            asked.since,
            asked.until,
            [*asked.bounds],
        )
        return sorted(_sum(values) for values in found)

    def behind(
        self,
        source: Source,
        *,
        shops: Sequence[str],
        as_of: int,
        before: int = FOREVER,
        limit: int = 50,
    ) -> Sequence[Behind]:
        """The orders behind a number, those that moved last first; before that position."""
        told = [getattr(source, name) for name in Which._fields if name != "kind"]
        found = self._read(
            "views_read_orders_behind",
            [*shops],
            [*source.kinds, *source.less],
            as_of,
            source.since,
            source.until,
            source.as_they_stand,
            *told,
            before,
            limit,
            [*source.less],
        )
        return [Behind(order, last, *map(int, counted)) for order, last, *counted in found]

    def orders_by_id(self, orders: Sequence[UUID]) -> Sequence[OrderPage]:
        """These orders, as lists show them."""
        return [row_of(OrderPage, row) for row in self._read("views_read_orders_by_id", [*orders])]

    def first(self, shops: Sequence[str]) -> datetime | None:
        """Since when there is anything to tell of these shops."""
        ((at,),) = self._read("views_first_entry", [*shops])
        return at.astimezone(UTC) if at else None

    def position(self) -> int:
        """Up to where entries follow the ledger."""
        rows = self._read("views_read_checkpoints")
        return min((row[2] for row in rows if row[0] == REPORT_ENTRIES.name), default=0)

    def position_before(self, at: datetime) -> int:
        """The last position that was recorded before a time."""
        ((position,),) = self._read("views_position_before", at)
        return int(position)

    def _read(self, name: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Planned for these values: how much of the table they mean depends on them."""
        with self._connections.asking() as connection:
            return connection.execute(statement(name), parameters, prepare=False).fetchall()


def _sum(values: Sequence[Any]) -> Sum:
    part, *counted = values[_TOLD:]
    return Sum(Which(*values[:_TOLD]), part, *map(int, counted))
