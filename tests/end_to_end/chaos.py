"""Many orders on a very bad day: every trouble of the sandbox, and kill -9 of web and worker.

`python -m tests.end_to_end.chaos [--orders 200] [--seed 1] [--customers 8] [--home FOLDER]`
"""

import argparse
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ledger.order.status import status
from tests.end_to_end.chaos_customers import Customer
from tests.end_to_end.chaos_ends import Ends
from tests.end_to_end.houses import whole_house
from tests.end_to_end.journey import Journey, until

# Chances of the sandbox's chaos. `late` would only make the run long: `cut` is as unknown.
STORM = {
    "drop": 0.1,
    "duplicate": 0.3,
    "duplicate_times": 2,
    "delay": 0.1,
    "delay_seconds": 2,
    "reorder": 0.5,
    "forge": 0.1,
    "tear": 0.1,
    "elsewhere": 0.1,
    "refuse": 0.05,
    "refuse_times": 2,
    "cut": 0.1,
}
_PAUSE = (1.0, 3.5)
# First as far as recovery, a letter's lease and a second try wait. Then beyond the day for which
# the provider remembers a key: a 500 that it remembers is only settled by looking up (SPEC P11).
_LEAPS = (700, 700, 700, 24 * 3600, 700, 700, 700)


@dataclass
class Day:
    """What happened, for people."""

    orders: int
    seed: int
    kills: Counter[str] = field(default_factory=Counter)
    lives: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    cases: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def told(self) -> str:
        lines = [f"{self.orders} orders, seed {self.seed}, {self.seconds:.0f} seconds"]
        for name in ("kills", "lives", "ended", "cases"):
            counted = ", ".join(f"{n} {word}" for word, n in getattr(self, name).most_common())
            lines.append(f"{name}: {counted or 'none'}")
        lines += [f"FINDING {one}" for one in self.findings] or [
            "Nothing is lost, and nothing was done twice."
        ]
        return "\n".join(lines)


def bad_day(journey: Journey, *, orders: int, seed: int, customers: int = 8) -> Day:
    """Let the customers live while processes die; then let the house come to rest, and look."""
    day, began = Day(orders=orders, seed=seed), time.monotonic()
    journey.control("chaos.json", {**STORM, "seed": seed})
    with _killer(journey, day), ThreadPoolExecutor(customers) as pool:
        every = [Customer(journey, number, seed) for number in range(1, orders + 1)]
        day.lives.update(one.life for one in every)
        for done in [pool.submit(one.live) for one in every]:
            done.result()
    ends = Ends(journey)
    if not _came_to_rest(journey, ends):
        day.findings.append(f"not at rest: {'; '.join(ends.under_way())}")
    day.ended.update(str(status(journey.works.parts.orders.get(id))) for id in ends.orders())
    day.cases.update(one.kind for one in journey.works.parts.views.cases("open"))
    day.findings += [*_reconciled(ends), *ends.findings()]
    day.seconds = time.monotonic() - began
    return day


@contextmanager
def _killer(journey: Journey, day: Day) -> Iterator[None]:
    """kill -9 of web or worker, again and again, until the end of the block."""
    over, dice = threading.Event(), random.Random(day.seed)

    def kill() -> None:
        while not over.wait(dice.uniform(*_PAUSE)):
            name = dice.choice(["web", "worker"])
            journey.kill(name)
            journey.start(name)
            day.kills[name] += 1
            journey.move_clock(30)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _came_to_rest(journey: Journey, ends: Ends) -> bool:
    """The storm ends; what was dropped is found in the provider's books; then time passes."""
    journey.control("calm")
    journey.wait_for_web()
    until("every message was delivered", lambda: _delivered(journey))
    ends.reconcile("--commit")
    for leap in _LEAPS:
        if ends.at_rest():
            return True
        journey.move_clock(leap)
        _patiently(ends)
    return ends.at_rest()


def _patiently(ends: Ends) -> None:
    deadline = time.monotonic() + 4
    while time.monotonic() < deadline and not ends.at_rest():
        time.sleep(0.25)


def _delivered(journey: Journey) -> bool:
    """Whoever was turned away comes again after a while, and each time after a longer one."""
    journey.move_clock(20)
    return not journey.get("deliveries?state=pending")["data"]


def _reconciled(ends: Ends) -> Iterator[str]:
    """Both books agree now: reconciling again finds nothing."""
    done = ends.reconcile()
    if done.returncode != 0:
        yield f"reconcile: {done.stdout[-1500:]}{done.stderr[-500:]}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.end_to_end.chaos", description=__doc__)
    parser.add_argument("--orders", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--customers", type=int, default=8, help="how many at once")
    parser.add_argument("--home", type=Path, help="an empty folder that is kept, logs included")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chaos") as folder:
        home = asked.home or Path(folder)
        home.mkdir(parents=True, exist_ok=True)
        with whole_house(home) as journey:
            day = bad_day(journey, orders=asked.orders, seed=asked.seed, customers=asked.customers)
    print(day.told())
    sys.exit(bool(day.findings))


if __name__ == "__main__":
    main()
