"""How soon after a commit its rows are there, and its letter is handed to the mail server.

`python -m tests.benchmarks.lag [--rate 300] [--seconds 10] [--tickets 1] [--runs 3] [--json FILE]`

Shop, worker and mail server are processes of their own beside PostgreSQL; what an order costs each
of them is told, in milliseconds of processor time, the worker with the process that prints tickets.
`--tickets 0` sells what brings none: the letter is the receipt alone. Limits: a row that
is written and read again through the same PostgreSQL, and a letter of ten thousand octets that is
handed to the same mail server, one at a time, with nothing else running.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from base64 import b64encode
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from statistics import median
from typing import Any

import psutil
import psycopg

from adapters.embedded_postgres import APP, OWNER, EmbeddedPostgres
from adapters.embedded_postgres.postmaster import read_pid_file
from tests.benchmarks.lag_shop import CALLERS
from tests.benchmarks.measuring import Figures, machine, report, summary
from tests.kits.databases import migrated_template

# Seconds. A worker is at work after START.
GRACE, START, WARM_UP, GLANCE = 20.0, 6.0, 2.0, 0.003
PAGES, LETTERS = "order page row", "letter handed over"


class Helper:
    """A process that tells its address first, and at the end what it saw."""

    def __init__(self, module: str, *arguments: str) -> None:
        command = [sys.executable, "-m", f"tests.benchmarks.{module}", *arguments]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdin
        assert self._process.stdout
        self._asks, self._answers = self._process.stdin, self._process.stdout
        self.told = self._answers.readline().strip()

    def go(self) -> None:
        self._asks.write("\n")
        self._asks.flush()

    def outcome(self) -> dict[str, Any]:
        """Waits for it."""
        return dict(json.loads(self._answers.readline()))

    def end(self) -> None:
        self._asks.close()

    def close(self) -> None:
        self._process.kill()
        self._process.wait()


class Watching(threading.Thread):
    """Notes which position the rows of the order pages had reached, and when.

    Rows and position are written in one transaction, so a row is there when its position is.
    """

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self._url, self.stop = url, threading.Event()
        self.positions: list[int] = []
        self.times: list[float] = []

    def run(self) -> None:
        asked = "select position from views.steps order by number desc limit 1"
        with psycopg.connect(self._url, autocommit=True, prepare_threshold=0) as connection:
            while not self.stop.wait(GLANCE):
                for (position,) in connection.execute(asked).fetchall():
                    if position != self.position:
                        self.times.append(time.monotonic())
                        self.positions.append(position)

    @property
    def position(self) -> int:
        return self.positions[-1] if self.positions else 0

    def seen_at(self, position: int) -> float | None:
        found = bisect_left(self.positions, position)
        return self.times[found] if found < len(self.times) else None


# The reactors of each worker process.
Workers = Sequence[Sequence[str]]
WAYS: Mapping[str, Workers] = {
    "a worker": [["--processes", "2"]],
    "a worker of one process": [["--processes", "1"]],
}


def once(
    server: EmbeddedPostgres,
    name: str,
    workers: Workers,
    *,
    rate: float,
    seconds: float,
    tickets: int,
) -> dict[str, Any]:
    """One run on a database that is there: waits by case, processor time by part."""
    url = server.url(name, role=APP)
    with ExitStack() as stack:
        mail = stack.enter_context(helper("lag_mail"))
        wanted = ["--rate", str(rate), "--seconds", str(WARM_UP + seconds)]
        wanted += ["--tickets", str(tickets)]
        shop = stack.enter_context(helper("lag_shop", url, *wanted))
        port = int(mail.told)
        started = [stack.enter_context(worker_of(server, name, port, *one)) for one in workers]
        watching = Watching(url)
        stack.callback(watching.stop.set)
        time.sleep(START)
        watching.start()
        before = {"worker": sum(map(spent, started)), "PostgreSQL": spent(postmaster_of(server))}
        shop.go()
        sold = shop.outcome()
        last = max(position for _, position in sold["paid"].values())
        until(lambda: watching.position >= last)
        until(lambda: letters_sent(url) >= len(sold["paid"]))
        after = {"worker": sum(map(spent, started)), "PostgreSQL": spent(postmaster_of(server))}
        mail.end()
        taken = mail.outcome()
    cost = {part: after[part] - before[part] for part in after}
    cost |= {"shop": sold["cpu"], "mail server": taken["cpu"]}
    arrivals = {to: times[0] for to, times in taken["arrivals"].items()}
    rows = {to: watching.seen_at(position) for to, (_, position) in sold["paid"].items()}
    twice = sum(len(times) > 1 for times in taken["arrivals"].values())
    return {
        **found(sold["paid"], {PAGES: rows, LETTERS: arrivals}),
        "twice": twice,
        "cost": {part: 1000 * of / len(sold["paid"]) for part, of in cost.items()},
    }


def found(
    sold: Mapping[str, tuple[float, int]], seen: Mapping[str, Mapping[str, float | None]]
) -> dict[str, Any]:
    """Rate and waits of what was sold after the warm-up."""
    began = min(at for at, _ in sold.values()) + WARM_UP
    counted = {to: at for to, (at, _) in sold.items() if at >= began}
    took = max(counted.values()) - began
    result: dict[str, Any] = {"rate": len(counted) / took}
    for case, at_of in seen.items():
        waits = [max(at - counted[to], 0.0) for to, at in at_of.items() if at and to in counted]
        result[case] = summary(waits, seconds=took) | {"missing": len(counted) - len(waits)}
    return result


@contextmanager
def helper(module: str, *arguments: str) -> Iterator[Helper]:
    made = Helper(module, *arguments)
    try:
        yield made
    finally:
        made.close()


@contextmanager
def worker_of(
    server: EmbeddedPostgres, name: str, smtp_port: int, *options: str
) -> Iterator[psutil.Process]:
    """The worker as it runs in production."""
    environment = {
        **os.environ,
        "STAMPLEDGER_DATABASE_URL": server.url(name, role=APP),
        "STAMPLEDGER_MIGRATE_DATABASE_URL": server.url(name, role=OWNER),
        "STAMPLEDGER_SECRET_KEY": "lag" * 11,
        "STAMPLEDGER_MASTER_KEY": b64encode(bytes(32)).decode(),
        "STAMPLEDGER_SIGNING_KEY": b64encode(bytes(32)).decode(),
        "STAMPLEDGER_SMTP_URL": f"smtp://127.0.0.1:{smtp_port}",
        "STAMPLEDGER_BASE_URL": "https://lag.example",
    }
    command = [sys.executable, "-m", "web.cli", "worker", *options]
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(20)


def postmaster_of(server: EmbeddedPostgres) -> psutil.Process:
    told = read_pid_file(server.place.data)
    assert told is not None, "the server runs"
    return psutil.Process(told.pid)


def spent(process: psutil.Process) -> float:
    """Seconds of processor time, of a process and of its children, those that ended too."""
    every = [process.cpu_times()]
    for child in process.children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # it has just ended, and is counted next time
            every.append(child.cpu_times())
    ended = every[0].children_user + every[0].children_system
    return float(ended + sum(one.user + one.system for one in every))


def letters_sent(url: str) -> int:
    with psycopg.connect(url) as connection:
        asked = "select count(*) from ledger.stamps where type = 'RECEIPT_SENT'"
        return int(connection.execute(asked).fetchall()[0][0])


def until(done: Callable[[], bool]) -> None:
    """Wait, but not for ever: what is missing then counts as lost."""
    over = time.monotonic() + GRACE
    while not done() and time.monotonic() < over:
        time.sleep(0.1)


def written_and_read(url: str, *, rounds: int = 300) -> Figures:
    """A row that one connection commits and another finds."""
    with (
        psycopg.connect(url, autocommit=True) as writer,
        psycopg.connect(url, autocommit=True) as reader,
    ):
        writer.execute("create table if not exists public.limits (id bigint primary key)")
        waits = []
        for number in range(rounds):
            began = time.perf_counter()
            writer.execute("insert into public.limits values (%s)", [number])
            reader.execute("select id from public.limits where id = %s", [number]).fetchall()
            waits.append(time.perf_counter() - began)
    return summary(waits, seconds=sum(waits))


def handed_over(*, rounds: int = 300) -> Figures:
    """A letter that is written already, to the bare mail server."""
    envelope = b"MAIL FROM:<a@lag.example>\r\nRCPT TO:<b@lag.example>\r\nDATA\r\n"
    letter, waits = b"ten octets" * 1_000 + b"\r\n.\r\n", []
    with (
        helper("lag_mail") as mail,
        socket.create_connection(("127.0.0.1", int(mail.told))) as line,
    ):
        answers = line.makefile("rb")
        answers.readline()
        for _ in range(rounds):
            began = time.perf_counter()
            line.sendall(envelope)
            for _ in range(3):
                answers.readline()
            line.sendall(letter)
            answers.readline()
            waits.append(time.perf_counter() - began)
    return summary(waits, seconds=sum(waits))


def run(
    server: EmbeddedPostgres, *, rate: float, seconds: float, tickets: int, runs: int
) -> dict[str, Any]:
    """Several runs of each way to share the work; each figure is the middle one."""
    template = migrated_template(server)
    told: dict[str, list[dict[str, Any]]] = {way: [] for way in WAYS}
    for number in range(runs):
        for place, (way, workers) in enumerate(WAYS.items()):
            server.create_database(name := f"lag_{number}_{place}", template=template)
            told[way].append(
                once(server, name, workers, rate=rate, seconds=seconds, tickets=tickets)
            )
    limits = {PAGES: written_and_read(server.url("lag_0_0", role=OWNER)), LETTERS: handed_over()}
    every = [one for some in told.values() for one in some]
    return {
        "name": "lag",
        "machine": machine(),
        "runs": runs,
        "asked_per_second": rate,
        "tickets_per_order": tickets,
        "orders_per_second": round(median(one["rate"] for one in every)),
        "letters_twice": max(one["twice"] for one in every),
        "milliseconds_per_order": {way: cost_of(some) for way, some in told.items()},
        "rows": [
            row(case, way, [one[case] for one in some], limits[case])
            for way, some in told.items()
            for case in limits
        ],
    }


def cost_of(runs: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Processor time per order by part, the middle of several runs."""
    return {part: round(median(one["cost"][part] for one in runs), 2) for part in runs[0]["cost"]}


