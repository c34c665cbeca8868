"""Figures of outgoing webhooks: what waits, what is tried again, what was given up."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from web.wiring.parts import Store
from web.wiring.webhooks import WebhookEndpoints


@dataclass(frozen=True, eq=False, kw_only=True)
class WebhookFigures(Collector):
    """Asked for when somebody looks; the same from every process."""

    webhooks: WebhookEndpoints
    store: Store
    clock: Callable[[], datetime]

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Nothing is asked before somebody looks."""
        return iter(())

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The figures of this moment."""
        counted = self.webhooks.counted()
        events = GaugeMetricFamily(
            "stampledger_webhook_events",
            "Events that a receiver has not taken: not tried yet, tried, or given up",
            labels=["state"],
        )
        events.add_metric(["waiting"], counted.waiting)
        events.add_metric(["retried"], counted.retried)
        events.add_metric(["dead"], counted.dead)
        yield events
        yield _figure("webhook_endpoints_off", "Receivers that were switched off", counted.off)
        age = self._age(counted.oldest)
        yield _figure("oldest_webhook_event_seconds", "Age of the oldest that waits", age)

    def _age(self, position: int | None) -> float:
        """Since it was stamped; what happened is what its receiver waits for."""
        found = self.store.feed(position - 1, limit=1) if position else ()
        if not found:
            return 0.0
        return max((self.clock() - found[0].recorded_at).total_seconds(), 0.0)


def _figure(name: str, text: str, value: float) -> GaugeMetricFamily:
    told = GaugeMetricFamily(f"stampledger_{name}", text)
    told.add_metric([], value)
    return told
