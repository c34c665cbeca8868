"""How many stamps per second the projections follow: all of them, and rebuilt.

`python -m tests.benchmarks.project [--orders 3000] [--batch 500]`
"""

import argparse
import tempfile
from collections.abc import Mapping
from pathlib import Path
from time import perf_counter

from adapters.embedded_postgres import EmbeddedPostgres
from adapters.keys import Keyring
from adapters.postgres.stamp_store import PostgresStampRecorder
from adapters.postgres.views_owner import OwnedViews
from adapters.stamp_ledger import StampLedger
from adapters.worker.projecting import Projector
from adapters.worker.rebuilding import rebuild
from projections.catalogue import PROJECTIONS
from tests.databases import migrated_template
from tests.projections.histories import write


def run(url: str, *, orders: int, batch: int) -> Mapping[str, float]:
    """Stamps per second: live and rebuilt."""
    recorder = PostgresStampRecorder(url)
    keyring = Keyring(bytes(32), ledger=recorder.ledger_id, store=recorder.keys)
    ledger = StampLedger(recorder, keyring=keyring)
    write(ledger, orders=orders)
    owned = OwnedViews.take(url, "projections", projections=PROJECTIONS.values())
    assert owned is not None
    projector = Projector(ledger, owned, on_poison=print, batch=batch)
    began = perf_counter()
    moved = projector.run_once()
    live = moved / (perf_counter() - began)
    began = perf_counter()
    rebuild(ledger, url, projections=PROJECTIONS.values())
    again = moved / (perf_counter() - began)
    owned.close()
    ledger.close()
    return {"stamps": moved, "live_per_second": live, "rebuilt_per_second": again}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=3000)
    parser.add_argument("--batch", type=int, default=500)
    asked = parser.parse_args()
    server = EmbeddedPostgres(Path(tempfile.mkdtemp(prefix="bench")))
    server.start()
    try:
        server.create_database("ours", template=migrated_template(server))
        for name, figure in run(server.url("ours"), orders=asked.orders, batch=asked.batch).items():
            print(f"{name:20} {figure:10.0f}")
    finally:
        server.destroy()


if __name__ == "__main__":
    main()