def row(case: str, way: str, figures: Sequence[Figures], limit: Figures) -> dict[str, Any]:
    ours = {name: median(one[name] for one in figures) for name in figures[0]}
    return {
        "case": f"{case}, {way}",
        "callers": CALLERS,
        "ours": ours,
        "peers": {},
        "limit": limit,
        "ratio": {},
    }


def table(result: Mapping[str, Any]) -> str:
    """For people."""
    lines = [f"{'p50 ms':>8} {'p99 ms':>8} {'missing':>8}  commit to"]
    for one in result["rows"]:
        ours = one["ours"]
        times = f"{ours['p50_ms']:>8.1f} {ours['p99_ms']:>8.1f} {ours['missing']:>8.0f}"
        lines.append(f"{times}  {one['case']} (limit: {one['limit']['p99_ms']:.1f})")
    asked, sold = result["asked_per_second"], result["orders_per_second"]
    told = f"{asked:.0f} asked, {result['tickets_per_order']} tickets each"
    lines.append(f"{sold} paid orders a second ({told}), {result['runs']} runs")
    for way, costs in result["milliseconds_per_order"].items():
        told = ", ".join(f"{part} {cost}" for part, cost in costs.items())
        lines.append(f"milliseconds of processor per order, {way}: {told}")
    return "\n".join(lines)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rate", type=float, default=300)
    asked.add_argument("--seconds", type=float, default=10)
    asked.add_argument("--tickets", type=int, default=1)
    asked.add_argument("--runs", type=int, default=3)
    asked.add_argument("--json", type=Path)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as home:
        server = EmbeddedPostgres(Path(home))
        server.start()
        try:
            result = run(
                server,
                rate=options.rate,
                seconds=options.seconds,
                tickets=options.tickets,
                runs=options.runs,
            )
        finally:
            server.destroy()
    print(table(result))
    report(result, options.json)


if __name__ == "__main__":
    main()
