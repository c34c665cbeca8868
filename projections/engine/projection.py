"""What a projection is: rows that follow from how a stream stands, and from nothing else."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Protocol
from uuid import UUID

from ledger.cases.case import Case
from ledger.order.order import Order
from ledger.shop.shop import Shop

State = Order | Shop | Case


class Row(Protocol):
    """A frozen dataclass. Its stream owns it: when the stream moves, its rows are replaced."""

    @property
    def stream(self) -> UUID: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """A name, which is its table's too; a version, raised when the rows change; the translation.

    `key` names the columns that tell apart the rows of one stream. Kinds of streams that are not
    in `rows` have none.
    """

    name: str
    version: int
    row: type
    key: tuple[str, ...]
    rows: Mapping[type, Callable[[Any], Sequence[Row]]]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the table, in the order of the row's fields."""
        return tuple(one.name for one in fields(self.row))

    def rows_of(self, state: State) -> tuple[Row, ...]:
        """The rows that a stream calls for as it stands: the same ones in the same order."""
        translate = self.rows.get(type(state))
        return tuple(translate(state)) if translate else ()

    def key_of(self, row: Row) -> tuple[str, ...]:
        """What tells this row apart from the others of its projection."""
        return str(row.stream), *(str(getattr(row, name)) for name in self.key)
