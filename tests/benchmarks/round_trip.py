"""What the round trips and the arrays that are made by hand save, beside psycopg's own.

`python -m tests.benchmarks.round_trip`

Microseconds of this process for four statements that go together, alone and beside threads that
compute, and for a column of 500 values as an array in binary form.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import Event, Thread
from time import perf_counter, process_time
from uuid import uuid4

from psycopg.adapt import PyFormat, Transformer

from adapters.embedded_postgres import APP
from adapters.postgres.ledger import binary
from adapters.postgres.ledger.pipeline import Exchange
from adapters.postgres.sessions import COMMITTING, Session
from adapters.postgres.statements import statement
from tests.benchmarks.command import a_server
from tests.kits.databases import migrated_template

MANY, TIMES = 500, 200
IDS = [uuid4() for _ in range(MANY)]
COLUMNS: dict[str, tuple[Callable[..., bytes], list[object]]] = {
    "uuid[]": (binary.uuids, [*IDS]),
    "text[]": (binary.texts, ["ORDER_PLACED", "PAID"] * (MANY // 2)),
    "bytea[]": (binary.byteas, [os.urandom(200) for _ in range(MANY)]),
    "bigint[]": (binary.bigints, [*range(MANY)]),
}


def main() -> None:
    for name, (ours, values) in COLUMNS.items():
        theirs = partial(Transformer().dump_sequence, [values], [PyFormat.BINARY])
        (_, by_hand), (_, psycopg) = spent(partial(ours, values)), spent(theirs)
        print(f"{name}: by hand {by_hand:.0f} µs, psycopg {psycopg:.0f} µs")
    with a_server() as server:
        server.create_database("ours", template=migrated_template(server))
        told(server.url("ours", role=APP))


def told(url: str) -> None:
    exchange, session = Exchange(Session.opened(url, COMMITTING)), Session.opened(url, COMMITTING)

    def ours() -> None:
        streams = binary.uuids(IDS[:20])
        exchange.ask(("begin", ()), ("read_head", ()), ("read_versions", [streams]), ("commit", ()))

    def theirs() -> None:
        with session.pipeline():
            session.execute(statement("begin"))
            head = session.execute(statement("read_head"), binary=True)
            versions = session.execute(statement("read_versions"), [IDS[:20]], binary=True)
            session.execute(statement("commit"))
            head.fetchall()
            versions.fetchall()

    for threads in (0, 4):
        with busy(threads):
            for name, trip in {"by hand": ours, "psycopg": theirs}.items():
                trip()
                wall, processor = spent(trip, times=TIMES if not threads else TIMES // 10)
                print(f"{name}, beside {threads}: {wall:.0f} µs, of them computed {processor:.0f}")


@contextmanager
def busy(many: int) -> Iterator[None]:
    """So many threads that compute."""
    over = Event()

    def compute() -> None:
        while not over.is_set():
            sum(range(1_000))

    threads = [Thread(target=compute) for _ in range(many)]
    for thread in threads:
        thread.start()
    yield
    over.set()
    for thread in threads:
        thread.join()


def spent(act: Callable[[], object], *, times: int = TIMES) -> tuple[float, float]:
    """Microseconds for one: by the clock, and of this process's processor time."""
    wall, processor = perf_counter(), process_time()
    for _ in range(times):
        act()
    each = 1e6 / times
    return (perf_counter() - wall) * each, (process_time() - processor) * each


if __name__ == "__main__":
    main()
