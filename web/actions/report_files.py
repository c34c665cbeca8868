"""A report as a file, or as one document for programs."""

from collections.abc import Mapping
from typing import Any

import msgspec

from ledger.kernel.money import Money
from projections.reports.forms import PLAIN_WORDS, Words
from projections.reports.sheet import Cell, Value
from web.actions.reports import Made
from web.wiring.parts import Parts


def as_file(parts: Parts, made: Made, form: str, words: Words = PLAIN_WORDS) -> bytes:
    """In one of `projections.reports.forms.FORMS`.

    Raises `projections.reports.forms.ParquetMissing` where its library is not installed.
    """
    if form == "json":
        return msgspec.json.format(msgspec.json.encode(as_document(made)), indent=2)
    about = [(key, str(value)) for key, value in _about(made).items()]
    return parts.report_file(made.sheet, form, name=made.report.name, about=about, words=words)


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
