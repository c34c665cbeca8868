"""How many stamps per second the projections follow: one of them and all, behind and rebuilt.

`python -m tests.benchmarks.project [--orders 48000] [--runs 3] [--json FILE]`

The peer is the library's `ProjectionRunner` with one view, on the same PostgreSQL; the limit is
decoding and folding the same stamps without any database.
"""

from collections import defaultdict
from collections.abc import Callable, Collection
from time import perf_counter
from typing import Any
from uuid import UUID

from adapters.embedded_postgres import EmbeddedPostgres
from adapters.keys.key_ring import Keyring
from adapters.postgres.ledger.recorder import PostgresStampRecorder
from adapters.postgres.views.owner import OwnedViews
from adapters.process_settings import few_collections
from adapters.store.ledger import StampLedger
from adapters.store.mapper import restore
from adapters.store.rows import PlainRow
from adapters.worker.projector.projector import Projector
from adapters.worker.projector.rebuild import rebuild
from projections.all import PROJECTIONS
from projections.engine.projection import Projection, folded
from projections.order_search import ORDER_PAGES
from tests.benchmarks.command import command
from tests.benchmarks.filling import fill
from tests.benchmarks.measuring import Figures, median_of, ratio
from tests.benchmarks.stock_projection import stock_projects
from tests.kits.databases import migrated_template

Way = Callable[[StampLedger, str, Collection[Projection]], float]


def behind(ledger: StampLedger, url: str, chosen: Collection[Projection]) -> float:
    """Seconds to follow from the first stamp to the last, in the daemon's way."""
    owned = OwnedViews.take(url, "projections", projections=chosen)
    assert owned is not None
    began = perf_counter()
    with few_collections():
        Projector(ledger, owned, on_poison=print).run_once()
    seconds = perf_counter() - began
    owned.close()
    return seconds


def rebuilt(ledger: StampLedger, url: str, chosen: Collection[Projection]) -> float:
    """Seconds to derive everything again beside the live tables and to swap it in."""
    behind(ledger, url, chosen)
    began = perf_counter()
    rebuild(ledger, url, projections=chosen)
    return perf_counter() - began


def folding(rows: list[PlainRow]) -> float:
    """Seconds to decode and fold stamps that are in memory, order by order: the limit."""
    streams: dict[UUID, list[PlainRow]] = defaultdict(list)
    began = perf_counter()
    with few_collections():
        for row in rows:
            streams[row.stream].append(row)
        for stream in streams.values():
            folded([restore(row) for row in stream])
        return perf_counter() - began


CASES: list[tuple[str, Way, Collection[Projection]]] = [
    ("one projection, from behind", behind, [ORDER_PAGES]),
    ("all projections, from behind", behind, PROJECTIONS.values()),
    ("one projection, rebuilt", rebuilt, [ORDER_PAGES]),
    ("all projections, rebuilt", rebuilt, PROJECTIONS.values()),
]


class Bench:
    """A server with a filled ledger, copied for every measurement."""

    def __init__(self, server: EmbeddedPostgres, *, orders: int) -> None:
        self.server, self.copies = server, 0
        server.create_database("filled", template=migrated_template(server))
        ledger = self.ledger(server.url("filled"))
        fill(ledger, orders=orders)
        self.rows = ledger.recorder.read_plain(0, limit=10_000_000)  # type: ignore[attr-defined]
        ledger.close()

    def ledger(self, url: str) -> StampLedger:
        recorder = PostgresStampRecorder(url)
        keyring = Keyring(bytes(32), ledger=recorder.ledger_id, store=recorder.keys)
        return StampLedger(recorder, keyring=keyring)

    def fresh(self) -> str:
        self.copies += 1
        self.server.create_database(f"copy{self.copies}", template="filled")
        return self.server.url(f"copy{self.copies}")

    def one(self, way: Way, chosen: Collection[Projection]) -> Figures:
        url = self.fresh()
        ledger = self.ledger(url)
        seconds = way(ledger, url, chosen)
        ledger.close()
        return {"per_second": round(len(self.rows) / seconds)}

    def stock(self) -> Figures:
        self.server.create_database(f"stock{self.copies}")
        rate = stock_projects(self.server, f"stock{self.copies}", orders=1_000)
        return {"per_second": round(rate)}

    def limit(self) -> Figures:
        return {"per_second": round(len(self.rows) / folding(self.rows))}


def run(server: EmbeddedPostgres, *, orders: int, runs: int) -> dict[str, Any]:
    """Every way in turn, in every run; medians."""
    bench = Bench(server, orders=orders)
    peers, limits = [], []
    mine: dict[str, list[Figures]] = defaultdict(list)
    for _ in range(runs):
        limits.append(bench.limit())
        for case, way, chosen in CASES:
            mine[case].append(bench.one(way, chosen))
        peers.append(bench.stock())
    peer, limit = median_of(peers), median_of(limits)
    rows = [_row(case, median_of(figures), peer, limit) for case, figures in mine.items()]
    return {"stamps": len(bench.rows), "rows": rows}


def _row(case: str, ours: Figures, peer: Figures, limit: Figures) -> dict[str, Any]:
    return {
        "case": case,
        "callers": 1,
        "ours": ours,
        "peers": {"eventsourcing": peer},
        "limit": limit,
        "ratio": {"eventsourcing": ratio(ours, peer), "limit": ratio(ours, limit)},
    }


def table(result: dict[str, Any]) -> str:
    """For people: the ratio first."""
    lines = [f"{'ratio':>7} {'of limit':>8} {'ours/s':>9} {'stock/s':>8}  {'case'}"]
    for row in result["rows"]:
        lines.append(
            f"{row['ratio']['eventsourcing']:>7} {row['ratio']['limit']:>8}"
            f" {row['ours']['per_second']:>9.0f}"
            f" {row['peers']['eventsourcing']['per_second']:>8.0f}  {row['case']}"
        )
    limit = result["rows"][0]["limit"]["per_second"]
    return "\n".join([*lines, f"limit: {limit:.0f} stamps/s decoded and folded without a database"])


if __name__ == "__main__":
    defaults = {"orders": 48_000, "runs": 3}
    command("project", run, about=__doc__, defaults=defaults, table=table)
