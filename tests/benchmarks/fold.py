"""How many stamps a second an order is folded from, beside the library's own aggregate.

`python -m tests.benchmarks.fold [--orders 3000] [--runs 3] [--json FILE]`

Stored stamps are decoded before they are folded; the aggregate's events are not, in its favour.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from inspect import unwrap
from random import Random
from time import process_time
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from adapters.keys.key_ring import Keyring
from adapters.store.ledger import StampLedger
from adapters.store.mapper import restore
from adapters.store.memory import MemoryStampRecorder
from adapters.store.rows import PlainRow, plain
from ledger.kernel.events import Recorded
from ledger.order.evolve import evolve, fold
from ledger.order.order import Order
from ledger.order.stamps import PaymentFailed
from ledger.order.status import status
from tests.benchmarks.command import command
from tests.benchmarks.filling import fill
from tests.benchmarks.measuring import Figures, median_of, ratio
from tests.kits.histories import WHEN, ident, story

History = tuple[UUID, Sequence[Recorded]]
LONG, TIMES = 5_000, 20


class Plain(Aggregate):
    """An order as the library's manual would write it: four fields, and nothing is kept of it."""

    @event("Placed")
    def __init__(self, total: int) -> None:
        self.total, self.state, self.received = total, "placed", 0

    @event("Asked")
    def ask(self, provider: str) -> None:
        self.provider = provider

    @event("Paid")
    def pay(self, amount: int) -> None:
        self.received, self.state = self.received + amount, "paid"

    @event("Cancelled")
    def cancel(self, reason: str) -> None:
        self.state = reason


def recorded(stream: UUID, stamps: Sequence[tuple[UUID, Any]]) -> History:
    """Stamps as the ledger holds them, a minute apart."""
    return stream, [
        Recorded(
            stream=stream,
            version=number,
            position=number,
            recorded_at=WHEN + timedelta(minutes=number),
            stamp=stamp,
            correlation_id=cause,
            actor="test",
        )
        for number, (cause, stamp) in enumerate(stamps, 1)
    ]


def usual(orders: int) -> list[History]:
    """Orders of three to eight stamps."""
    random = Random(1)
    told = (story(random)[: random.randint(3, 8)] for _ in range(orders))
    return [recorded(ident(random), stamps) for stamps in told]


def long_one() -> list[History]:
    """One order that a payer's bank declined again and again."""
    random = Random(1)
    begin = next(told for told in (story(random) for _ in range(99)) if len(told) > 2)[:2]
    cause = begin[1][0]
    again = [
        (cause, PaymentFailed(provider_reference=f"pi_{n}", code="no")) for n in range(LONG - 2)
    ]
    return [recorded(ident(random), [*begin, *again])]


def stored(orders: int) -> list[list[PlainRow]]:
    """Orders as the ledger holds them, a list of rows each."""
    recorder = MemoryStampRecorder()
    keyring = Keyring(bytes(32), ledger=recorder.ledger_id, store=recorder.keys)
    ledger = StampLedger(recorder, keyring=keyring)
    fill(ledger, orders=orders)
    streams: dict[UUID, list[PlainRow]] = defaultdict(list)
    for row in recorder.read_positions(0, limit=100 * orders):
        streams[row.originator_id].append(plain(row))
    ledger.close()
    return [*streams.values()]


def decoded(orders: Sequence[Sequence[PlainRow]]) -> None:
    for rows in orders:
        fold(rows[0].stream, map(restore, rows))


def at_once(histories: Sequence[History]) -> None:
    for stream, history in histories:
        fold(stream, history)


def one_by_one(histories: Sequence[History]) -> None:
    for stream, history in histories:
        order = Order(id=stream)
        for one in history:
            order = evolve(order, one)


def folded(orders: int) -> list[Order]:
    return [fold(*history) for history in usual(orders)]


def asked_again(orders: Sequence[Order]) -> None:
    """Each for its status, so many times: `ledger.kernel.fast.once` keeps it."""
    _asked(orders, status)


def asked_anew(orders: Sequence[Order]) -> None:
    """The same, worked out each time."""
    _asked(orders, unwrap(status))


def _asked(orders: Sequence[Order], word: Callable[[Order], object]) -> None:
    for order in orders:
        for _ in range(TIMES):
            word(order)


def aggregates(orders: int) -> list[Sequence[Any]]:
    """As many events of the library's kind, four to an order."""
    found = []
    for _ in range(orders):
        plain = Plain(total=3500)
        plain.ask(provider="stripe")
        plain.pay(amount=3500)
        plain.cancel(reason="cancelled")
        found.append(plain.collect_events())
    return found


def mutated(found: Sequence[Sequence[Any]]) -> None:
    for events in found:
        plain = None
        for one in events:
            plain = one.mutate(plain)


def timed(work: Callable[[Any], None], given: Sequence[Any], *, stamps: int) -> Figures:
    """By the processor's time: what else the machine does is not counted."""
    began = process_time()
    work(given)
    return {"per_second": round(stamps / (process_time() - began))}


Made = Callable[[int], Sequence[Any]]
CASES: Mapping[str, tuple[Callable[[Any], None], Made, Callable[[Any], int]]] = {
    "orders of 3 to 8 stamps": (at_once, usual, lambda one: len(one[1])),
    "the same, stamp by stamp": (one_by_one, usual, lambda one: len(one[1])),
    f"one order of {LONG} stamps": (at_once, lambda _: long_one(), lambda one: len(one[1])),
    "an order's status, kept": (asked_again, folded, lambda _: TIMES),
    "an order's status, worked out each time": (asked_anew, folded, lambda _: TIMES),
    "stored orders, decoded and folded": (decoded, stored, len),
}


def measured(_: object, *, orders: int, runs: int) -> list[dict[str, Any]]:
    """Each case beside the library's aggregate, medians of several runs."""
    plain = aggregates(orders)
    peer = median_of([timed(mutated, plain, stamps=4 * orders) for _ in range(runs)])
    rows = []
    for case, (work, make, length) in CASES.items():
        given = make(orders)
        stamps = sum(map(length, given))
        ours = median_of([timed(work, given, stamps=stamps) for _ in range(runs)])
        rows.append(
            {
                "case": case,
                "callers": 1,
                "ours": ours,
                "peers": {"eventsourcing's aggregate": peer},
                "limit": {},
                "ratio": {"eventsourcing's aggregate": ratio(ours, peer)},
            }
        )
    return rows


if __name__ == "__main__":
    defaults = {"orders": 3_000, "runs": 3}
    command("fold", measured, about=__doc__, defaults=defaults)
