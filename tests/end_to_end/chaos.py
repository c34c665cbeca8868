"""Thousands of bad orders on a very bad day, to the cent: every trouble, and kill -9 of everything.

`python -m tests.end_to_end.chaos [--orders 200] [--seed 1] [--customers 12] [--home FOLDER]`
"""

import argparse
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from ledger.order.status import status
from tests.end_to_end.chaos_customers import Customer, SoldOut, answered
from tests.end_to_end.chaos_ends import Ends
from tests.end_to_end.chaos_lives import LIVES, plan
from tests.end_to_end.chaos_report import Day, show, write_json, write_svg
from tests.end_to_end.chaos_shops import open_shops
from tests.end_to_end.chaos_storm import Storm, settle_the_bank
from tests.end_to_end.houses import whole_house
from tests.end_to_end.journey import Journey
from web.cli.progress import progress_bar

# First as far as recovery, a letter's lease and a second try wait. Then beyond the day for which
# the provider remembers a key: a 500 that it remembers is only settled by looking up (SPEC P11).
# Then beyond the week after which an authorization lapses.
_LEAPS = (700, 700, 700, 24 * 3600, 700, 700, 7 * 24 * 3600, 700, 700, 24 * 3600, 700, 700)
_WEEK = _LEAPS.index(7 * 24 * 3600)
# Seconds that may pass without one more message of the storm having been delivered.
_DELIVERY = 60
Tell = Callable[[int, int], None]


def _silent(_: int, __: int) -> None:
    return


@dataclass
class BadDay:
    """One run on a house. `customers` live at once."""

    journey: Journey
    orders: int
    seed: int
    customers: int = 12
    pause: float = 2.0
    tell: Tell = _silent

    def run(self) -> Day:
        """Let the customers live while all breaks; let the house come to rest; then look."""
        self.day, self._began = Day(orders=self.orders, seed=self.seed), time.monotonic()
        self._begun = self._done = 0
        open_shops(self.journey, orders=self.orders)
        with self._watched():
            for part in (self._storm, self._after_the_storm, self._look):
                part()
                self.day.parts[part.__name__.strip("_")] = round(time.monotonic() - self._began)
        self.day.seconds = time.monotonic() - self._began
        return self.day

    def _storm(self) -> None:
        token = self.journey.works.tokens.add("chaos", role="staff")
        storm = Storm(self.journey, self.seed, self.pause)
        lives = plan(self.orders, seed=self.seed)
        self.day.lives.update(lives)
        with storm.raging(), self._pool() as pool:
            futures = [
                pool.submit(self._live, number, life, token)
                for number, life in enumerate(lives, start=1)
            ]
            for future in futures:
                future.result()
        self.day.blows = storm.blows
        self.day.struck = [(at - self._began, name) for at, name in storm.struck]

    @contextmanager
    def _pool(self) -> Iterator[ThreadPoolExecutor]:
        """Whoever interrupts the day need not wait for everybody's patience."""
        pool = ThreadPoolExecutor(self.customers)
        try:
            yield pool
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def _live(self, number: int, name: str, token: str) -> None:
        life = LIVES[name]
        self._begun += 1
        try:
            with Customer(self.journey, number, seed=self.seed, shop=life.shop) as one:
                one.place()
                life.act(one, token)
        except SoldOut:
            self.day.ended["SOLD OUT"] += 1
        except Exception as error:
            self.day.findings.append(f"customer {number} ({name}): {error!r}"[:800])
        self._done += 1
        self.tell(self._done, self.orders)

    def _after_the_storm(self) -> None:
        """What was dropped is found in the provider's books; the bank answers; time passes."""
        self.journey.wait_for_web()
        # Connections that the database's death cut are found out by asking.
        for look in (self.journey.works.views.open_case_ids, self._settled):
            for _ in range(8):
                answered(look)
        self.day.troubles = self.journey.get("happened")
        self._until_delivered()
        self.journey.command("reconcile", "--provider", "stripe", "--commit")
        self.day.bank = settle_the_bank(self.journey, seed=self.seed)
        ends = Ends(self.journey)
        for number, leap in enumerate(_LEAPS):
            if number > _WEEK + 1 and ends.at_rest():
                break
            self.journey.move_clock(leap)
            patiently(ends)
        self._until_delivered()
        self.journey.command("reconcile", "--provider", "stripe", "--commit")
        patiently(ends, seconds=20)

    def _settled(self) -> bool:
        return not self.journey.works.inbox.unfinished(1)

    def _until_delivered(self) -> None:
        """Whoever was turned away comes again after a while, and each time after a longer one."""
        fewest, deadline = sys.maxsize, time.monotonic() + _DELIVERY
        while left := self.journey.get("deliveries?state=pending")["pending"]:
            if left < fewest:
                fewest, deadline = left, time.monotonic() + _DELIVERY
            assert time.monotonic() < deadline, f"the provider has {left} messages left"
            self.journey.move_clock(20)
            time.sleep(0.5)

    def _look(self) -> None:
        ends = Ends(self.journey)
        self.day.findings += [f"not at rest: {one}" for one in ends.under_way()]
        self.day.ended.update(str(status(order)) for order in ends.orders)
        self.day.cases.update(one.kind for one in self.journey.works.parts.views.cases("open"))
        self.day.findings += ends.findings()
        self.day.looked = ends.looked | {"stamps": self.journey.works.parts.store.head()[0]}

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """A look at the counters every second, for the picture."""
        over = threading.Event()

        def watch() -> None:
            while not over.wait(1):
                self._moment()

        thread = threading.Thread(target=watch)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _moment(self) -> None:
        try:
            stamps = self.journey.works.parts.store.head()[0]
        except Exception:  # the database may be down just now
            stamps = self.day.moments[-1][-1] if self.day.moments else 0
        at = time.monotonic() - self._began
        self.day.moments.append((round(at, 1), self._begun, self._done, stamps))


def patiently(ends: Ends, *, seconds: float = 4) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not ends.at_rest():
        time.sleep(0.25)


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def main() -> None:
    """Interrupted, it stops what it started."""
    signal.signal(signal.SIGTERM, _interrupted)
    try:
        day, asked = _asked_for()
    except KeyboardInterrupt:
        os._exit(130)
    show(day, Console(width=110))
    if asked.json:
        write_json(day, asked.json)
    if asked.svg:
        write_svg(day, asked.svg)
    sys.exit(bool(day.findings))


def _asked_for() -> tuple[Day, argparse.Namespace]:
    parser = argparse.ArgumentParser(prog="python -m tests.end_to_end.chaos", description=__doc__)
    parser.add_argument("--orders", type=int, default=200)
    parser.add_argument("--seed", type=int, help="the same seed plans the same day; else any")
    parser.add_argument("--customers", type=int, default=12, help="how many at once")
    parser.add_argument("--pause", type=float, default=2.0, help="mean seconds between blows")
    parser.add_argument("--home", type=Path, help="an empty folder that is kept, logs included")
    parser.add_argument("--json", type=Path, help="write all that was counted to this file")
    parser.add_argument("--svg", type=Path, help="draw the day into this file")
    asked = parser.parse_args()
    seed = asked.seed or random.SystemRandom().randrange(1, 10**6)
    Console().print(f"{asked.orders} orders, seed {seed}")
    with tempfile.TemporaryDirectory(prefix="chaos") as folder, progress_bar("lives") as tell:
        home = asked.home or Path(folder)
        home.mkdir(parents=True, exist_ok=True)
        with whole_house(home) as journey:
            day = BadDay(journey, asked.orders, seed, asked.customers, asked.pause, tell).run()
    return day, asked


if __name__ == "__main__":
    main()
