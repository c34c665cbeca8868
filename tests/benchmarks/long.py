"""Long ledgers: what an append and an order's page touch when millions of stamps stand before.

`python -m tests.benchmarks.long [--most 1000000] [--runs 200] [--json FILE]`
"""

import argparse
import json
import random
import statistics
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

import psycopg

from adapters.embedded_postgres import OWNER, EmbeddedPostgres
from adapters.keys.key_ring import Keyring
from adapters.postgres.ledger.recorder import PostgresStampRecorder
from adapters.postgres.statements import statement
from adapters.store.ledger import StampLedger
from adapters.store.mapper import prepare
from adapters.store.recorder import Committed, PreparedAppend
from adapters.store.rows import PreparedStamp
from ledger.kernel.events import Draft
from ledger.kernel.store import SeatChange
from ledger.order.evolve import fold
from tests.benchmarks.measuring import machine
from tests.kits.databases import migrated_template
from tests.kits.histories import QUOTA, story

SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
ORDERS_PER_COMMIT = 100
CAPACITY = 10**9
LATER = datetime(2028, 1, 1, tzinfo=UTC)
# As the committer's connection is set: single rows are looked up by index.
_SETTINGS = ("enable_seqscan", "enable_hashjoin", "enable_mergejoin", "jit")


# As many rows as the projection would write, by a quick path: what is measured is reading them.
_PAGES = """
insert into views.order_pages (
    stream, number, payment_reference, shop, status, flags, currency, total, received,
    refund_pending, refunded, disputed, version, placed_at, language, email_index, products,
    position
)
select
    stream, position / 7, position::text, 'winterfest', 'PAID', '{}', 'EUR', 3500, 3500,
    0, 0, 0, 7, recorded_at, 'en', md5(stream::text), '{weekend}', position
from ledger.order.stamps
where position > $1 and version = 1
"""


class _NothingSealed:
    """These orders hold no personal data."""

    def seal(self, *args: object, **kwargs: object) -> bytes:
        raise AssertionError("nothing here is sealed")


@cache
def template() -> Sequence[PreparedStamp]:
    """The stamps of one order, encoded once: placed, paid, letter sent, and what lies between."""
    chosen = random.Random(5)
    while len(told := story(chosen)) != 7:
        pass
    drafts = [
        Draft(stream=UUID(int=0), stamp=stamp, correlation_id=cause, actor="bench")
        for cause, stamp in told
    ]
    sealing: Any = _NothingSealed()
    return [prepare(draft, at, sealing=sealing) for at, draft in enumerate(drafts, start=1)]


def an_order() -> PreparedAppend:
    """The same order under new identifiers. It takes a seat and draws its numbers."""
    order, causes = uuid4(), dict[UUID, UUID]()
    stamps = [
        PreparedStamp(
            order,
            one.originator_version,
            one.topic,
            one.state,
            causes.setdefault(one.correlation_id, uuid4()),
            one.occurrence,
            one.binding,
            one.series,
        )
        for one in template()
    ]
    return PreparedAppend(stamps, {order: 0}, [SeatChange(quota=QUOTA, sold=1)])


