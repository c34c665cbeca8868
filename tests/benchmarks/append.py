"""One-stamp durable appends: ours, beside other stores and the limit of raw inserts.

`python -m tests.benchmarks.append [--callers 1,4,16,32,64,128] [--seconds 2] [--runs 3]`
"""

from collections import defaultdict
from contextlib import AbstractContextManager
from typing import Any

from adapters.embedded_postgres import OWNER, EmbeddedPostgres
from tests.benchmarks.command import command
from tests.benchmarks.measuring import Figures, measure, median_of, ratio
from tests.benchmarks.pgbench import pgbench
from tests.benchmarks.ways import ROWS, Work, one_core, ours, raw, stock, umadb
from tests.kits.databases import migrated_template

STOCK, UNSAFE = "eventsourcing", "eventsourcing with functions (loses events)"
SINGLE, UMADB = "pgbench, a row per commit", "umadb"


def compare(server: EmbeddedPostgres, callers: int, *, seconds: float, runs: int) -> dict[str, Any]:
    """One row of the result: medians, each way measured in turn in every run."""
    found: dict[str, list[Figures]] = defaultdict(list)
    for _ in range(runs):
        for name, figures in once(server, callers, seconds=seconds).items():
            found[name].append(figures)
    medians = {name: median_of(figures) for name, figures in found.items()}
    us, limit = medians.pop("ours"), medians.pop("limit")
    return {
        "case": "one stamp per append",
        "callers": callers,
        "ours": us,
        "peers": {**dict.fromkeys((STOCK, UNSAFE, UMADB, SINGLE)), **medians},
        "limit": limit,
        "ratio": {name: ratio(us, one) for name, one in [*medians.items(), ("limit", limit)]},
    }


def once(server: EmbeddedPostgres, callers: int, *, seconds: float) -> dict[str, Figures]:
    """Every way, once. Those whose package or program is absent are left out."""
    bare = server.url("stock", role=OWNER)

    def figures(way: AbstractContextManager[Work | None]) -> Figures | None:
        with way as work:
            return measure(work, callers, seconds=seconds) if work else None

    with one_core():
        found = {"ours": figures(ours(server.url("ours")))}
        found[STOCK] = figures(stock(bare))
        found[UNSAFE] = figures(stock(bare, functions=True))
    found[UMADB] = figures(umadb())
    with raw(bare) as work:
        rows = measure(work, 1, seconds=seconds / 2)
    found["limit"] = {**rows, "per_second": rows["per_second"] * ROWS}
    found[SINGLE] = pgbench(bare, callers, seconds=seconds / 2)
    return {name: one for name, one in found.items() if one is not None}


def run(
    server: EmbeddedPostgres, *, callers: list[int], seconds: float, runs: int
) -> list[dict[str, Any]]:
    """A row for each number of callers."""
    server.create_database("ours", template=migrated_template(server))
    server.create_database("stock")
    return [compare(server, count, seconds=seconds, runs=runs) for count in callers]


DEFAULTS = {"callers": [1, 4, 16, 32, 64, 128], "seconds": 2.0, "runs": 3}

if __name__ == "__main__":
    command("append", run, about=__doc__, defaults=DEFAULTS)
