"""How many stamps a second the auditor verifies out of a database: hashes alone, and every law.

`python -m tests.benchmarks.verify [--orders 2000] [--runs 3] [--json FILE]`

One process on one core; the limit is fetching the same rows and dropping them.
"""

import resource
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import psycopg

from adapters.embedded_postgres import APP, EmbeddedPostgres
from adapters.postgres.plain_rows import leave_as_bytes
from adapters.postgres.stamp_store import PostgresStampRecorder
from adapters.postgres.statements import statement
from ledger.audit.rows import BATCH
from ledger.audit.verify import Verification
from ledger.few_collections import few_collections
from ledger.shop import ShopSpec
from tests.benchmarks.command import command
from tests.benchmarks.measuring import Figures, median_of, ratio
from tests.databases import migrated_template
from tests.ledger.audit_kit import cancel, pay, send_letters
from tests.worlds import SPEC, World

BIG = ShopSpec(
    slug=SPEC.slug,
    preferences=replace(SPEC.preferences, starts_at=datetime(2099, 1, 1, tzinfo=UTC)),
    quotas={"weekend": 10_000_000, "friday": 10_000_000},
    products=SPEC.products,
)


CASES = {"positions, times and hashes": True, "every law": False}


def fill(world: World, orders: int) -> None:
    """Every order is paid and gets its receipt; one in ten is cancelled and refunded."""
    for number in range(orders):
        name = f"order {number}"
        world.place(name, ("weekend", 2))
        pay(world, name)
        send_letters(world, name)
        if number % 10 == 0:
            cancel(world, name)
            send_letters(world, name)


def verified(world: World, *, hashes_only: bool) -> Figures:
    """One whole verification."""
    verification = Verification(world.store.stored(), hashes_only=hashes_only)
    began = time.perf_counter()
    with few_collections():
        findings = list(verification)
    seconds = time.perf_counter() - began
    assert not findings, findings[:3]
    assert verification.verdict is not None
    return {"per_second": round(verification.verdict.rows / seconds)}


def fetched(url: str) -> Figures:
    """The limit: the same rows in the same batches, fetched and dropped."""
    began, after, read = time.perf_counter(), 0, statement("read_positions")
    with psycopg.connect(url, autocommit=True, cursor_factory=psycopg.RawCursor) as connection:
        cursor = connection.cursor(binary=True)
        leave_as_bytes(cursor)
        while rows := cursor.execute(read, [after, BATCH]).fetchall():
            after = rows[-1][0]
    return {"per_second": round(after / (time.perf_counter() - began))}


def measured(server: EmbeddedPostgres, *, orders: int, runs: int) -> dict[str, Any]:
    """Verification of a database of its own, several times; medians."""
    server.create_database("verify", template=migrated_template(server))
    url = server.url("verify", role=APP)
    world = World(BIG, make=lambda clock: PostgresStampRecorder(url, clock=clock))
    mine: dict[str, list[Figures]] = {case: [] for case in CASES}
    limits = []
    try:
        fill(world, orders)
        for _ in range(runs):
            limits.append(fetched(url))
            for case, hashes_only in CASES.items():
                mine[case].append(verified(world, hashes_only=hashes_only))
        stamps = world.store.head()[0]
    finally:
        world.close()
    limit = median_of(limits)
    return {
        "stamps": stamps,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "rows": [_row(case, median_of(figures), limit) for case, figures in mine.items()],
    }


def _row(case: str, ours: Figures, limit: Figures) -> dict[str, Any]:
    return {
        "case": case,
        "callers": 1,
        "ours": ours,
        "peers": {},
        "limit": limit,
        "ratio": {"limit": ratio(ours, limit)},
    }


def table(result: dict[str, Any]) -> str:
    """For people: the ratio first."""
    lines = [f"{'of limit':>8} {'ours/s':>9}  case"]
    for row in result["rows"]:
        lines.append(f"{row['ratio']['limit']:>8} {row['ours']['per_second']:>9.0f}  {row['case']}")
    limit = result["rows"][0]["limit"]["per_second"]
    return "\n".join(
        [
            *lines,
            f"limit: {limit:.0f} rows/s fetched and dropped",
            f"{result['stamps']} stamps, {result['peak_mib']} MiB at most",
        ]
    )


if __name__ == "__main__":
    defaults = {"orders": 2_000, "runs": 3}
    command("verify", measured, about=__doc__, defaults=defaults, table=table)
