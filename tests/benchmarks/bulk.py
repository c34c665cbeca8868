"""A million stamps at once: ours, beside the library's recorder and PostgreSQL's own COPY.

`python -m tests.benchmarks.bulk [--stamps 1000000] [--runs 3] [--json FILE]`
"""

import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import psycopg
from eventsourcing.persistence import StoredEvent

from adapters.embedded_postgres import OWNER, EmbeddedPostgres
from adapters.store.recorder import Committed, PreparedAppend
from adapters.store.rows import PreparedStamp
from tests.benchmarks.command import command
from tests.benchmarks.measuring import Figures, median_of, ratio
from tests.benchmarks.ways import STATE, our_ledger, paid_state, stock_recorder
from tests.kits.databases import migrated_template

PER_STREAM, BATCH, CHUNK = 2, 100, 10_000


def streams(stamps: int) -> Iterator[PreparedAppend]:
    """Streams of two stamps each. Bytes made beforehand."""
    binding, state = bytes(32), paid_state()
    for _ in range(stamps // PER_STREAM):
        one = uuid4()
        made = [
            PreparedStamp(one, version, "PAID", state, uuid4(), "", binding)
            for version in range(1, PER_STREAM + 1)
        ]
        yield PreparedAppend(made, {one: 0})


def ours(server: EmbeddedPostgres, stamps: int) -> None:
    """The whole way but for encoding: read, check conditions, number, hash, commit, answer."""
    server.create_database("ours", template="template_for_tests")
    with our_ledger(server.url("ours")) as ledger:
        for answer in ledger.import_all(streams(stamps)):
            assert isinstance(answer, Committed)
        assert ledger.head()[0] == stamps
    server.drop_database("ours")


def stock(server: EmbeddedPostgres, stamps: int) -> None:
    """The library's recorder, a hundred events at a time. Bytes made beforehand."""
    server.create_database("stock")
    with stock_recorder(server.url("stock", role=OWNER)) as recorder:
        for _ in range(stamps // BATCH):
            ids = [uuid4() for _ in range(BATCH // PER_STREAM)]
            recorder.insert_events(
                [
                    StoredEvent(one, v, "PAID", STATE)
                    for one in ids
                    for v in range(1, PER_STREAM + 1)
                ]
            )
    server.drop_database("stock")


def copy(server: EmbeddedPostgres, stamps: int) -> None:
    """The limit: rows without questions into a table with the same columns and indexes."""
    server.create_database("copied", template="template_for_tests")
    into = (
        "copy ledger.stamps (position, stream, version, type, recorded_at, correlation_id,"
        " occurrence, binding, state, leaf) from stdin"
    )
    with psycopg.connect(server.url("copied"), autocommit=True) as connection:
        for first in range(1, stamps + 1, CHUNK):
            text = "".join(_line(position) for position in range(first, first + CHUNK))
            with connection.cursor().copy(into) as to:
                to.write(text)
    server.drop_database("copied")


def _line(position: int) -> str:
    return (
        f"{position}\t{uuid4()}\t1\tPAID\t2027-01-01 00:00:00Z\t{uuid4()}\t\t"
        f"\\\\x{'00' * 32}\t\\\\x{'78' * 250}\t\\\\x{'00' * 32}\n"
    )


def timed(
    way: Callable[[EmbeddedPostgres, int], None], server: EmbeddedPostgres, *, stamps: int
) -> Figures:
    """Rows a second."""
    began = time.monotonic()
    way(server, stamps)
    return {"per_second": round(stamps / (time.monotonic() - began))}


def run(server: EmbeddedPostgres, *, stamps: int, runs: int) -> list[dict[str, Any]]:
    """One row."""
    migrated_template(server)
    ways = {"ours": ours, "eventsourcing": stock, "limit": copy}
    found = [
        {name: timed(way, server, stamps=stamps) for name, way in ways.items()} for _ in range(runs)
    ]
    us, peer, limit = (median_of([one[name] for one in found]) for name in ways)
    return [
        {
            "case": f"{stamps:,} stamps at once",
            "callers": 1,
            "ours": us,
            "peers": {"eventsourcing": peer},
            "limit": limit,
            "ratio": {"eventsourcing": ratio(us, peer), "limit": ratio(us, limit)},
        }
    ]


if __name__ == "__main__":
    command("bulk", run, about=__doc__, defaults={"stamps": 1_000_000, "runs": 3})
