"""Ways to append one stamp durably: ours, the library's, another store's, and bare inserts."""

import importlib.util
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import create_connection, socket
from time import monotonic, sleep
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

import psycopg
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore

from adapters.embedded_postgres import OWNER
from adapters.keys.key_ring import Keyring
from adapters.postgres.ledger.recorder import PostgresStampRecorder
from adapters.process_settings import stay_on_one_core
from adapters.store.ledger import StampLedger
from ledger.codec import encode, frame
from ledger.kernel.events import Draft
from ledger.kernel.money import Money
from ledger.kernel.store import Append, Appended
from ledger.order.stamps import Paid

Work = Callable[[], object]
ROWS = 100
STATE = b"x" * 250


@contextmanager
def one_core(number: int = 0) -> Iterator[None]:
    """Threads started inside run as those of `serve --one-core` do."""
    before = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set[int]()
    try:
        stay_on_one_core(number)
        yield
    finally:
        if before:
            os.sched_setaffinity(0, before)
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


@contextmanager
def our_ledger(url: str) -> Iterator[StampLedger]:
    """A ledger as the product wires it."""
    recorder = PostgresStampRecorder(url)
    keyring = Keyring(bytes(32), ledger=recorder.ledger_id, store=recorder.keys)
    ledger = StampLedger(recorder, keyring=keyring)
    yield ledger
    ledger.close()


def paid() -> Append:
    """One stamp on a stream of its own."""
    order = uuid4()
    stamp = Paid(amount=Money(3500, "EUR"), provider="stripe", provider_reference=order.hex)
    draft = Draft(stream=order, stamp=stamp, correlation_id=uuid4(), actor="stripe")
    return Append(drafts=[draft], expected={order: 0})


def paid_state() -> bytes:
    """The bytes of such a stamp, as a row holds them."""
    encoded = encode(paid().drafts[0])
    return frame(encoded.schema, b"", encoded.body)


@contextmanager
def ours(url: str) -> Iterator[Work]:
    """The whole way: encode, check conditions, number, hash, commit, answer."""
    with our_ledger(url) as ledger:

        def append() -> None:
            (outcome,) = ledger.append(paid())
            assert isinstance(outcome, Appended)

        yield append


@contextmanager
def stock(url: str, *, functions: bool = False) -> Iterator[Work]:
    """The library's recorder, which locks its table for each insert. Bytes made beforehand.

    With `functions` it does not lock, and readers miss events that are committed out of order.
    """
    with stock_recorder(url, functions=functions) as recorder:
        yield lambda: recorder.insert_events([StoredEvent(uuid4(), 1, "PAID", STATE)])


@contextmanager
def stock_recorder(url: str, *, functions: bool = False) -> Iterator[PostgresApplicationRecorder]:
    """The library's recorder over a database of its own."""
    address, _, name = url.partition("@")[2].rpartition("/")
    folder = unquote(address.split(":")[0])
    datastore = PostgresDatastore(
        name,
        folder,
        5432,
        OWNER,
        "",
        pool_size=10,
        max_overflow=10,
        enable_db_functions=functions,
    )
    recorder = PostgresApplicationRecorder(
        datastore, events_table_name="functions" if functions else "stored_events"
    )
    recorder.create_table()
    yield recorder
    datastore.close()


@contextmanager
def raw(url: str) -> Iterator[Work]:
    """The limit: rows of the same size, a hundred per commit, no questions asked."""
    with psycopg.connect(url, autocommit=True) as connection:
        make_raw(connection)

        def insert() -> None:
            connection.execute(
                "insert into raw (stream, version, state)"
                " select stream, 1, %b from unnest(%b::uuid[]) as given (stream)",
                [STATE, [uuid4() for _ in range(ROWS)]],
            )

        yield insert


def make_raw(connection: psycopg.Connection[Any]) -> None:
    """A table with as little as can be."""
    connection.execute(
        "create table if not exists raw (id bigserial primary key, stream uuid unique,"
        " version int, state bytea)"
    )


@contextmanager
def umadb() -> Iterator[Work | None]:
    """An event store in Rust with its own server; None where its package is not installed."""
    if importlib.util.find_spec("umadb") is None:
        yield None
        return
    module: Any = importlib.import_module("umadb")
    with tempfile.TemporaryDirectory() as folder, _umadb_server(Path(folder)) as address:
        client = module.Client(address)

        def append() -> None:
            order = uuid4()
            event = module.Event("PAID", STATE, [order.hex], uuid4())
            nothing_yet = module.Query([module.QueryItem(tags=[order.hex])])
            client.append([event], module.AppendCondition(nothing_yet))

        yield append


@contextmanager
def _umadb_server(folder: Path) -> Iterator[str]:
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    start = "from umadb.umadb_server_cli import main; main()"
    options = ["--listen", f"127.0.0.1:{port}", "--db-path", str(folder / "uma.db")]
    quiet = subprocess.DEVNULL
    server = subprocess.Popen([sys.executable, "-c", start, *options], stdout=quiet, stderr=quiet)
    try:
        _await(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def _await(port: int) -> None:
    until = monotonic() + 10
    while True:
        try:
            create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            if monotonic() > until:
                raise
            sleep(0.05)
