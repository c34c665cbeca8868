"""Figures for Prometheus: of requests, cases, clocks, projections and the ledger."""

from collections import Counter as Counted
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from threading import Lock
from typing import Any, Protocol

from flask import Flask, Response, current_app
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    start_http_server,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from ledger.kernel.clocks import Clocks
from web.http.access_log import method, route, seconds
from web.http.shared_figures import together
from web.http.webhook_metrics import WebhookFigures
from web.wiring.derived import Stopped
from web.wiring.parts import Parts, Views

# Longer than that, and nobody calls it the moment that rows take.
LATE = timedelta(seconds=60)


def seconds_since(since: datetime | None, now: datetime) -> float:
    """How long that is ago; 0 where there is nothing, or where a clock was moved back."""
    return max((now - since).total_seconds(), 0.0) if since else 0.0


def behind(views: Views, now: datetime) -> Mapping[str, Mapping[str, Any]]:
    """The projections that are late, each with how many stamps and seconds it is behind."""
    return {
        one.name: {"stamps": one.lag, "seconds": seconds_since(one.behind_since, now)}
        for one in views.checkpoints()
        if one.lag and seconds_since(one.behind_since, now) > LATE.total_seconds()
    }


def told_of_stopped(stopped: Sequence[Stopped]) -> Iterator[str]:
    """One sentence for each stream, and what lets it go on."""
    for lane in stopped:
        yield f"Stands still: stream {lane.stream} since position {lane.position} ({lane.error})"
    if stopped:
        yield (
            "Their rows are those of just before. There is a case for each: `stampledger cases"
            " list`. See docs/runbooks/worker-behind.md."
        )


def told_of_lag(late: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """One sentence for each projection that is late, and what to do."""
    for name, by in late.items():
        yield f"Behind: {name} by {by['stamps']} stamps, for {by['seconds']:.0f} seconds"
    if late:
        yield "`stampledger projections list` tells who moves them, or what to start."


CaseCount = tuple[str, str, str, int]  # kind, severity, state, how many
Called = tuple[str, str, str]  # provider, call, outcome
Calls = Callable[[], Mapping[Called, int]]


class CaseFigures(Collector):
    """Open cases by severity, and critical ones that were ever opened, by kind."""

    def __init__(self, count: Callable[[], Sequence[CaseCount]]) -> None:
        self._count = count

    def describe(self) -> Iterator[GaugeMetricFamily | CounterMetricFamily]:
        """What will be told, without asking anything."""
        yield self._open()
        yield self._alarms()

    def collect(self) -> Iterator[GaugeMetricFamily | CounterMetricFamily]:
        """The figures of this moment."""
        counted = self._count()
        waiting, alarms = Counted[str](), Counted[str]()
        for kind, severity, state, many in counted:
            waiting[severity] += many if state == "open" else 0
            alarms[kind] += many if severity == "critical" else 0
        told = self._open()
        for severity in ("critical", "warning"):
            told.add_metric([severity], waiting[severity])
        yield told
        rung = self._alarms()
        for kind, many in sorted(alarms.items()):
            rung.add_metric([kind], many)
        yield rung

    def _open(self) -> GaugeMetricFamily:
        text = "Cases that wait for a person"
        return GaugeMetricFamily("stampledger_open_cases", text, labels=["severity"])

    def _alarms(self) -> CounterMetricFamily:
        text = "Critical cases that were ever opened"
        return CounterMetricFamily("stampledger_critical_cases", text, labels=["kind"])


_NAME = "metrics"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class HeadFigure(Collector):
    """How long the ledger is, when somebody looks."""

    def __init__(self, head: Callable[[], tuple[int, bytes]]) -> None:
        self._head = head

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Nothing is asked before somebody looks."""
        return iter(())

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The figure of this moment."""
        told = _gauge("stamps", "Stamps in the ledger")
        told.add_metric([], self._head()[0])
        yield told


class Metrics:
    """The counters of one app. Labels are routes and outcomes, never addresses."""

    def __init__(
        self,
        head: Callable[[], tuple[int, bytes]],
        count_cases: Callable[[], Sequence[CaseCount]] = lambda: (),
        *figures: Collector,
        calls: Calls = dict,
    ) -> None:
        self.registry = CollectorRegistry()
        self._figures = (*figures, CaseFigures(count_cases), HeadFigure(head))
        for one in self._figures:
            self.registry.register(one)
        self.requests = self._counter("requests", "Requests", "method", "route", "status")
        self.webhooks = self._counter("webhooks", "Webhooks by what came of them", "door", "result")
        self.took = Histogram(
            "stampledger_request_seconds", "Seconds", ["route"], registry=self.registry
        )
        self._called = self._counter(
            "provider_calls", "Calls by outcome", "provider", "call", "outcome"
        )
        self._calls, self._told, self._lock = calls, Counted[Called](), Lock()
        self._asked: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self.unreadable = count(1)

    def watch(self, app: Flask) -> None:
        """Count this app's requests."""
        app.extensions[_NAME] = self
        app.after_request(self._count)

    def exposition(self) -> bytes:
        """The text that Prometheus reads."""
        self._count_calls()
        return generate_latest(together(self.registry, self._figures))

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"stampledger_{name}", text, labels, registry=self.registry)

    def _count(self, response: Response) -> Response:
        requests, took = self._of((method(), route(), response.status_code))
        requests.inc()
        took.observe(seconds())
        self._count_calls()
        return response

    def _of(self, asked: tuple[str, str, int]) -> tuple[Counter, Histogram]:
        """The library looks its own up behind a lock; there are as many as it keeps itself."""
        found = self._asked.get(asked)
        if found is None:
            method, route, status = asked
            found = self.requests.labels(method, route, str(status)), self.took.labels(route)
            self._asked[asked] = found
        return found

    def _count_calls(self) -> None:
        """What this process asked of providers since it was counted last."""
        with self._lock:
            for called, many in self._calls().items():
                if fresh := many - self._told[called]:
                    self._called.labels(*called).inc(fresh)
                    self._told[called] = many


