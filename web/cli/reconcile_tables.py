"""What reconciling found, as tables for people and as a document for programs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import click
from rich.table import Table
from rich.text import Text

from ledger.kernel.money import spoken
from ledger.reconciliation.compare import Statement, StatementLine, Sum, Verdict
from ledger.reconciliation.payouts import SettledMoney
from ledger.reconciliation.records import OurRecord, TheirRecord, Unread
from web.cli import audit_tables as tables
from web.cli.reconcile_payouts import settlement_document, settlements_table, unread_document


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a commit did: news that was understood, and lines of payouts that orders learned of."""

    news: int
    paid_out: int = 0


def show(
    found: Statement, left: Statement, *, taken: Taken, settled: Sequence[SettledMoney]
) -> None:
    """What was found, what was done about it, and what is left."""
    screen = tables.console()
    if found.lines:
        screen.print(_lines_table(found))
    if unread := _unread(left, settled):
        screen.print(_unread_table(unread))
    screen.print(_sums_table(left))
    if settled:
        screen.print(settlements_table(settled))
    _summed_up(found, left, taken=taken, uneven=sum(not one.clean for one in settled))


def _summed_up(found: Statement, left: Statement, *, taken: Taken, uneven: int) -> None:
    counts = ", ".join(f"{found.counts[one]} {one}" for one in sorted(found.counts))
    click.echo(f"Compared: {counts or 'nothing'}.")
    if taken.news:
        click.echo(f"Taken in: {taken.news}. Left: {len(left.findings)}.")
    if taken.paid_out:
        click.echo(f"Payments and refunds that are paid out, newly stamped: {taken.paid_out}.")
    number, unchecked = len(left.findings), left.counts[Verdict.UNCHECKED]
    if unchecked:
        click.echo(f"{unchecked} could not be asked for by name: a report tells of them.")
    if uneven:
        click.echo(
            f"{uneven} of the payouts {'differ' if uneven > 1 else 'differs'} from our books."
        )
    if left.unread:
        which = "them" if len(left.unread) > 1 else "it"
        click.echo(f"{len(left.unread)} could not be read: look {which} up at the provider.")
    if number:
        click.echo(f"{number} finding{'s' if number > 1 else ''}.")
    elif not uneven and not left.unread:
        click.echo("Both sides agree.")


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


def _unread(left: Statement, settled: Sequence[SettledMoney]) -> Sequence[Unread]:
    """Everything that nobody could read, each once."""
    found = [*left.unread, *(unread for one in settled for unread in one.unread)]
    return [*dict.fromkeys(found)]


def _unread_table(unread: Sequence[Unread]) -> Table:
    table = Table("kind", title="Not readable")
    for name in ("reference", "why"):
        table.add_column(name, overflow="fold")
    for one in unread:
        table.add_row(one.kind, Text(one.reference), Text(one.why))
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


def document(
    name: str,
    found: Statement,
    left: Statement,
    *,
    taken: Taken,
    settled: Sequence[SettledMoney],
) -> dict[str, Any]:
    """Amounts in minor units. `totals` are those after a commit."""
    return {
        "provider": name,
        "since": found.period.since,
        "until": found.period.until,
        "clean": left.clean and all(one.clean for one in settled),
        "counts": {verdict.value: n for verdict, n in sorted(found.counts.items())},
        "totals": [
            {"kind": kind.value, "currency": currency} | _amounts(sums)
            for (kind, currency), sums in sorted(left.sums.items())
        ],
        "net": [
            {"currency": currency} | _amounts(sums) for currency, sums in sorted(left.net.items())
        ],
        "lines": [_line(one) for one in found.lines],
        "taken_in": taken.news,
        "paid_out": taken.paid_out,
        "left": [_line(one) for one in left.findings],
        "unread": [unread_document(one) for one in _unread(left, settled)],
        "settlements": [settlement_document(one) for one in settled],
    }


def _amounts(sums: Sum) -> dict[str, Any]:
    return {
        "theirs": sums.theirs.amount,
        "ours": sums.ours.amount,
        "difference": sums.difference.amount,
    }


def _line(line: StatementLine) -> dict[str, Any]:
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
