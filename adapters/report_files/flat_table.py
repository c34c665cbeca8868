"""A report as one flat table: every row complete, every column of one kind."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from ledger.kernel.money import Money, major
from projections.reports.sheet import Cell, Column, Line, Sheet, Unit

# Text stays text; amounts are in major units; shares are parts of one.
Plain = str | int | Decimal | date | datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatColumn:
    """`currency` is that of all its amounts; empty where a column beside it tells."""

    name: str
    unit: Unit
    shop: str = ""
    currency: str = ""

    @property
    def key(self) -> str:
        """Its name for programs."""
        told = (one for one in (self.name, self.shop, self.currency) if one)
        return "_".join(told).replace("-", "_").replace(" ", "_")


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatTable:
    """Columns and rows. Our own words are still words; `total` rows add up others."""

    columns: tuple[FlatColumn, ...]
    rows: tuple[tuple[Plain, ...], ...]
    totals: tuple[tuple[Plain, ...], ...]


CURRENCY = FlatColumn(name="currency", unit=Unit.TEXT)


def flat(sheet: Sheet, word: Callable[[str], str] = str) -> FlatTable:
    """The currency stands in a column of its own, or in the names where rows have several."""
    several = any(len(_currencies(line)) > 1 for line in sheet.lines)
    money = any(one.unit is Unit.MONEY for one in sheet.columns)
    columns = tuple(
        FlatColumn(
            name=one.name,
            unit=one.unit,
            shop=one.shop,
            currency=_currency_of(sheet, at) if several else "",
        )
        for at, one in enumerate(sheet.columns)
    )
    beside = (CURRENCY,) if money and not several else ()

    def row(line: Line) -> tuple[Plain, ...]:
        values = [
            _plain(cell, column, word)
            for cell, column in zip(line.cells, sheet.columns, strict=True)
        ]
        return (*values, *("".join(sorted(_currencies(line))) for _ in beside))

    return FlatTable(
        columns=(*columns, *beside),
        rows=tuple(row(line) for line in sheet.lines if not line.total),
        totals=tuple(row(line) for line in sheet.lines if line.total),
    )


def _plain(cell: Cell, column: Column, word: Callable[[str], str]) -> Plain:
    value = cell.value
    if isinstance(value, Money):
        return major(value)
    if column.unit is Unit.SHARE and isinstance(value, int):
        return Decimal(value).scaleb(-3)
    if isinstance(value, str) and column.unit is not Unit.TEXT:
        return word(value) if value else ""
    return value


def _currencies(line: Line) -> set[str]:
    return {one.value.currency for one in line.cells if isinstance(one.value, Money)}


def _currency_of(sheet: Sheet, at: int) -> str:
    values = (line.cells[at].value for line in sheet.lines)
    return next((one.currency for one in values if isinstance(one, Money)), "")


def harmless(text: str) -> str:
    """A spreadsheet takes what begins like this for a formula.

    >>> harmless("=1+1"), harmless("Weekend")
    ("'=1+1", 'Weekend')
    """
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def titles(columns: Sequence[FlatColumn], title: Callable[[FlatColumn], str]) -> list[str]:
    """What stands above each column, for people."""
    return [" ".join(filter(None, (title(one), one.shop, one.currency))) for one in columns]
