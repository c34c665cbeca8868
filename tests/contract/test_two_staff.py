"""Two people act on one order at the same moment, from two processes: one of them, never both."""

import subprocess
import sys
from collections import Counter
from contextlib import ExitStack
from itertools import cycle
from uuid import UUID, uuid4

import pytest

from adapters.postgres.ledger.recorder import PostgresStampRecorder
from ledger.order.stamps import Cancelled, CreateRefundRequest, ManualRefund
from tests.kits.product import open_shop

# What each of the two does to a paid order.
PAIRS = (
    ("cancel", "refund"),
    ("refund", "refund-by-hand"),
    ("refund", "refund"),
    ("cancel-and-refund", "refund-by-hand"),
    ("cancel", "cancel-and-refund"),
    ("swap", "swap"),
    ("swap", "refund"),
)
ACTS = (Cancelled, CreateRefundRequest, ManualRefund)


@pytest.fixture
def two(database):
    with ExitStack() as stack:
        yield [stack.enter_context(somebody(database, name)) for name in ("ann", "ben")]


def somebody(database, name):
    program = [sys.executable, "-m", "tests.kits.two_staff", database.app, name]
    return Person(
        subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    )


class Person:
    """Somebody in another process, told line by line what to do."""

    def __init__(self, process):
        self.process = process

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(timeout=60)
        self.process.stdout.close()

    def say(self, line):
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def hear(self):
        """The next word of ours; the log of the process goes the same way."""
        for line in self.process.stdout:
            if line.strip().isalpha():
                return line.strip()
        raise AssertionError("the process ended")


@pytest.mark.parametrize("trials", [20, pytest.param(200, marks=pytest.mark.slow)])
def test_two_staff_on_one_order_cannot_both_succeed(database, two, trials):
    house = open_shop(
        make=lambda clock: PostgresStampRecorder(database.app, clock=clock), seats=1000
    )
    outcomes: Counter[tuple[str, ...]] = Counter()
    for _, pair in zip(range(trials), cycle(PAIRS), strict=False):
        order = UUID(house.paid().rpartition("/")[2])
        version = house.parts.orders.get(order).version
        for person, action in zip(two, pair, strict=True):
            person.say(f"{order} {version} {action} {uuid4()}")
        assert [person.hear() for person in two] == ["ready", "ready"]
        for person in two:
            person.say("go")
        said = [person.hear() for person in two]
        outcomes[tuple(sorted(said))] += 1
        acts = [
            one
            for one in house.parts.orders.history(order)
            if one.version > version and isinstance(one.stamp, ACTS)
        ]
        assert sorted(said) == ["OrderMoved", "done"], pair
        assert len({one.correlation_id for one in acts}) == 1, pair
        for one in house.parts.orders.get(order).swaps.values():
            assert house.parts.orders.get(one.order).received == one.amount
    assert outcomes == {("OrderMoved", "done"): trials}
