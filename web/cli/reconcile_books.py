"""Whose books are laid beside ours: listed ones, or those that are asked for one by one."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from ledger.payments.message import BadMessage
from ledger.reconciliation.by_pages import ByPages
from ledger.reconciliation.by_reference import OneByOne
from ledger.reconciliation.by_report import Reporting
from ledger.reconciliation.records import Books, Period, Row, Tell, Unread
from web.cli.await_report import BroughtReports
from web.wiring.parts import Parts, intake

# How long a report may take, in seconds; its provider promises nothing.
WAIT = 300.0
# A year of a busy shop; what Paytrail brings by itself is far smaller.
_LARGEST_FILE = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a report comes from: files, the provider (waiting so many seconds), or nowhere.

    `payouts` says that those are compared, too, which only reports tell of.
    """

    files: Sequence[Path] = ()
    none: bool = False
    seconds: float = WAIT
    payouts: bool = False

    @property
    def said(self) -> bool:
        """Whether anything was said of reports at all."""
        return bool(self.files) or self.none


def books_of(parts: Parts, name: str, period: Period, *, source: Source, tell: Tell) -> Books:
    """A provider's books; raises `click.UsageError` where there are none that can be read."""
    if name in parts.reported:
        if source.none and source.payouts:
            raise click.UsageError("payouts are told of by reports only.")
        return _one_by_one(parts, name, period, source=source, tell=tell)
    if name not in parts.books:
        known = ", ".join(sorted({*parts.books, *parts.reported})) or "none"
        raise click.UsageError(f"{name} has no books that can be read here; there are: {known}.")
    if source.said or source.payouts:
        raise click.UsageError(f"{name} lists its books, and no reports or payouts are read.")
    books = parts.books[name]
    if books.names_orders or name not in parts.pages:
        return books
    return ByPages(
        books=books,
        pages=parts.pages[name],
        rows=parts.store.stored(),
        reports=intake(parts).reports,
        tell=tell,
    )


def brought(parts: Parts, name: str, *, source: Source, tell: Tell) -> BroughtReports:
    """What asks a provider for reports and waits; raises `click.UsageError` if it cannot."""
    reporting = parts.reported[name].by_report
    if hindrance := reporting.hindrance():
        raise click.UsageError(f"{hindrance}: give one with --report, or say --no-report.")
    return BroughtReports(
        provider=name,
        reporting=reporting,
        inbox=parts.inbox,
        clock=parts.clock,
        seconds=source.seconds,
        tell=tell,
    )


def _one_by_one(parts: Parts, name: str, period: Period, *, source: Source, tell: Tell) -> Books:
    report = _report(parts, name, period, source=source, tell=tell)
    return OneByOne(
        unlisted=parts.reported[name].by_name,
        rows=parts.store.stored(),
        report=report,
        complete=not source.said,
        tell=tell,
    )


def _report(
    parts: Parts, name: str, period: Period, *, source: Source, tell: Tell
) -> Sequence[Row | Unread] | None:
    if source.files:
        reporting = parts.reported[name].by_report
        return [row for path in source.files for row in _read(reporting, path)]
    return None if source.none else brought(parts, name, source=source, tell=tell).of(period)


def _read(reporting: Reporting, path: Path) -> Sequence[Row | Unread]:
    if path.stat().st_size > _LARGEST_FILE:
        raise click.UsageError(f"{path.name} is larger than any report.")
    try:
        return reporting.read(path.read_bytes())
    except BadMessage as unreadable:
        raise click.UsageError(f"{path.name} cannot be read: {unreadable}.") from None
