"""Four processes of sixteen callers each append to one ledger: ours, beside the library's recorder.

`python -m tests.benchmarks.append_processes [--processes 4] [--callers 16] [--runs 3]`
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from adapters.embedded_postgres import OWNER, EmbeddedPostgres
from adapters.one_core import settle_down
from tests.benchmarks.measuring import (
    Figures,
    machine,
    measure,
    median_of,
    ratio,
    report,
    table_of,
)
from tests.benchmarks.ways import ours, stock
from tests.databases import migrated_template

WAYS = {"ours": ours, "eventsourcing": stock}


def child(way: str, url: str, *, callers: int, seconds: float, number: int) -> None:
    """One process: connects, waits for the word to go, then tells what it measured."""
    settle_down(number)
    with WAYS[way](url) as work:
        work()
        print("ready", flush=True)
        sys.stdin.readline()
        print(json.dumps(measure(work, callers, seconds=seconds)), flush=True)


def together(way: str, url: str, *, processes: int, callers: int, seconds: float) -> Figures:
    """All processes at once; `least` and `most` are the shares of the slowest and fastest."""
    command = [sys.executable, "-m", "tests.benchmarks.append_processes", "--child", way, url]
    command += ["--callers", str(callers), "--seconds", str(seconds), "--number"]
    pipe = subprocess.PIPE
    children = []
    for number in range(processes):  # one after the other: the library makes its tables each time
        one = subprocess.Popen([*command, str(number)], stdin=pipe, stdout=pipe, text=True)
        assert one.stdout is not None
        one.stdout.readline()
        children.append(one)
    for one in children:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    told: list[Figures] = [json.loads(one.communicate()[0]) for one in children]
    rates = sorted(one["per_second"] for one in told)
    return {
        "per_second": sum(rates),
        "p50_ms": max(one["p50_ms"] for one in told),
        "p99_ms": max(one["p99_ms"] for one in told),
        "least": round(rates[0] / max(sum(rates), 1), 3),
        "most": round(rates[-1] / max(sum(rates), 1), 3),
    }


def run(*, processes: int, callers: int, seconds: float, runs: int) -> dict[str, Any]:
    """The whole benchmark, on a server of its own."""
    server = EmbeddedPostgres(Path(tempfile.mkdtemp(prefix="bench")))
    server.start()
    try:
        server.create_database("ours", template=migrated_template(server))
        server.create_database("stock")
        urls = {"ours": server.url("ours"), "eventsourcing": server.url("stock", role=OWNER)}
        options: dict[str, Any] = {"processes": processes, "callers": callers, "seconds": seconds}
        found = [
            {way: together(way, url, **options) for way, url in urls.items()} for _ in range(runs)
        ]
    finally:
        server.destroy()
    medians = {way: median_of([one[way] for one in found]) for way in WAYS}
    us, peer = medians["ours"], medians["eventsourcing"]
    row = {
        "case": f"{processes} processes, one ledger",
        "callers": processes * callers,
        "ours": us,
        "peers": {"eventsourcing": peer},
        "limit": None,
        "ratio": {"eventsourcing": ratio(us, peer)},
    }
    return {"name": "append-processes", "machine": machine(), "runs": runs, "rows": [row]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--callers", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--number", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        way, url = asked.child
        child(way, url, callers=asked.callers, seconds=asked.seconds, number=asked.number)
        return
    result = run(
        processes=asked.processes, callers=asked.callers, seconds=asked.seconds, runs=asked.runs
    )
    print(table_of(result))
    mine = result["rows"][0]["ours"]
    print(f"  shares of our processes: {mine['least']:.0%} to {mine['most']:.0%}")
    report(result, asked.json)


if __name__ == "__main__":
    main()
