"""One-stamp durable appends: ours, beside the library's recorder and the limit of raw inserts.

`python -m tests.benchmarks.append [--callers 1,16,64] [--seconds 3] [--runs 3] [--json FILE]`
"""

import argparse
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

import psycopg
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore

from adapters.embedded_postgres import OWNER, EmbeddedPostgres
from adapters.keys import Keyring
from adapters.one_core import stay_on_one_core
from adapters.postgres.stamp_store import PostgresStampRecorder
from adapters.stamp_ledger import StampLedger
from ledger.appends import Append, Appended
from ledger.money import Money
from ledger.recorded import Draft
from ledger.stamps import Paid
from tests.benchmarks.measuring import Figures, machine, measure, median_of, ratio
from tests.databases import migrated_template

Work = Callable[[], object]
ROWS = 100
STATE = b"x" * 250


@contextmanager
def ours(server: EmbeddedPostgres) -> Iterator[Work]:
    """The whole way: encode, check conditions, number, hash, commit, answer."""
    recorder = PostgresStampRecorder(server.url("ours"))
    keyring = Keyring(bytes(32), ledger=recorder.ledger_id, store=recorder.keys)
    ledger = StampLedger(recorder, keyring=keyring)

    def append() -> None:
        order = uuid4()
        paid = Paid(amount=Money(3500, "EUR"), provider="stripe", provider_reference=order.hex)
        draft = Draft(stream=order, stamp=paid, correlation_id=uuid4(), actor="stripe")
        (outcome,) = ledger.append(Append(drafts=[draft], expected={order: 0}))
        assert isinstance(outcome, Appended)

    yield append
    ledger.close()


@contextmanager
def stock(server: EmbeddedPostgres) -> Iterator[Work]:
    """The library's recorder, which locks its table for each insert. Bytes made beforehand."""
    folder = unquote(server.url().split("@")[1].split(":")[0])
    datastore = PostgresDatastore("stock", folder, 5432, OWNER, "", pool_size=10, max_overflow=10)
    recorder = PostgresApplicationRecorder(datastore)
    recorder.create_table()
    yield lambda: recorder.insert_events([StoredEvent(uuid4(), 1, "PAID", STATE)])
    datastore.close()


@contextmanager
def raw(server: EmbeddedPostgres) -> Iterator[Work]:
    """The limit: rows of the same size, a hundred per commit, no questions asked."""
    with psycopg.connect(server.url("stock", role=OWNER), autocommit=True) as connection:
        connection.execute(
            "create table if not exists raw (id bigserial primary key, stream uuid unique,"
            " version int, state bytea)"
        )

        def insert() -> None:
            connection.execute(
                "insert into raw (stream, version, state)"
                " select stream, 1, %b from unnest(%b::uuid[]) as given (stream)",
                [STATE, [uuid4() for _ in range(ROWS)]],
            )

        yield insert


def compare(server: EmbeddedPostgres, callers: int, *, seconds: float, runs: int) -> dict[str, Any]:
    """One row of the result: medians, each way measured in turn in every run."""
    mine, others, limits = [], [], []
    for _ in range(runs):
        with ours(server) as work:
            mine.append(measure(work, callers, seconds=seconds))
        with stock(server) as work:
            others.append(measure(work, callers, seconds=seconds))
        with raw(server) as work:
            limits.append(measure(work, 1, seconds=seconds / 2))
    us, peer, limit = median_of(mine), median_of(others), median_of(limits)
    rows: Figures = {**limit, "per_second": limit["per_second"] * ROWS}
    return {
        "case": "one stamp per append",
        "callers": callers,
        "ours": us,
        "peers": {"eventsourcing": peer},
        "limit": rows,
        "ratio": {"eventsourcing": ratio(us, peer), "limit": ratio(us, rows)},
    }


def run(callers: list[int], *, seconds: float, runs: int, pin: bool) -> dict[str, Any]:
    """The whole benchmark, on a server of its own."""
    home = Path(tempfile.mkdtemp(prefix="bench"))
    server = EmbeddedPostgres(home)
    server.start()
    core = stay_on_one_core() if pin else None
    try:
        template = migrated_template(server)
        server.create_database("ours", template=template)
        server.create_database("stock")
        rows = [compare(server, count, seconds=seconds, runs=runs) for count in callers]
    finally:
        server.destroy()
    return {
        "name": "append",
        "machine": {**machine(), "python_on_core": core},
        "runs": runs,
        "rows": rows,
    }


def table(result: dict[str, Any]) -> str:
    """For people: the ratio first."""
    lines = [
        f"{'callers':>7} {'ratio':>6} {'ours/s':>8} {'p50 ms':>7} {'p99 ms':>7} {'stock/s':>8}"
    ]
    for row in result["rows"]:
        mine, peer = row["ours"], row["peers"]["eventsourcing"]
        lines.append(
            f"{row['callers']:>7} {row['ratio']['eventsourcing']:>6} {mine['per_second']:>8.0f}"
            f" {mine['p50_ms']:>7} {mine['p99_ms']:>7} {peer['per_second']:>8.0f}"
        )
    limit = max(row["limit"]["per_second"] for row in result["rows"])
    return "\n".join([*lines, f"limit: {limit:.0f} rows/s by {ROWS}-row inserts"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--callers", default="1,16,64")
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--every-core", action="store_true", help="do not stay on one core")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    callers = [int(one) for one in asked.callers.split(",")]
    result = run(callers, seconds=asked.seconds, runs=asked.runs, pin=not asked.every_core)
    print(table(result))
    if asked.json:
        asked.json.write_text(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
