"""How many stamps a second the auditor verifies out of a database: hashes alone, and every law.

`python -m tests.benchmarks.verify [--orders 2000] [--runs 3] [--json FILE]`

In one process, and shared by one per core: these are counted from when they are ready. The
processor's time is that of all of them without the database's; the limit is fetching the same rows
in one process and dropping them.
"""

import os
import resource
import time
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import psutil
import psycopg

from adapters.audit.processes import AuditProcesses, audit_processes
from adapters.embedded_postgres import APP, EmbeddedPostgres
from adapters.postgres.ledger.recorder import PostgresStampRecorder
from adapters.postgres.ledger.rows import leave_raw
from adapters.postgres.statements import statement
from adapters.process_settings import few_collections
from ledger.audit.verify import Verification
from ledger.codec.rows import BATCH
from ledger.shop.shop import ShopSpec
from tests.benchmarks.command import command
from tests.benchmarks.measuring import Figures, median_of, ratio
from tests.kits.audit import cancel, pay, send_letters
from tests.kits.databases import migrated_template
from tests.kits.worlds import SPEC, World

BIG = ShopSpec(
    slug=SPEC.slug,
    preferences=replace(SPEC.preferences, starts_at=datetime(2099, 1, 1, tzinfo=UTC)),
    quotas={"weekend": 10_000_000, "friday": 10_000_000},
    products=SPEC.products,
)


HASHES, LAWS = "positions, times and hashes", "every law"


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


def verified(world: World, url: str, *, hashes_only: bool, processes: int) -> Figures:
    """One whole verification."""
    with ExitStack() as stack:
        shares = _ready(stack, url, hashes_only=hashes_only, processes=processes)
        verification = Verification(world.store.stored(), hashes_only=hashes_only, shares=shares)
        began, worked = time.perf_counter(), _processor(shares)
        stack.enter_context(few_collections())
        findings = list(verification)
        seconds, work = time.perf_counter() - began, _processor(shares) - worked
    assert not findings, findings[:3]
    assert verification.verdict is not None
    rows = verification.verdict.rows
    return {"per_second": round(rows / seconds), "processor_us": round(work / rows * 1e6, 2)}


def _ready(
    stack: ExitStack, url: str, *, hashes_only: bool, processes: int
) -> AuditProcesses | None:
    """Further processes, once they have answered about nothing."""
    if processes == 1:
        return None
    shares = stack.enter_context(audit_processes(url, processes, hashes_only=hashes_only))
    shares.ask(0, until=0, rows=[])
    shares.answer()
    return shares


def _processor(shares: AuditProcesses | None) -> float:
    """Seconds that this process and those that share its work have spent."""
    others = [psutil.Process(pid).cpu_times() for pid in (shares.pids if shares else ())]
    return time.process_time() + sum(one.user + one.system for one in others)


def fetched(url: str) -> Figures:
    """The limit: the same rows in the same batches, fetched and dropped."""
    began, after, read = time.perf_counter(), 0, statement("read_positions")
    with psycopg.connect(url, autocommit=True, cursor_factory=psycopg.RawCursor) as connection:
        cursor = connection.cursor(binary=True)
        leave_raw(cursor)
        while rows := cursor.execute(read, [after, BATCH]).fetchall():
            after = rows[-1][0]
    return {"per_second": round(after / (time.perf_counter() - began))}


def measured(server: EmbeddedPostgres, *, orders: int, runs: int) -> dict[str, Any]:
    """Verification of a database of its own, several times; medians."""
    server.create_database("verify", template=migrated_template(server))
    url = server.url("verify", role=APP)
    world = World(BIG, make=lambda clock: PostgresStampRecorder(url, clock=clock))
    cases = [(what, count) for count in (1, *_more()) for what in (HASHES, LAWS)]
    mine: dict[tuple[str, int], list[Figures]] = {case: [] for case in cases}
    limits = []
    try:
        fill(world, orders)
        for _ in range(runs):
            limits.append(fetched(url))
            for what, count in cases:
                done = verified(world, url, hashes_only=what == HASHES, processes=count)
                mine[what, count].append(done)
        stamps = world.store.head()[0]
    finally:
        world.close()
    limit = median_of(limits)
    return {
        "stamps": stamps,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "rows": [_row(*case, median_of(figures), limit) for case, figures in mine.items()],
    }


def _more() -> tuple[int, ...]:
    cores = os.cpu_count() or 1
    return (cores,) if cores > 1 else ()


def _row(what: str, processes: int, ours: Figures, limit: Figures) -> dict[str, Any]:
    shared = f", {processes} processes and one that holds them together"
    return {
        "case": what + (shared if processes > 1 else ""),
        "callers": processes,
        "ours": ours,
        "peers": {},
        "limit": limit,
        "ratio": {"limit": ratio(ours, limit)},
    }


def table(result: dict[str, Any]) -> str:
    """For people: the ratio first."""
    lines = [f"{'of limit':>8} {'ours/s':>9} {'processor':>12}  case"]
    for row in result["rows"]:
        ours = row["ours"]
        told = f"{ours['per_second']:>9.0f} {ours['processor_us']:>9.2f} µs"
        lines.append(f"{row['ratio']['limit']:>8} {told}  {row['case']}")
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
