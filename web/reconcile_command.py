"""`reconcile`: a provider's books beside ours, to the cent."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from ledger.audit.story import spoken
from ledger.reconciling.comparing import Line, Statement, Sum, Verdict
from ledger.reconciling.records import Books, OurRecord, Period, TheirRecord
from ledger.reconciling.service import Reconciliation
from ledger.reconciling.telling import Tell
from web import audit_tables as tables
from web.parts import Parts, intake
from web.reconcile_books import WAIT, Source, books_of

FOUND = 1
_USUALLY = timedelta(days=30)


@click.command()
@click.option("--provider", "name", required=True, help="Whose books, such as stripe.")
@click.option("--since", type=click.DateTime(), help="In UTC; default: 30 days ago.")
@click.option("--commit", is_flag=True, help="Take in the news that never came.")
@click.option(
    "--report",
    "files",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A report downloaded from a provider that lists nothing; may be given again.",
)
@click.option("--no-report", is_flag=True, help="Ask only for what the ledger knows.")
@click.option(
    "--wait",
    type=click.FloatRange(0),
    default=WAIT,
    show_default=True,
    help="Seconds to wait for a report that was asked for.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def reconcile(
    context: click.Context,
    name: str,
    *,
    since: datetime | None,
    commit: bool,
    files: Sequence[Path],
    no_report: bool,
    wait: float,
    as_json: bool,
) -> None:
    """Compare a provider's payments, refunds and disputes with the ledger's.

    Writes nothing unless told to commit. A provider that lists nothing (paytrail) is asked for
    each payment that the ledger knows, and for a report of the rest, which it brings to our door.

    Exit status 0: both sides agree; 1: they do not (after a commit: still not); 3: the provider
    cannot be asked.
    """
    parts: Parts = context.obj()
    period, source = _period(parts, since), Source(files=files, none=no_report, seconds=wait)
    with _told() as tell:
        books = books_of(parts, name, period, source=source, tell=tell)
        work = _reconciliation(parts, books, period, tell=tell)
        found = work.statement()
        taken_in = work.commit(found) if commit else 0
        left = work.statement() if taken_in else found
    if as_json:
        tables.as_json(_document(name, found, left, taken_in=taken_in))
    else:
        _show(found, left, taken_in=taken_in)
    sys.exit(0 if left.clean else FOUND)


def _period(parts: Parts, since: datetime | None) -> Period:
    now = parts.clock()
    return Period(since=since.replace(tzinfo=UTC) if since else now - _USUALLY, until=now)


def _reconciliation(parts: Parts, books: Books, period: Period, *, tell: Tell) -> Reconciliation:
    return Reconciliation(
        books=books,
        rows=parts.store.stored(),
        intake=intake(parts),
        period=period,
        tell=tell,
    )


@contextmanager
def _told() -> Iterator[Tell]:
    with tables.bar() as bar:
        task = bar.add_task("reconciling", total=None)
        yield lambda what, done: bar.update(task, description=what, completed=done)


def _show(found: Statement, left: Statement, *, taken_in: int) -> None:
    screen = tables.console()
    if found.lines:
        screen.print(_lines_table(found))
    screen.print(_sums_table(left))
    counts = ", ".join(f"{found.counts[one]} {one}" for one in sorted(found.counts))
    click.echo(f"Compared: {counts or 'nothing'}.")
    if taken_in:
        click.echo(f"Taken in: {taken_in}. Left: {len(left.findings)}.")
    number, unchecked = len(left.findings), left.counts[Verdict.UNCHECKED]
    if unchecked:
        click.echo(f"{unchecked} could not be asked for by name: a report tells of them.")
    click.echo(f"{number} finding{'s' if number > 1 else ''}." if number else "Both sides agree.")


def _lines_table(statement: Statement) -> Table:
    table = Table("verdict", "kind", title="Differences")
    for name in ("reference", "order", "theirs", "ours"):
        table.add_column(name, overflow="fold")
    for line in statement.lines:
        table.add_row(
            line.verdict,
            line.either.kind,
            line.either.reference,
            str(line.order or ""),
            _said(line.theirs),
            _said(line.ours),
        )
    return table


def _said(record: TheirRecord | OurRecord | None) -> str:
    if record is None:
        return "–"
    return f"{spoken(record.amount)} {record.state} {record.at:%Y-%m-%d %H:%M}"


def _sums_table(statement: Statement) -> Table:
    table = Table("kind", "theirs", "ours", "difference", title="Money in the period")
    for (kind, _), sums in sorted(statement.sums.items()):
        table.add_row(kind, *_spoken(sums))
    table.add_section()
    for _, sums in sorted(statement.net.items()):
        table.add_row("net", *_spoken(sums))
    return table


def _spoken(sums: Sum) -> tuple[str, str, str]:
    return spoken(sums.theirs), spoken(sums.ours), spoken(sums.difference)


def _document(name: str, found: Statement, left: Statement, *, taken_in: int) -> dict[str, Any]:
    """Amounts in minor units. `totals` are those after a commit."""
    return {
        "provider": name,
        "since": found.period.since,
        "until": found.period.until,
        "clean": left.clean,
        "counts": {verdict.value: n for verdict, n in sorted(found.counts.items())},
        "totals": [
            {"kind": kind.value, "currency": currency} | _amounts(sums)
            for (kind, currency), sums in sorted(left.sums.items())
        ],
        "net": [
            {"currency": currency} | _amounts(sums) for currency, sums in sorted(left.net.items())
        ],
        "lines": [_line(one) for one in found.lines],
        "taken_in": taken_in,
        "left": [_line(one) for one in left.findings],
    }


def _amounts(sums: Sum) -> dict[str, Any]:
    return {
        "theirs": sums.theirs.amount,
        "ours": sums.ours.amount,
        "difference": sums.difference.amount,
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "verdict": line.verdict.value,
        "kind": line.either.kind.value,
        "reference": line.either.reference,
        "order": line.order,
        "theirs": _record(line.theirs),
        "ours": _record(line.ours),
    }


def _record(record: TheirRecord | OurRecord | None) -> dict[str, Any] | None:
    if record is None:
        return None
    money = {"amount": record.amount.amount, "currency": record.amount.currency}
    return money | {"state": record.state.value, "at": record.at}
