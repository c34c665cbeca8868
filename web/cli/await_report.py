"""Reports that a provider brings to our door when it is asked: waited for, and read."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ledger.payments.message import BadMessage, ProviderAway
from ledger.reconciliation.by_report import Reporting, Settlement
from ledger.reconciliation.records import LOOKBACK, REPORT, Period, Row, Tell, Unread, silent
from web.wiring.parts import Archive

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
