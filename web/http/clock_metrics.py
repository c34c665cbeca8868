"""How far clocks are apart, for Prometheus."""

from collections.abc import Callable, Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from ledger.kernel.clocks import Clocks


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
