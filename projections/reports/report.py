"""What a report is: a name, and how it is made of figures for some shops and a time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from ledger.kernel.money import Money
from projections.reports.figures import Kind, in_minor_units
from projections.reports.sheet import Cell, Column, Line, Sheet, Unit, Value
from projections.reports.sums import BEGINNING, Asked, Figures, Source, Sum


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """For which shops and which time (its end is not part of it), as of which position.

    `zone` is the clock that days and months go by; `zones` are those of the shops, `starts` is when
    each takes place, by its own words as of that position.
    """

    shops: tuple[str, ...]
    since: datetime
    until: datetime
    as_of: int
    zone: ZoneInfo
    zones: Mapping[str, ZoneInfo]
    starts: Mapping[str, datetime]

    def alone(self, shop: str) -> "Frame":
        """The same of one shop, by its own clock."""
        return replace(self, shops=(shop,), zone=self.zones[shop])

    def asked(self, *kinds: Kind, bounds: Sequence[datetime] = (), before: bool = False) -> Asked:
        """Figures of these kinds; `before`: also those of before the time, as part 0."""
        begin = {} if before else {"since": self.since}
        return Asked(
            shops=self.shops,
            kinds=kinds,
            as_of=self.as_of,
            until=self.until,
            bounds=tuple(bounds),
            **begin,
        )

    def source(self, *kinds: Kind, **told: Any) -> Source:
        """What is behind a number of this time, or of a part of it."""
        return Source(**{"kinds": kinds, "since": self.since, "until": self.until, **told})


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`compares`: shops stand side by side in it, each by its own clock."""

    name: str
    make: Callable[[Figures, Frame], Sheet]
    compares: bool = False


class Numbers:
    """Sums by kind, as cells that open what is behind them. `told` is what they have in common."""

    def __init__(self, frame: Frame, found: Mapping[str, Sum], **told: Any) -> None:
        self._frame, self._found, self._told = frame, found, told

    def count(self, *kinds: Kind, less: Sequence[Kind] = ()) -> Cell:
        """How many of these kinds together, less those of others."""
        many = self._sum(kinds, "many") - self._sum(less, "many")
        return cell(many, self._source(kinds, less))

    def money(self, *kinds: Kind, less: Sequence[Kind] = ()) -> Cell:
        """How much of these kinds together, less those of others."""
        return self._money("amount", kinds, less)

    def vat(self, *kinds: Kind, less: Sequence[Kind] = ()) -> Cell:
        """How much VAT is in that."""
        return self._money("vat", kinds, less)

    def standing(self, kind: Kind) -> Cell:
        """How much there is of it at the end of the time, whenever it came."""
        value = Money(self._sum((kind,), "amount"), self._told["currency"])
        return cell(value, self._frame.source(kind, **{**self._told, "since": BEGINNING}))

    def amount(self, *kinds: Kind, less: Sequence[Kind] = ()) -> int:
        """How much, in minor units."""
        return self._sum(kinds, "amount") - self._sum(less, "amount")

    def taxes(self, *kinds: Kind) -> int:
        """How much VAT, in minor units."""
        return self._sum(kinds, "vat")

    def many(self, *kinds: Kind, less: Sequence[Kind] = ()) -> int:
        """How many."""
        return self._sum(kinds, "many") - self._sum(less, "many")

    def _money(self, of: str, kinds: Sequence[Kind], less: Sequence[Kind]) -> Cell:
        value = in_minor_units(
            kinds, self._sum(kinds, of) - self._sum(less, of), self._told["currency"]
        )
        return cell(Money(value, self._told["currency"]), self._source(kinds, less))

    def _sum(self, kinds: Sequence[Kind], of: str) -> int:
        return sum(getattr(self._found[kind], of) for kind in kinds if kind in self._found)

    def _source(self, kinds: Sequence[Kind], less: Sequence[Kind]) -> Source:
        return self._frame.source(*kinds, less=tuple(less), **self._told)


def columns(*told: tuple[str, Unit]) -> tuple[Column, ...]:
    """Columns by name."""
    return tuple(Column(name=name, unit=unit) for name, unit in told)


def cell(value: Value, source: Source | None = None) -> Cell:
    """A number opens what is behind it, unless it is nothing."""
    return Cell(value=value, source=source if value else None)


def line(*cells: Cell | Value, total: bool = False) -> Line:
    """A row of values and cells."""
    told = (one if isinstance(one, Cell) else Cell(value=one) for one in cells)
    return Line(cells=tuple(told), total=total)


def currencies(sums: Sequence[Sum]) -> Sequence[str]:
    """Those that money is in, in the order of the alphabet. They are never added up."""
    return sorted({one.which.currency for one in sums})