class Long:
    """A ledger that grows, and what is asked of it at each size."""

    def __init__(self, url: str, owner: str) -> None:
        self.recorder = PostgresStampRecorder(url)
        keyring = Keyring(bytes(32), ledger=self.recorder.ledger_id, store=self.recorder.keys)
        self.ledger = StampLedger(self.recorder, keyring=keyring)
        self._owner = psycopg.connect(owner, autocommit=True, cursor_factory=psycopg.RawCursor)
        opening = PreparedAppend(
            an_order().events[:1], seats=[SeatChange(quota=QUOTA, capacity=CAPACITY)]
        )
        self.recorder.commit([opening])

    @property
    def size(self) -> int:
        return self.recorder.head()[0]

    def fill(self, size: int) -> float:
        """Up to a size, through the committer itself; stamps per second."""
        began, before = perf_counter(), self.size
        while (now := self.size) < size:
            room = (size - now) // len(template()) + 1
            batch = [an_order() for _ in range(min(ORDERS_PER_COMMIT, room))]
            answers = self.recorder.commit(batch)
            assert all(isinstance(one, Committed) for one in answers)
        rate = (self.size - before) / (perf_counter() - began)
        self._owner.execute(_PAGES, [before])
        self._owner.execute("vacuum (analyze)")
        return rate

    def measured(self, runs: int) -> dict[str, float]:
        """Medians in milliseconds."""
        some = self._some_orders(runs)
        return {
            "append_ms": median_ms(lambda: self.recorder.commit([an_order()]), runs),
            "order_ms": median_ms(lambda: self._order(next(some)), runs),
            "list_ms": median_ms(self._page, runs),
            "feed_ms": median_ms(lambda: self.ledger.feed(self.size // 2, limit=100), runs),
        }

    def _order(self, order: UUID) -> None:
        fold(order, self.ledger.read(order))

    def _page(self) -> None:
        self._owner.execute(statement("views_read_orders"), self._asked()).fetchall()

    def _asked(self) -> tuple[object, ...]:
        """A page in the middle of all."""
        (middle,) = self.recorder.read_positions(self.size // 2, limit=1)
        before = middle.recorded_at, middle.originator_id
        return (["winterfest"], *before, datetime(2000, 1, 1, tzinfo=UTC), [], [], 50)

    def _some_orders(self, count: int) -> Iterator[UUID]:
        size = self.size
        places = [random.randrange(1, size) for _ in range(count)]
        found = [self.recorder.read_positions(at, limit=1)[0].originator_id for at in places]
        return iter(found)

    def touched(self) -> dict[str, int]:
        """Pages that each statement visits, found in memory or not: EXPLAIN (ANALYZE, BUFFERS)."""
        with self._owner.transaction(force_rollback=True):
            for name in _SETTINGS:
                self._owner.execute(f"set local {name} = off")
            pages = {name: self._pages(name, asked) for name, asked in self._asks().items()}
        return {**pages, "views_read_orders": self._pages("views_read_orders", self._asked())}

    def bytes_per_stamp(self) -> dict[str, float]:
        """On disk: the table with what is stored beside it, and its indexes."""
        ((table, indexes),) = self._owner.execute(
            "select pg_table_size(oid), pg_indexes_size(oid) from pg_class"
            " where oid = 'ledger.stamps'::regclass"
        ).fetchall()
        return {"table": round(table / self.size), "indexes": round(indexes / self.size)}

    def _pages(self, name: str, parameters: Sequence[Any]) -> int:
        explained = b"explain (analyze, buffers, format json) " + statement(name)
        # The first time also looks into the catalogue, once per session.
        with self._owner.transaction(force_rollback=True):
            self._owner.execute(explained, parameters)
        (((plan,),),) = self._owner.execute(explained, parameters).fetchall()
        return sum(plan["Plan"].get(f"Shared {kind} Blocks", 0) for kind in ("Hit", "Read"))

    def _asks(self) -> Mapping[str, Sequence[Any]]:
        """The statements of one append of one order, in their order, and those of its page."""
        rows, size = an_order().events, self.size
        ((_, frontier, root, _),) = self._owner.execute(statement("read_head")).fetchall()
        streams = [rows[0].originator_id]
        stamps = [one for one in rows if isinstance(one, PreparedStamp)]
        causes = [one.correlation_id for one in stamps]
        kinds, occurrences = [one.topic for one in stamps], [one.occurrence for one in stamps]
        ((series, number),) = self._owner.execute(
            "select series, number from ledger.numbers order by position desc limit 1"
        ).fetchall()
        last = size + len(rows)
        return {
            "confirm": (size, root, streams, [0]),
            "read_head": (),
            "read_versions": (streams,),
            "read_identities": (causes, kinds, occurrences),
            "read_seats": ([QUOTA],),
            "read_numbers": ([series],),
            "insert_stamps": (
                size,
                LATER,
                streams * len(stamps),
                [one.originator_version for one in stamps],
                kinds,
                causes,
                occurrences,
                [one.binding for one in stamps],
                [None for _ in stamps],
                [one.state for one in stamps],
                [bytes(32) for _ in stamps],
            ),
            "insert_commit": (size + 1, last, LATER, frontier, root),
            "insert_seat_totals": (last, [QUOTA], [CAPACITY], [0], [1]),
            "insert_numbers": (last, [series], [number + 1]),
            "read_stream": (next(self._some_orders(1)), -1, 2**62, None),
            "read_positions": (size // 2, 100),
        }

    def close(self) -> None:
        self._owner.close()
        self.ledger.close()


def median_ms(work: Callable[[], object], runs: int) -> float:
    waits = []
    for _ in range(runs):
        began = perf_counter()
        work()
        waits.append(perf_counter() - began)
    return round(statistics.median(waits) * 1000, 3)


def run(server: EmbeddedPostgres, *, most: int, runs: int) -> list[dict[str, Any]]:
    """One row per size."""
    server.create_database("long", template=migrated_template(server))
    long = Long(server.url("long"), server.url("long", role=OWNER))
    rows: list[dict[str, Any]] = []
    try:
        for size in (one for one in SIZES if one <= most):
            rate = long.fill(size)
            ours = {**long.measured(runs), "filled_per_second": round(rate)}
            first = rows[0]["ours"] if rows else ours
            ratio = {name: round(ours[name] / first[name], 2) for name in ours}
            pages = long.touched()
            rows.append(
                {
                    "case": f"{size} stamps",
                    "ours": ours,
                    "ratio": ratio,
                    "pages_touched": pages,
                    "bytes_per_stamp": long.bytes_per_stamp(),
                }
            )
            print(told(rows[-1]), flush=True)
    finally:
        long.close()
    return rows


def told(row: Mapping[str, Any]) -> str:
    """For people: the ratio to the shortest ledger first."""
    times = [f"{name} {value} (x{row['ratio'][name]})" for name, value in row["ours"].items()]
    pages = [f"{name} {count}" for name, count in row["pages_touched"].items()]
    sizes = [f"{name} {count}" for name, count in row["bytes_per_stamp"].items()]
    return (
        f"{row['case']}: {', '.join(times)}\n"
        f"    pages: {', '.join(pages)}\n"
        f"    bytes per stamp: {', '.join(sizes)}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=1_000_000, help=f"of {SIZES}")
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    server = EmbeddedPostgres(Path(tempfile.mkdtemp(prefix="bench")))
    server.start()
    try:
        rows = run(server, most=asked.most, runs=asked.runs)
    finally:
        server.destroy()
    report = {"name": "long", "machine": machine(), "runs": asked.runs, "rows": rows}
    if asked.json:
        asked.json.write_text(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
