"""How long a report takes, whole and with the orders behind its largest number.

`python -m tests.benchmarks.reports [--stamps 100000] [--runs 5] [--json FILE]`

The peer is plain SQL over the stamps, which opens each stamp's JSON: payments by provider, and
nothing of what became of them.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from adapters.embedded_postgres import EmbeddedPostgres
from adapters.keys.key_ring import Keyring
from adapters.postgres.connections import Connections
from adapters.postgres.ledger.recorder import PostgresStampRecorder
from adapters.postgres.views.owner import OwnedViews
from adapters.postgres.views.reports import ReportViews
from adapters.process_settings import few_collections
from adapters.store.ledger import StampLedger
from adapters.worker.projector.projector import Projector
from projections.reports.all import REPORTS
from projections.reports.entries import REPORT_ENTRIES
from projections.reports.report import Frame
from tests.benchmarks.command import command
from tests.benchmarks.filling import fill
from tests.benchmarks.measuring import Figures, ratio, summary
from tests.kits.databases import migrated_template

SHOP = "winterfest"
PER_ORDER = 12
PLAIN = """
    select body->>'provider', date_trunc('month', recorded_at at time zone 'Europe/Helsinki'),
        count(*), sum((body->'amount'->>'amount')::bigint)
    from (
        select recorded_at, convert_from(substring(state from 7), 'UTF8')::jsonb as body
        from ledger.stamps where type = 'PAID'
    ) as payments
    group by 1, 2
"""


def filled(server: EmbeddedPostgres, *, stamps: int) -> str:
    """The address of a database with a ledger and its entries."""
    server.create_database("filled", template=migrated_template(server))
    url = server.url("filled")
    recorder = PostgresStampRecorder(url)
    keyring = Keyring(bytes(32), ledger=recorder.ledger_id, store=recorder.keys)
    ledger = StampLedger(recorder, keyring=keyring)
    owned = OwnedViews.take(url, "projections", projections=[REPORT_ENTRIES])
    assert owned is not None
    with few_collections():
        fill(ledger, orders=max(1, round(stamps / PER_ORDER)))
        Projector(ledger, owned, on_poison=print).run_once()
    owned.close()
    ledger.close()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("vacuum analyze views.report_entries")
        connection.execute("vacuum analyze ledger.stamps")
    return url


def frame(first: datetime, position: int) -> Frame:
    """All that was ever sold."""
    zone = ZoneInfo("Europe/Helsinki")
    until = first + timedelta(days=2)
    return Frame(
        shops=(SHOP,),
        since=first,
        until=until,
        as_of=position,
        zone=zone,
        zones={SHOP: zone},
        starts={SHOP: until},
    )


def timed(work: Callable[[], object], runs: int) -> Figures:
    """One at a time, the first not counted."""
    work()
    waits = []
    for _ in range(runs):
        began = perf_counter()
        work()
        waits.append(perf_counter() - began)
    return summary(waits, seconds=sum(waits))


def plainly(url: str) -> Sequence[Any]:
    """The peer."""
    with psycopg.connect(url) as connection:
        return connection.execute(PLAIN).fetchall()


def run(server: EmbeddedPostgres, *, stamps: int, runs: int) -> dict[str, Any]:
    """Every report in turn, the peer beside it."""
    url = filled(server, stamps=stamps)
    connections = Connections(url)
    views = ReportViews(connections)
    first, head = views.first([SHOP]), views.position()
    assert first is not None
    whole = frame(first, head)
    peer = timed(partial(plainly, url), runs)
    rows = [
        _row(name, timed(partial(one.make, views, whole), runs), peer)
        for name, one in REPORTS.items()
    ]
    source = REPORTS["orders-by-outcome"].make(views, whole).lines[-1].cells[1].source
    assert source is not None
    behind = partial(views.behind, source, shops=[SHOP], as_of=head, limit=51)
    rows.append(_row("the orders behind its largest number", timed(behind, runs), peer))
    connections.close()
    return {"stamps": head, "rows": rows}


def _row(case: str, ours: Figures, peer: Figures) -> dict[str, Any]:
    return {
        "case": case,
        "callers": 1,
        "ours": ours,
        "peers": {"plain SQL over stamps": peer},
        "limit": None,
        "ratio": {"plain SQL over stamps": ratio(ours, peer)},
    }


def table(result: dict[str, Any]) -> str:
    """For people: milliseconds."""
    peer = result["rows"][0]["peers"]["plain SQL over stamps"]["p50_ms"]
    lines = [f"{row['ours']['p50_ms']:>9.1f} ms  {row['case']}" for row in result["rows"]]
    told = (
        f"{result['stamps']:,} stamps; payments by provider in plain SQL over them: {peer:.1f} ms"
    )
    return "\n".join([*lines, told])


if __name__ == "__main__":
    command("reports", run, about=__doc__, defaults={"stamps": 100_000, "runs": 5}, table=table)
