"""How many stamps a second the auditor verifies, with every law, out of a database.

`python -m tests.benchmarks.verify [--orders 2000] [--runs 3] [--json FILE]`
"""

import argparse
import json
import resource
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from adapters.embedded_postgres import APP, EmbeddedPostgres
from adapters.postgres.stamp_store import PostgresStampRecorder
from ledger.audit.verify import Verification
from ledger.shop import ShopSpec
from tests.benchmarks.measuring import machine
from tests.databases import migrated_template
from tests.ledger.audit_kit import cancel, pay, send_letters
from tests.worlds import SPEC, World

BIG = ShopSpec(
    slug=SPEC.slug,
    preferences=replace(SPEC.preferences, starts_at=datetime(2099, 1, 1, tzinfo=UTC)),
    quotas={"weekend": 10_000_000, "friday": 10_000_000},
    products=SPEC.products,
)


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


def verified(world: World) -> dict[str, Any]:
    """One whole verification."""
    verification, began = Verification(world.store.stored()), time.perf_counter()
    findings, seconds = list(verification), time.perf_counter() - began
    assert not findings, findings[:3]
    assert verification.verdict is not None
    stamps = verification.verdict.rows
    return {"stamps": stamps, "seconds": round(seconds, 2), "per_second": round(stamps / seconds)}


def main() -> None:
    """Fill a ledger, verify it, print what was measured."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--orders", type=int, default=2_000)
    asked.add_argument("--runs", type=int, default=3)
    asked.add_argument("--json", type=Path)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as home:
        server = EmbeddedPostgres(Path(home))
        server.start()
        try:
            result = measured(server, orders=options.orders, runs=options.runs)
        finally:
            server.destroy()
    print(json.dumps(result, indent=2))
    if options.json:
        options.json.write_text(json.dumps(result, indent=2))


def measured(server: EmbeddedPostgres, *, orders: int, runs: int) -> dict[str, Any]:
    """Verification of a database of its own, several times."""
    server.create_database("verify", template=migrated_template(server))
    url = server.url("verify", role=APP)
    world = World(BIG, make=lambda clock: PostgresStampRecorder(url, clock=clock))
    try:
        fill(world, orders)
        rows = [verified(world) for _ in range(runs)]
    finally:
        world.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {"name": "verify", "machine": machine(), "peak_mib": peak, "runs": rows}


if __name__ == "__main__":
    main()
