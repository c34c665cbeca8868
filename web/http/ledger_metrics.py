"""How the ledger and its surroundings stand, in figures, read at each look."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from web.http.projection_health import seconds_since
from web.wiring.parts import Views

Family = GaugeMetricFamily | CounterMetricFamily
# Provider, call, outcome.
Calls = Callable[[], Mapping[tuple[str, str, str], int]]


class Passed(Protocol):
    """What a reactor has come to."""

    @property
    def done(self) -> int: ...

    @property
    def failed(self) -> int: ...


def _no_calls() -> Mapping[tuple[str, str, str], int]:
    return {}


def _no_reactors() -> Mapping[str, Passed]:
    return {}


@dataclass(frozen=True, eq=False, kw_only=True)
class LedgerFigures(Collector):
    """Lag, letters and open questions are the ledger's; calls and reactors this process's."""

    views: Views
    clock: Callable[[], datetime]
    calls: Calls = field(default=_no_calls)
    reactors: Callable[[], Mapping[str, Passed]] = field(default=_no_reactors)

    def describe(self) -> Iterator[Family]:
        """Nothing is asked before somebody looks."""
        return iter(())

    def collect(self) -> Iterator[Family]:
        """The figures of this moment."""
        now = self.clock()
        yield from self._projections(now)
        yield from self._letters(now)
        yield from self._intents(now)
        yield from self._process()

    def _projections(self, now: datetime) -> Iterator[Family]:
        stamps = _gauge("projection_lag_stamps", "Stamps not projected yet", "projection")
        seconds = _gauge("projection_lag_seconds", "Age of the first of them", "projection")
        for one in self.views.checkpoints():
            stamps.add_metric([one.name], one.lag)
            seconds.add_metric([one.name], seconds_since(one.behind_since, now))
        stopped = _gauge("stopped_lanes", "Streams whose rows stand still")
        stopped.add_metric([], len(self.views.stopped_lanes()))
        yield from (stamps, seconds, stopped)

    def _letters(self, now: datetime) -> Iterator[Family]:
        counted = self.views.count_letters(now)
        states = _gauge("letters", "Letters by state", "state")
        for state in ("due", "started", "sent", "failed", "unknown"):
            states.add_metric([state], sum(one.many for one in counted if one.state == state))
        waiting = [one for one in counted if one.waiting]
        outbox = _gauge("letters_waiting", "Letters that are to go out still")
        outbox.add_metric([], sum(one.many for one in waiting))
        oldest = _gauge("oldest_letter_seconds", "Age of the oldest of them")
        oldest.add_metric([], max((seconds_since(one.since, now) for one in waiting), default=0))
        yield from (states, outbox, oldest)

    def _intents(self, now: datetime) -> Iterator[Family]:
        labels = ("kind", "provider")
        many = _gauge("open_intents", "Questions to providers without an answer", *labels)
        oldest = _gauge("oldest_open_intent_seconds", "Age of the oldest of them", *labels)
        for one in self.views.count_intents():
            many.add_metric([one.kind, one.provider], one.many)
            oldest.add_metric([one.kind, one.provider], seconds_since(one.since, now))
        yield from (many, oldest)

    def _process(self) -> Iterator[Family]:
        calls = _counter("provider_calls", "Calls by outcome", "provider", "call", "outcome")
        for called, count in sorted(self.calls().items()):
            calls.add_metric(called, count)
        items = _counter("reactor_items", "Items by what came of them", "reactor", "outcome")
        for name, passed in sorted(self.reactors().items()):
            items.add_metric([name, "done"], passed.done)
            items.add_metric([name, "failed"], passed.failed)
        yield from (calls, items)


def _gauge(name: str, text: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"stampledger_{name}", text, labels=labels)


def _counter(name: str, text: str, *labels: str) -> CounterMetricFamily:
    return CounterMetricFamily(f"stampledger_{name}", text, labels=labels)
