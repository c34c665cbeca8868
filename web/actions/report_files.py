"""The forms in which a report is handed out, and what each is called."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from adapters.report_files.comma_separated import comma_separated
from adapters.report_files.flat_table import FlatColumn, flat, titles
from adapters.report_files.parquet import ParquetMissing, parquet
from adapters.report_files.workbook import workbook
from ledger.kernel.money import Money
from projections.reports.sheet import Cell, Value
from web.actions.reports import Made

FORMS: Mapping[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}
__all__ = ["FORMS", "PLAIN_WORDS", "ParquetMissing", "Words", "as_document", "as_file"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """How a reader's language calls columns, our own words, and a report."""

    title: Callable[[str], str]
    word: Callable[[str], str]
    report: Callable[[str], str]


PLAIN_WORDS = Words(title=str, word=str, report=str)


def as_file(made: Made, form: str, words: Words = PLAIN_WORDS) -> bytes:
    """One of `FORMS`. JSON and Parquet are for programs: they speak no language.

    Raises `ParquetMissing` where its library is not installed.
    """
    if form == "json":
        return msgspec.json.format(msgspec.json.encode(as_document(made)), indent=2)
    if form == "parquet":
        return parquet(flat(made.sheet))
    table = flat(made.sheet, words.word)
    told = titles(table.columns, _title(words))
    if form == "csv":
        return comma_separated(table, told)
    about = [(words.title(name), str(value)) for name, value in _about(made).items()]
    return workbook(table, told, name=words.report(made.report.name), about=about)


def _title(words: Words) -> Callable[[FlatColumn], str]:
    return lambda column: words.title(column.name)


def _about(made: Made) -> Mapping[str, object]:
    return {
        "report": made.report.name,
        "shops": ", ".join(made.frame.shops),
        "from": made.first.isoformat(),
        "to": made.last.isoformat(),
        "as_of": made.frame.as_of,
        "time_zone": made.frame.zone.key,
    }


def as_document(made: Made) -> Mapping[str, Any]:
    """For programs: money in minor units with its currency, shares in thousandths."""
    keys = [one.key for one in made.sheet.columns]
    rows: dict[bool, list[Mapping[str, Any]]] = {False: [], True: []}
    for line in made.sheet.lines:
        told = {key: _plain(cell) for key, cell in zip(keys, line.cells, strict=True)}
        rows[line.total].append(told)
    return {
        **_about(made),
        "shops": [*made.frame.shops],
        "columns": [{"name": one.key, "unit": str(one.unit)} for one in made.sheet.columns],
        "rows": rows[False],
        "totals": rows[True],
    }


def _plain(cell: Cell) -> Value | Mapping[str, Any]:
    value = cell.value
    if isinstance(value, Money):
        return {"amount": value.amount, "currency": value.currency}
    return value
