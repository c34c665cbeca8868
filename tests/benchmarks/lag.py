"""How soon after a commit its rows are there, and its letter is handed to the mail server.

`python -m tests.benchmarks.lag [--rate 300] [--seconds 10] [--json FILE]`

Orders are placed and paid at a steady rate by threads of this process; the worker is a process of
its own, as in production. Letters carry no ticket file. The limit is a row that is written and
read again through the same PostgreSQL.
"""

import argparse
import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from aiosmtpd.controller import Controller

from adapters.embedded_postgres import APP, OWNER, EmbeddedPostgres
from adapters.postgres.stamp_store import PostgresStampRecorder
from ledger.stamps import Customer
from tests.benchmarks.measuring import Figures, machine
from tests.benchmarks.verify import BIG
from tests.databases import migrated_template
from tests.ledger.audit_kit import attempt_of, paid
from tests.worlds import World

CALLERS, GRACE = 4, 20.0


class Arrivals:
    """A mail server that notes when each letter was handed over, by its recipient."""

    def __init__(self) -> None:
        self.at: dict[str, float] = {}

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        await asyncio.sleep(0)
        self.at.setdefault(envelope.rcpt_tos[0], time.monotonic())
        return "250 taken"


class Shopping:
    """Orders at a steady rate; when each was paid."""

    def __init__(self, world: World, *, rate: float, seconds: float) -> None:
        self._world, self._rate, self._wanted = world, rate, int(rate * seconds)
        self._next, self._lock = 0, threading.Lock()
        self.paid_at: dict[UUID, float] = {}
        self.took = 0.0

    def run(self) -> None:
        """Until all are placed and paid."""
        self._began = time.monotonic()
        threads = [threading.Thread(target=self._buy) for _ in range(CALLERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.took = time.monotonic() - self._began

    def _buy(self) -> None:
        while (number := self._mine()) < self._wanted:
            late = self._began + number / self._rate - time.monotonic()
            if late > 0:
                time.sleep(late)
            self._one(f"lag {number}")

    def _mine(self) -> int:
        with self._lock:
            self._next += 1
            return self._next - 1

    def _one(self, name: str) -> None:
        world, order = self._world, self._world.id(name)
        customer = Customer(first_name="Ada", last_name="L", email=f"{order}@lag.example")
        world.orders.place(world.slug, world.order_command(name, customer=customer))
        fact = paid(reference=f"pi_{name}")
        attempt = attempt_of(world, name)
        world.orders.record(order, fact, correlation_id=attempt, actor="provider:stripe")
        self.paid_at[order] = time.monotonic()


class Watching(threading.Thread):
    """Looks at the page rows all the time, and notes when each order's row says PAID."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self._url, self.seen_at, self.stop = url, dict[UUID, float](), threading.Event()

    def run(self) -> None:
        position = 0
        with psycopg.connect(self._url, autocommit=True) as connection:
            while not self.stop.wait(0.002):
                rows = connection.execute(
                    "select stream, position from views.order_pages"
                    " where status = 'PAID' and position > %s order by position",
                    [position - 5_000],
                ).fetchall()
                now = time.monotonic()
                for stream, at in rows:
                    self.seen_at.setdefault(stream, now)
                    position = max(position, at)


def measured(server: EmbeddedPostgres, *, rate: float, seconds: float) -> dict[str, Any]:
    """One run: the shop, the worker, the mail server."""
    server.create_database("lag", template=migrated_template(server))
    url = server.url("lag", role=APP)
    arrivals = Arrivals()
    mail = Controller(arrivals, hostname="127.0.0.1", port=_free_port())
    mail.start()
    world = World(BIG, make=lambda clock: PostgresStampRecorder(url, clock=clock))
    watching, shopping = Watching(url), Shopping(world, rate=rate, seconds=seconds)
    worker = _worker(server, mail.port)
    try:
        time.sleep(3)
        watching.start()
        shopping.run()
        _until(lambda: len(watching.seen_at) >= len(shopping.paid_at))
        _until(lambda: len(arrivals.at) >= len(shopping.paid_at))
    finally:
        worker.terminate()
        worker.wait(20)
        watching.stop.set()
        mail.stop()
        world.close()
    letters = {UUID(to.partition("@")[0]): at for to, at in arrivals.at.items()}
    return _result(shopping, {"order page row": watching.seen_at, "letter handed over": letters})


def _worker(server: EmbeddedPostgres, smtp_port: int) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "STAMPLEDGER_DATABASE_URL": server.url("lag", role=APP),
        "STAMPLEDGER_MIGRATE_DATABASE_URL": server.url("lag", role=OWNER),
        "STAMPLEDGER_SECRET_KEY": "lag",
        "STAMPLEDGER_MASTER_KEY": b64encode(bytes(32)).decode(),
        "STAMPLEDGER_SIGNING_KEY": b64encode(bytes(32)).decode(),
        "STAMPLEDGER_SMTP_URL": f"smtp://127.0.0.1:{smtp_port}",
        "STAMPLEDGER_BASE_URL": "https://lag.example",
    }
    command = [sys.executable, "-m", "web.cli", "worker"]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def _until(done: Any) -> None:
    """Wait, but not for ever: what is missing then counts as lost."""
    until = time.monotonic() + GRACE
    while not done() and time.monotonic() < until:
        time.sleep(0.05)


def _result(shopping: Shopping, found: Mapping[str, Mapping[UUID, float]]) -> dict[str, Any]:
    rate = len(shopping.paid_at) / shopping.took
    return {
        "name": "lag",
        "machine": machine(),
        "runs": 1,
        "orders_per_second": round(rate),
        "rows": [_row(case, shopping.paid_at, at, rate) for case, at in found.items()],
    }


def _row(
    case: str, began: Mapping[UUID, float], at: Mapping[UUID, float], rate: float
) -> dict[str, Any]:
    waits = sorted(max(at[order] - began[order], 0.0) for order in began if order in at)
    ours: Figures = {
        "per_second": round(rate),
        "p50_ms": _share(waits, 0.50),
        "p99_ms": _share(waits, 0.99),
        "missing": len(began) - len(waits),
    }
    return {"case": case, "callers": CALLERS, "ours": ours, "peers": {}, "limit": {}, "ratio": {}}


def _share(waits: list[float], share: float) -> float:
    return round(waits[int(len(waits) * share)] * 1000, 1) if waits else float("inf")


def table(result: dict[str, Any]) -> str:
    """For people."""
    lines = [f"{'p50 ms':>8} {'p99 ms':>8} {'missing':>8}  commit to"]
    for row in result["rows"]:
        ours = row["ours"]
        lines.append(f"{ours['p50_ms']:>8} {ours['p99_ms']:>8} {ours['missing']:>8}  {row['case']}")
    return "\n".join([*lines, f"at {result['orders_per_second']} paid orders a second"])


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rate", type=float, default=300)
    asked.add_argument("--seconds", type=float, default=10)
    asked.add_argument("--json", type=Path)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as home:
        server = EmbeddedPostgres(Path(home))
        server.start()
        try:
            result = measured(server, rate=options.rate, seconds=options.seconds)
        finally:
            server.destroy()
    print(table(result))
    if options.json:
        options.json.write_text(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
