"""The worker's own `/metrics`, for whoever is on its machine."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, start_http_server

from web.http.case_metrics import CaseFigures
from web.http.clock_metrics import ClockFigures
from web.http.ledger_metrics import Calls, LedgerFigures, Passed
from web.wiring.parts import Parts

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
    server, thread = start_http_server(port, addr=LOOPBACK, registry=registry)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
