"""Cases in figures, read from the views at each look, so that every process tells the same."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

CaseCount = tuple[str, str, str, int]  # kind, severity, state, how many


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
        waiting, alarms = Counter[str](), Counter[str]()
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
