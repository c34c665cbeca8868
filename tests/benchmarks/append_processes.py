"""Four processes of sixteen callers each append to one ledger: ours, beside the library's recorder.

`python -m tests.benchmarks.append_processes [--processes 4] [--callers 16] [--runs 3]`
"""

import json
import subprocess
import sys
from typing import Any

from adapters.embedded_postgres import OWNER, EmbeddedPostgres
from adapters.process_settings import stay_on_one_core
from tests.benchmarks.command import command
from tests.benchmarks.measuring import Figures, measure, median_of, ratio, table_of
from tests.benchmarks.ways import ours, stock
from tests.kits.databases import migrated_template

WAYS = {"ours": ours, "eventsourcing": stock}


def child(way: str, url: str, *, callers: int, seconds: float, number: int) -> None:
    """One process: connects, waits for the word to go, then tells what it measured."""
    stay_on_one_core(number)
    with WAYS[way](url) as work:
        work()
        print("ready", flush=True)
        sys.stdin.readline()
        print(json.dumps(measure(work, callers, seconds=seconds)), flush=True)


def together(way: str, url: str, *, processes: int, callers: int, seconds: float) -> Figures:
    """All processes at once; `least` and `most` are the shares of the slowest and fastest."""
    program = [sys.executable, "-m", "tests.benchmarks.append_processes", "--child", way, url]
    program += [str(callers), str(seconds)]
    pipe = subprocess.PIPE
    children = []
    for number in range(processes):  # one after the other: the library makes its tables each time
        one = subprocess.Popen([*program, str(number)], stdin=pipe, stdout=pipe, text=True)
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


def run(
    server: EmbeddedPostgres, *, processes: int, callers: int, seconds: float, runs: int
) -> list[dict[str, Any]]:
    """One row."""
    server.create_database("ours", template=migrated_template(server))
    server.create_database("stock")
    urls = {"ours": server.url("ours"), "eventsourcing": server.url("stock", role=OWNER)}
    options: dict[str, Any] = {"processes": processes, "callers": callers, "seconds": seconds}
    found = [{way: together(way, url, **options) for way, url in urls.items()} for _ in range(runs)]
    medians = {way: median_of([one[way] for one in found]) for way in WAYS}
    us, peer = medians["ours"], medians["eventsourcing"]
    return [
        {
            "case": f"{processes} processes, one ledger",
            "callers": processes * callers,
            "ours": us,
            "peers": {"eventsourcing": peer},
            "limit": None,
            "ratio": {"eventsourcing": ratio(us, peer)},
        }
    ]


def table(result: dict[str, Any]) -> str:
    """For people: with the shares of the slowest and the fastest process."""
    ours = result["rows"][0]["ours"]
    shares = f"  shares of our processes: {ours['least']:.0%} to {ours['most']:.0%}"
    return f"{table_of(result)}\n{shares}"


DEFAULTS = {"processes": 4, "callers": 16, "seconds": 3.0, "runs": 3}

if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        way, url, callers, seconds, number = sys.argv[2:]
        child(way, url, callers=int(callers), seconds=float(seconds), number=int(number))
    else:
        command("append-processes", run, about=__doc__, defaults=DEFAULTS, table=table)
