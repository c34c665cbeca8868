"""A report as a workbook of Excel: numbers are numbers, money is money, dates are dates."""

import re
import zipfile
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from adapters.report_files.flat_table import FlatColumn, FlatTable, Plain
from ledger.kernel.money import digits
from projections.reports.sheet import Unit

_FORMATS = {
    Unit.DAY: "yyyy-mm-dd",
    Unit.MONTH: "yyyy-mm",
    Unit.HOUR: "yyyy-mm-dd hh:mm",
    Unit.SHARE: "0.0%",
    Unit.COUNT: "0",
}
# What no cell may hold.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_WIDEST = 40
# Saving writes down when it was.
_CLOCK = re.compile(rb"<dcterms:modified[^>]*>[^<]*</dcterms:modified>")
_MADE = (1980, 1, 1, 0, 0, 0)


def workbook(
    table: FlatTable, titles: Sequence[str], *, name: str, about: Sequence[tuple[str, str]]
) -> bytes:
    """The table, and what it is about on a second sheet. The same report gives the same bytes."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = name[:31]
    _fill(sheet, table, titles)
    told = book.create_sheet("About")
    for at, (key, value) in enumerate(about, start=1):
        _put(told, at, 1, key)
        _put(told, at, 2, value)
    told.column_dimensions["A"].width, told.column_dimensions["B"].width = 20, 60
    book.properties.creator = "Stampledger"
    book.properties.created = book.properties.modified = datetime(*_MADE)  # noqa: DTZ001
    made = BytesIO()
    book.save(made)
    return _without_clock(made.getvalue())


def _fill(sheet: Worksheet, table: FlatTable, titles: Sequence[str]) -> None:
    bold = Font(bold=True)
    for at, title in enumerate(titles, start=1):
        _put(sheet, 1, at, title).font = bold
    rows = [*table.rows, *table.totals]
    money = [_currency(table, row) for row in rows]
    for down, (row, currency) in enumerate(zip(rows, money, strict=True), start=2):
        for at, (value, column) in enumerate(zip(row, table.columns, strict=True), start=1):
            cell = _put(sheet, down, at, value)
            if not isinstance(value, str):
                cell.number_format = _format(column, column.currency or currency)
            if down > 1 + len(table.rows):
                cell.font = bold
    sheet.freeze_panes = "B2"
    for at, title in enumerate(titles, start=1):
        values = [title, *(str(row[at - 1]) for row in rows)]
        width = min(max(map(len, values)) + 3, _WIDEST)
        sheet.column_dimensions[get_column_letter(at)].width = width


def _put(sheet: Worksheet, down: int, at: int, value: Plain) -> Any:
    cell = sheet.cell(down, at)
    if isinstance(value, str):
        # Never a formula, whatever it begins with.
        cell.value, cell.data_type = _CONTROLS.sub("", value), "s"
    elif isinstance(value, datetime):
        # A workbook knows no time zones: the time is that of the shop's wall.
        cell.value = value.replace(tzinfo=None)
    else:
        cell.value = value
    return cell


def _format(column: FlatColumn, currency: str) -> str:
    if column.unit is not Unit.MONEY:
        return _FORMATS.get(column.unit, "General")
    point = "." + "0" * digits(currency) if digits(currency) else ""
    return f'#,##0{point}\\ "{currency}"'


def _currency(table: FlatTable, row: Sequence[Plain]) -> str:
    names = [one.name for one in table.columns]
    return str(row[names.index("currency")]) if "currency" in names else ""


def _without_clock(made: bytes) -> bytes:
    """The same files in the same order, none of them with the time of its making."""
    packed = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(made)) as before,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for one in before.infolist():
            kept = zipfile.ZipInfo(one.filename, _MADE)
            kept.compress_type = zipfile.ZIP_DEFLATED
            after.writestr(kept, _CLOCK.sub(b"", before.read(one)))
    return packed.getvalue()
