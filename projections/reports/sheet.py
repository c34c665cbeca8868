"""A report as it is shown: columns, rows and a picture of them. Words are the reader's."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from ledger.kernel.money import Money
from projections.reports.sums import Source


class Unit(StrEnum):
    """What a column holds, so that each form of the report shows it in its own way.

    `word` is one of our own words, `text` is not; `share` is in thousandths.
    """

    WORD = "word"
    TEXT = "text"
    COUNT = "count"
    MONEY = "money"
    SHARE = "share"
    DAY = "day"
    MONTH = "month"
    HOUR = "hour"


Value = str | int | Money | date | datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """`shop` is told where several stand side by side."""

    name: str
    unit: Unit
    shop: str = ""

    @property
    def key(self) -> str:
        """Its name in files, where shops that stand side by side are told apart."""
        return f"{self.name}:{self.shop}" if self.shop else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A value and, of a number, what is behind it."""

    value: Value
    source: Source | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row. A total adds up others of the same currency."""

    cells: tuple[Cell, ...]
    total: bool = False


class Shape(StrEnum):
    """How a picture is drawn."""

    BARS = "bars"
    COLUMNS = "columns"
    LINES = "lines"


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Numbers of one kind, for each label; None where there is none.

    `name` is a column's; `shop` is told where several are compared.
    """

    name: str
    values: tuple[int | None, ...]
    shop: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What a chart shows. `currency` is that of amounts in minor units, empty for counts.

    `unit` is that of the labels.
    """

    shape: Shape
    unit: Unit
    labels: tuple[Value, ...]
    series: tuple[Series, ...]
    currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A whole report: as many pictures as there are currencies."""

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    pictures: tuple[Picture, ...] = field(default=())

    @property
    def figures(self) -> Sequence[Line]:
        """Its rows without the totals."""
        return [one for one in self.lines if not one.total]


def thousandths(part: int, whole: int) -> int | None:
    """A share, rounded half up; None of nothing.

    >>> thousandths(1, 3), thousandths(2, 3), thousandths(0, 0)
    (333, 667, None)
    """
    return (2000 * part + whole) // (2 * whole) if whole else None
