"""A shop that sells at a steady rate, in a process of its own: its cost stands apart.

Reads what to do from its arguments, waits for a line on standard input, then prints one line of
JSON: when each order's payment was committed and at which position, and the processor time.
"""

import argparse
import json
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime

from adapters.postgres.ledger.recorder import PostgresStampRecorder
from ledger.order.stamps import Customer
from tests.benchmarks.verify import BIG
from tests.kits.audit import paid
from tests.kits.worlds import World

CALLERS = 16


class Shopping:
    """Orders at a steady rate: `paid` tells when and where each was paid, by its letter's name."""

    def __init__(self, world: World, *, rate: float, seconds: float) -> None:
        self._world, self._rate, self._wanted = world, rate, int(rate * seconds)
        self._numbers, self._lock = iter(range(self._wanted)), threading.Lock()
        self.paid: dict[str, tuple[float, int]] = {}

    def run(self) -> None:
        """Until all are placed and paid."""
        self._began = time.monotonic()
        threads = [threading.Thread(target=self._buy) for _ in range(CALLERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _buy(self) -> None:
        while (number := self._mine()) is not None:
            late = self._began + number / self._rate - time.monotonic()
            if late > 0:
                time.sleep(late)
            self._one(f"lag {number}")

    def _mine(self) -> int | None:
        with self._lock:
            return next(self._numbers, None)

    def _one(self, name: str) -> None:
        world, address = self._world, f"{self._world.id(name)}@lag.example"
        customer = Customer(first_name="Ada", last_name="L", email=address)
        placed = world.orders.place(world.slug, world.order_command(name, customer=customer))
        (attempt,) = placed.attempts
        fact = paid(reference=f"pi_{name}")
        after = world.orders.record(
            placed.id, fact, correlation_id=attempt, actor="provider:stripe"
        )
        self.paid[address] = time.monotonic(), after.attempts[attempt].paid_position


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("url")
    asked.add_argument("--rate", type=float, required=True)
    asked.add_argument("--seconds", type=float, required=True)
    asked.add_argument("--tickets", type=int, required=True)
    options = asked.parse_args()
    products = tuple(replace(one, tickets=options.tickets) for one in BIG.products)
    world = World(
        replace(BIG, products=products), make=lambda clock: PostgresStampRecorder(options.url)
    )
    world.clock.now = datetime.now(UTC)
    shopping = Shopping(world, rate=options.rate, seconds=options.seconds)
    print("ready", flush=True)
    sys.stdin.readline()
    before = time.process_time()
    shopping.run()
    print(json.dumps({"paid": shopping.paid, "cpu": time.process_time() - before}), flush=True)
    world.close()


if __name__ == "__main__":
    main()