def metrics() -> Metrics:
    """The counters of the app that serves this request."""
    found = current_app.extensions[_NAME]
    assert isinstance(found, Metrics)
    return found


class ClockFigures(Collector):
    """Asked for when somebody looks."""

    def __init__(self, clocks: Callable[[], Clocks]) -> None:
        self._clocks = clocks

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Their names; the clocks are not asked."""
        return iter(_families())

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Seconds that the machine is ahead of the database, and the ledger of its clock."""
        clocks, (machine, ledger) = self._clocks(), _families()
        machine.add_metric([], clocks.apart.total_seconds())
        ledger.add_metric([], clocks.ahead.total_seconds())
        return iter((machine, ledger))


def _families() -> tuple[GaugeMetricFamily, GaugeMetricFamily]:
    return (
        GaugeMetricFamily(
            "stampledger_machine_ahead_seconds",
            "This machine's clock less the database's; beyond 60 nothing is appended",
        ),
        GaugeMetricFamily(
            "stampledger_ledger_ahead_seconds", "Newest stamp's time less the ledger's clock"
        ),
    )


Family = GaugeMetricFamily | CounterMetricFamily


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
    """Lag, letters and open questions are the ledger's; calls and reactors a worker's."""

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
        for state in ("due", "started", "sent", "failed", "declined", "unknown"):
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
        for called, many in sorted(self.calls().items()):
            calls.add_metric(called, many)
        items = _counter("reactor_items", "Items by what came of them", "reactor", "outcome")
        for name, passed in sorted(self.reactors().items()):
            items.add_metric([name, "done"], passed.done)
            items.add_metric([name, "failed"], passed.failed)
        if self.calls is not _no_calls:
            yield calls
        yield items


def _gauge(name: str, text: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"stampledger_{name}", text, labels=labels)


def _counter(name: str, text: str, *labels: str) -> CounterMetricFamily:
    return CounterMetricFamily(f"stampledger_{name}", text, labels=labels)


LOOPBACK = "127.0.0.1"


@contextmanager
def worker_metrics(
    parts: Parts, port: int | None, *, reactors: Callable[[], Mapping[str, Passed]]
) -> Iterator[None]:
    """Served on loopback while this block lasts; not at all without a port."""
    if port is None:
        yield
        return
    registry = CollectorRegistry()
    registry.register(CaseFigures(parts.views.count_cases))
    registry.register(ClockFigures(parts.store.clocks))
    calls: Calls = parts.calls
    registry.register(
        LedgerFigures(views=parts.views, clock=parts.clock, calls=calls, reactors=reactors)
    )
    registry.register(WebhookFigures(webhooks=parts.webhooks, store=parts.store, clock=parts.clock))
    server, thread = start_http_server(port, addr=LOOPBACK, registry=registry)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
