"""What is counted about requests, for Prometheus."""

from collections.abc import Callable, Sequence
from itertools import count

from flask import Flask, Response, current_app
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.registry import Collector

from web.http.access_log import method, route, seconds
from web.http.case_metrics import CaseCount, CaseFigures

_NAME = "metrics"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """The counters of one app. Labels are routes and outcomes, never addresses."""

    def __init__(
        self,
        head: Callable[[], tuple[int, bytes]],
        count_cases: Callable[[], Sequence[CaseCount]] = lambda: (),
        *figures: Collector,
    ) -> None:
        self.registry = CollectorRegistry()
        for one in figures:
            self.registry.register(one)
        self.registry.register(CaseFigures(count_cases))
        self.requests = self._counter("requests", "Requests", "method", "route", "status")
        self.webhooks = self._counter("webhooks", "Webhooks by what came of them", "door", "result")
        self.took = Histogram(
            "stampledger_request_seconds", "Seconds", ["route"], registry=self.registry
        )
        self.stamps = Gauge("stampledger_stamps", "Stamps in the ledger", registry=self.registry)
        self.unreadable = count(1)
        self._head = head

    def watch(self, app: Flask) -> None:
        """Count this app's requests."""
        app.extensions[_NAME] = self
        app.after_request(self._count)

    def exposition(self) -> bytes:
        """The text that Prometheus reads."""
        self.stamps.set(self._head()[0])
        return generate_latest(self.registry)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"stampledger_{name}", text, labels, registry=self.registry)

    def _count(self, response: Response) -> Response:
        self.requests.labels(method(), route(), str(response.status_code)).inc()
        self.took.labels(route()).observe(seconds())
        return response


def metrics() -> Metrics:
    """The counters of the app that serves this request."""
    found = current_app.extensions[_NAME]
    assert isinstance(found, Metrics)
    return found
