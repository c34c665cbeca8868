"""News is received as web and worker do: what no page bears out yet comes again at the end."""

from collections.abc import Callable, Iterable

from ledger.inbox.ports import Report
from ledger.inbox.receive import NotTied


def receive_all(reports: Iterable[Report], receive: Callable[..., object]) -> None:
    """`receive` takes a report and whether it is patient."""
    late = []
    for report in reports:
        try:
            receive(report, patient=True)
        except NotTied:
            late.append(report)
    for report in late:
        receive(report, patient=False)
