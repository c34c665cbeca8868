"""`report`: figures of some shops, as a table or a file, as of any position."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import click
from rich.table import Table

from ledger.kernel.money import Money, spoken
from projections.reports.all import REPORTS
from projections.reports.forms import FORMS, ParquetMissing
from projections.reports.sheet import Cell, Column, Unit
from web.actions.report_files import as_file
from web.actions.reports import Made, PeriodInvalid, make, wanted, zone_of
from web.cli import audit_tables as tables
from web.wiring.parts import Parts


@click.command()
@click.argument("name", type=click.Choice([*REPORTS]))
@click.option("--shop", "shops", multiple=True, help="Only this shop; may be given again.")
@click.option("--from", "first", default="", metavar="DATE", help="The first day there.")
@click.option("--to", "last", default="", metavar="DATE", help="The last day.")
@click.option(
    "--as-of",
    default="",
    metavar="WHEN",
    help="A position of the ledger, a time, or now. By default the end of the period.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", *FORMS]),
    default="table",
    show_default=True,
    help="How to show it.",
)
@click.option("--output", type=click.Path(path_type=Path), help="Write a file instead.")
@click.option("--from-stamps", is_flag=True, help="From the stamps, as an auditor.")
@click.pass_obj
def report(
    opening: Callable[[], Parts],
    name: str,
    shops: Sequence[str],
    first: str,
    last: str,
    *,
    as_of: str,
    form: str,
    output: Path | None,
    from_stamps: bool,
) -> None:
    """Figures of shops as of any position: payments, sales, VAT, tickets."""
    parts = opening()
    chosen = tuple(dict.fromkeys(shops)) or tuple(parts.shops.slugs())
    try:
        asked = wanted(chosen, first=first, last=last, as_of=as_of, zone=zone_of(parts, chosen))
    except PeriodInvalid as error:
        raise click.UsageError(f"{error}.") from error
    made = make(parts, REPORTS[name], asked, defined=from_stamps)
    if form == "table":
        show(made)
        return
    try:
        body = as_file(parts, made, form)
    except ParquetMissing as error:
        raise click.UsageError(str(error)) from error
    if output is not None:
        output.write_bytes(body)
    else:
        sys.stdout.buffer.write(body)


def show(made: Made) -> None:
    """On the terminal."""
    told = f"{made.report.name}, {made.first} to {made.last}, {made.frame.zone.key}"
    tables.console().print(f"{told}, as of position {made.frame.as_of}")
    table = Table()
    for column in made.sheet.columns:
        table.add_column(column.key.replace("_", " "), justify=_side(column))
    for line in made.sheet.lines:
        style = "bold" if line.total else ""
        cells = zip(line.cells, made.sheet.columns, strict=True)
        table.add_row(*(_spoken(cell, column) for cell, column in cells), style=style)
    tables.console().print(table)


def _side(column: Column) -> Literal["left", "right"]:
    return "right" if column.unit in (Unit.COUNT, Unit.MONEY, Unit.SHARE) else "left"


def _spoken(cell: Cell, column: Column) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, Money):
        return spoken(value)
    if column.unit is Unit.SHARE:
        return f"{int(str(value)) / 10:.1f} %"
    if column.unit is Unit.MONTH and not isinstance(value, str):
        return f"{value:%Y-%m}"
    if column.unit is Unit.HOUR and not isinstance(value, str):
        return f"{value:%Y-%m-%d %H:%M %z}"
    return str(value)
