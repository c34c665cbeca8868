"""Whose books are laid beside ours: listed, asked for one by one, or brought to our door."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import click

from ledger.order.decisions.staff import MANUAL
from ledger.payments.provider import BadMessage, ProviderAway
from ledger.reconciliation.by_pages import ByPages
from ledger.reconciliation.by_reference import OneByOne, Reporting
from ledger.reconciliation.records import (
    LOOKBACK,
    REPORT,
    Books,
    Period,
    Row,
    Settlement,
    Tell,
    Unread,
    silent,
)
from web.wiring.parts import Archive, Parts, intake

# What providers write without a zone may be meant a day earlier or later.
_EITHER_WAY = timedelta(days=1)
# Two halves of a period overlap by this much, so that nothing falls between them.
_OVERLAP = timedelta(seconds=1)
_SHORTEST = timedelta(minutes=1)
_LOOK_EVERY = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class BroughtReports:
    """Asks and waits, at most so many seconds for each report. Raises `ProviderAway`."""

    provider: str
    reporting: Reporting
    inbox: Archive
    clock: Callable[[], datetime]
    seconds: float
    tell: Tell = silent
    sleep: Callable[[float], None] = time.sleep
    timer: Callable[[], float] = time.monotonic

    def of(self, period: Period) -> Sequence[Row | Unread]:
        """Everything that may have moved money in a period, by when it was begun."""
        since = period.since - LOOKBACK - _EITHER_WAY
        return self._of(Period(since=since, until=period.until + _EITHER_WAY))

    def of_settlement(self, settlement: Settlement) -> Sequence[Row | Unread]:
        """Everything that came with one payout."""
        name = self.reporting.ask_settlement(settlement.id, now=self.clock())
        return self._brought(name)

    def _of(self, period: Period) -> Sequence[Row | Unread]:
        """A report that is full may leave some out: its period is asked for in halves."""
        rows = self._brought(self.reporting.ask(period, now=self.clock()))
        if len(rows) < self.reporting.most_rows:
            return rows
        if period.until - period.since < _SHORTEST:
            raise ProviderAway("a minute holds more payments than a report; give it with --report")
        middle = period.since + (period.until - period.since) / 2
        first = Period(since=period.since, until=middle + _OVERLAP)
        return [*self._of(first), *self._of(Period(since=middle, until=period.until))]

    def _brought(self, name: str) -> Sequence[Row | Unread]:
        """The rows of the report of this name, as soon as it stands in the inbox."""
        began = self.timer()
        while (kept := self.inbox.named(self.provider, name)) is None:
            waited = self.timer() - began
            if waited > self.seconds:
                raise ProviderAway(
                    f"no report within {self.seconds:.0f} seconds;"
                    " is `serve` running at STAMPLEDGER_BASE_URL? Or give one with --report"
                )
            self.tell("waiting for the provider's report (seconds)", int(waited))
            self.sleep(_LOOK_EVERY)
        opened = self.inbox.open(kept.id)
        if opened is None:
            raise ProviderAway("the report was erased before it was read")
        try:
            return self.reporting.read(opened.body)
        except BadMessage as trouble:
            return [Unread(kind=REPORT, reference=name, why=str(trouble))]


# How long a report may take, in seconds; its provider promises nothing.
WAIT = 300.0
# A year of a busy shop; what Paytrail brings by itself is far smaller.
_LARGEST_FILE = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a report comes from: files, the provider (waiting so many seconds), or nowhere.

    `payouts` says that those are compared, too; who lists nothing tells of them by reports only.
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
    if name == MANUAL and source.payouts:
        raise click.UsageError(
            "money by hand is on the shop's account already: nobody pays it out."
        )
    if name not in parts.books:
        known = ", ".join(sorted({*parts.books, *parts.reported})) or "none"
        raise click.UsageError(f"{name} has no books that can be read here; there are: {known}.")
    if source.said:
        raise click.UsageError(f"{name} lists its books, and no reports are read.")
    if source.payouts and name not in parts.payouts:
        raise click.UsageError(f"{name} pays nothing out that can be read here.")
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
