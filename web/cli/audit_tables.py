"""What an auditor found and read, as tables for people and as JSON for programs."""

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import click
from msgspec import structs
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn
from rich.table import Table

from ledger.audit.findings import Finding
from ledger.audit.replay import MoneyAxes, ReplayStep, Standing
from ledger.audit.verify import Verified
from ledger.codec.rows import Totals
from ledger.kernel.money import Money, spoken

_WIDE = 200
# What fewer columns of a terminal leave out of a story.
_NARROW = 150
_RUNBOOK = "docs/runbooks/audit-findings.md"


def console() -> Console:
    """The terminal; in a pipe nothing is cut to its width."""
    return Console() if sys.stdout.isatty() else Console(width=_WIDE, highlight=False)


def bar() -> Progress:
    """A progress bar on a terminal; nothing in a pipe."""
    errors = Console(stderr=True)
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=errors, disable=not errors.is_terminal, transient=True)


def as_json(value: Any) -> None:
    """One document on standard output."""
    click.echo(json.dumps(value, indent=2, default=_plain, ensure_ascii=False))


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case UUID():
            return str(value)
        case bytes():
            return value.hex()
        case Money():
            return structs.asdict(value)
        case _:
            return asdict(value)


def verdict_json(
    verdict: Verified, findings: Iterable[Finding], seconds: float, *, hashes_only: bool
) -> dict[str, Any]:
    """A verification as a document."""
    return {
        "clean": not verdict.findings,
        "hashes_only": hashes_only,
        "stamps": verdict.rows,
        "root": verdict.root,
        "seconds": round(seconds, 3),
        "per_second": round(verdict.rows / max(seconds, 1e-9)),
        "findings": list(findings),
    }


def show_verdict(verdict: Verified, seconds: float, *, hashes_only: bool) -> None:
    """A verification in three lines; a root is worth keeping if it is that of a clean ledger."""
    rate = verdict.rows / max(seconds, 1e-9)
    taken = f"{verdict.rows} stamps in {seconds:.2f} s ({rate:,.0f} stamps/s)"
    depth = "; by position, time and hash, what they say was not read" if hashes_only else ""
    click.echo(f"Root: {verdict.root.hex()}")
    if verdict.findings:
        found = "1 finding" if verdict.findings == 1 else f"{verdict.findings} findings"
        click.echo(f"{found}: {taken}{depth}")
        click.echo(f"Change nothing yet. What each law means and what to do: {_RUNBOOK}")
        return
    click.echo(f"Keep it elsewhere; later: --against {verdict.rows}:{verdict.root.hex()}")
    click.echo(f"Clean: {taken}{depth}")


def show_finding(finding: Finding) -> None:
    """One finding in one line."""
    place = f"position {finding.position}" if finding.position is not None else "the ledger"
    stream = f", stream {finding.stream}" if finding.stream is not None else ""
    click.echo(f"law {finding.law} · {place}{stream} · {finding.text}")


def story_table(steps: Iterable[ReplayStep], *, streams: bool) -> Table:
    """The story stamp by stamp; with the stream where there are several.

    On a narrow terminal without version, actor, pending money and seats.
    """
    narrow = console().width < _NARROW
    table = Table(title="Stamp by stamp", title_justify="left")
    if narrow:
        table.caption = "Version, actor, pending and seats: on a wider terminal, or in a pipe."
    told = [name for name in _STORY if not (narrow and name in _WIDE_ONLY)]
    for name in [one for one in told if streams or one != "stream"]:
        on_the_right = name in ("position", "version", *_MONEY)
        table.add_column(
            name, justify="right" if on_the_right else "left", no_wrap=name not in _WORDY
        )
    for step in steps:
        cells = _cells(step)
        table.add_row(*(cells[str(column.header)] for column in table.columns))
    return table


_MONEY = ("received", "pending", "refunded", "seats held/sold")
_STORY = (
    "position",
    "version",
    "recorded",
    "stream",
    "what happened",
    "by",
    "status",
    *_MONEY,
)
_WIDE_ONLY = ("version", "by", "pending", "seats held/sold")
_WORDY = ("what happened", "by")


def _cells(step: ReplayStep) -> Mapping[str, str]:
    received, pending, refunded = _axes(step.money)
    return {
        "position": str(step.position),
        "version": str(step.version),
        "recorded": _moment(step.recorded_at),
        "stream": str(step.stream)[:8],
        "what happened": step.words,
        "by": step.actor,
        "status": step.status,
        "received": received,
        "pending": pending,
        "refunded": refunded,
        "seats held/sold": f"{step.held}/{step.sold}" if step.money else "",
    }


def _axes(money: MoneyAxes | None) -> tuple[str, str, str]:
    if money is None:
        return "", "", ""
    return spoken(money.received), spoken(money.refund_pending), spoken(money.refunded)


def _moment(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def standing_tables(standing: Standing) -> tuple[Table, ...]:
    """How the whole ledger stood: orders by status, money by currency, seats by quota."""
    statuses = Table("status", "orders", title=f"As of position {standing.position}")
    for word, orders in sorted(standing.statuses.items()):
        if orders:
            statuses.add_row(word, str(orders))
    money = Table("money", *MoneyAxes.__slots__, title="Money")
    for currency, axes in sorted(standing.money.items()):
        sums: Mapping[str, Money] = {name: getattr(axes, name) for name in MoneyAxes.__slots__}
        money.add_row(currency, *(spoken(one) for one in sums.values()))
    return statuses, money, quota_table(standing.quotas)


def quota_table(quotas: Mapping[str, Totals]) -> Table:
    """Every quota by name."""
    table = Table("quota", "capacity", "held", "sold", title="Seats")
    for name, totals in sorted(quotas.items()):
        table.add_row(name, *map(str, totals))
    return table


def quotas_json(quotas: Mapping[str, Totals]) -> dict[str, dict[str, int]]:
    """The same as a document."""
    names = ("capacity", "held", "sold")
    return {name: dict(zip(names, totals, strict=True)) for name, totals in sorted(quotas.items())}


def show_difference(difference: Any) -> None:
    """A row that readers see beside the one they should see."""
    click.echo(f"{difference.projection} {'/'.join(difference.key)}")
    click.echo(f"  live:    {difference.live or 'no row'}")
    click.echo(f"  derived: {difference.derived or 'no row'}")


def standing_json(standing: Standing) -> dict[str, Any]:
    """The same as a document."""
    return {
        "position": standing.position,
        "stamps": standing.stamps,
        "unread": standing.unread,
        "statuses": {word: n for word, n in sorted(standing.statuses.items()) if n},
        "money": {currency: asdict(axes) for currency, axes in standing.money.items()},
        "seats": quotas_json(standing.quotas),
    }
