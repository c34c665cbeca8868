"""A shop is cancelled while two webs and two workers are killed again and again: all comes once."""

import random
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from adapters.shop_file.read import read_shop_file
from ledger.order.order import Order
from ledger.order.stamps import Cancelled, Cause, CreateRefundRequest, Letter, ReceiptSent
from tests.end_to_end.chaos import patiently
from tests.end_to_end.chaos_customers import Customer
from tests.end_to_end.chaos_ends import Ends
from tests.end_to_end.chaos_storm import everything
from tests.end_to_end.houses import TwinHouse, whole_house
from tests.end_to_end.journey import Journey, until
from web.demo.command import SAMPLE

SHOP = "calledoff"
# What a provider may do to its news and its answers. It answers for each refund in the end.
WEATHER = {
    "drop": 0.1,
    "duplicate": 0.3,
    "delay": 0.1,
    "delay_seconds": 40,
    "reorder": 0.5,
    "reorder_seconds": 20,
    "cut": 0.1,
}
TWINS = ("web", "web 2", "worker", "worker 2")
# Recovery, a letter's lease, its second try; then beyond the day for which a key is remembered.
LEAPS = (700, 700, 700, 24 * 3600, 700, 700)
_TICK, _SECONDS_PER_TICK = 0.5, 6
# So long the provider keeps its answer, before or after it acted, until who asked is dead.
_HELD = 6


@dataclass
class Deaths:
    """Kills by a dice that is a function of the seed, and brings up again what it killed.

    The next blow waits for a web, however slow the machine: somebody must get on.
    Every other time a worker dies with a question about a refund in the provider's hands.
    """

    journey: Journey
    pause: float
    killed: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def falling(self) -> Iterator[None]:
        """Until the end of the block."""
        over = threading.Event()
        hands = [threading.Thread(target=act, args=[over]) for act in (self._strike, self._tick)]
        for hand in hands:
            hand.start()
        try:
            yield
        finally:
            over.set()
            for hand in hands:
                hand.join()
            self.journey.control("calm")
            self.journey.wait_for_web()

    def _tick(self, over: threading.Event) -> None:
        while not over.wait(_TICK):
            self.journey.move_clock(_SECONDS_PER_TICK)

    def _strike(self, over: threading.Event) -> None:
        dice, number = random.Random(7), 0
        first = dice.sample(TWINS, len(TWINS))
        # Each dies once, also where all is done before that.
        while not over.wait(dice.uniform(0.5, 1.5) * self.pause) or first:
            number += 1
            if first:
                self._kill(first.pop())
            elif number % 2:
                self._kill(dice.choice(TWINS))
            else:
                self._kill_with_a_question(dice.choice(["think", "late"]), over)

    def _kill(self, *names: str) -> None:
        for name in names:
            self.journey.kill(name)
            self.killed[name] += 1
        for name in names:
            self.journey.start(name)
        for name, web in zip(TWINS, webs(self.journey), strict=False):
            if name in names:
                self.journey.wait_for_web(web)

    def _kill_with_a_question(self, moment: str, over: threading.Event) -> None:
        """Whichever of the two workers asked: both die."""
        body = {"kind": moment, "path": "/v1/refunds", "seconds": _HELD}
        self.journey.control("calls/next", body)
        deadline = time.monotonic() + _HELD
        while self.journey.get("calls/next")["data"] and time.monotonic() < deadline:
            if over.wait(0.1):
                return
        if not self.journey.get("calls/next")["data"]:
            self.killed[moment] += 1
            self._kill("worker", "worker 2")


@dataclass
class Crowd:
    """Customers of one shop: three of four have paid, and some of these give up one of two."""

    journey: Journey
    customers: Sequence[Customer]

    @property
    def paid(self) -> Sequence[Customer]:
        return [one for one in self.customers if one.number % 4]

    @property
    def givers(self) -> Sequence[Customer]:
        return [one for one in self.customers if one.number % 4 == 1]

    def buys(self) -> None:
        def one(customer: Customer) -> None:
            customer.place(product="weekend", quantity=2)
            if customer in self.paid:
                customer.pull(f"sessions/{customer.page()}/pay")

        self._each(one, self.customers)
        until("all is paid", lambda: all(one.order.received for one in self.paid))

    def gives_up_a_part(self) -> None:
        """Each presses at both webs at once, under the one link."""

        def one(customer: Customer) -> None:
            code = customer.ask_for_a_link()
            assert code
            with ExitStack() as stack, ThreadPoolExecutor(2) as pool:
                for number, web in enumerate(webs(self.journey)):
                    twin = stack.enter_context(at(self.journey, customer.number, web=web))
                    twin.id, twin.seed = customer.id, customer.seed + number + 1
                    body = {"code": code, "lines": [{"product": "weekend", "quantity": 1}]}
                    pool.submit(twin.ask, f"/orders/{twin.id}/cancellation", body)
                pool.shutdown()

        self._each(one, self.givers)

    def _each(self, act: Any, customers: Sequence[Customer]) -> None:
        with ThreadPoolExecutor(6) as pool:
            for done in pool.map(act, customers):
                assert done is None


def webs(journey: Journey) -> Sequence[str]:
    port = journey.house.at.web
    return [f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port + 4}"]


def at(journey: Journey, number: int, *, web: str) -> Customer:
    return Customer(journey, number, seed=12, shop=SHOP, web=web)


def open_shop(journey: Journey, orders: int) -> None:
    sample, parts = read_shop_file(SAMPLE), journey.works.parts
    policy = replace(sample.preferences.cancellation, parts=True)
    spec = replace(
        sample,
        slug=SHOP,
        preferences=replace(sample.preferences, cancellation=policy),
        quotas={"weekend": 2 * orders, "friday": 1},
    )
    parts.shops.import_shop(spec, actor="test", at=parts.clock())


def cancel_shop(journey: Journey) -> None:
    """The command may find the database busy; whoever gives it again does nothing twice."""
    words = ("shop", "cancel", SHOP, "--reason", "The hall burnt down.", "--commit", "--no-wait")
    until("the shop is cancelled", lambda: journey.command(*words).returncode == 0)


def every_order_follows(journey: Journey, orders: int) -> None:
    """However many they are, and however slow the machine is: as long as one more follows."""
    followed = 0

    def more() -> int:
        found = count_followed(journey)
        return found if found > followed else 0

    while followed < orders:
        followed = until(f"more than {followed} orders follow", more)


def count_followed(journey: Journey) -> int:
    """How many orders have their decision; 0 where a process that was asked died."""
    with suppress(Exception):
        counted = journey.works.parts.views.count_shop_orders(
            journey.works.parts.shops.newest(SHOP).id
        )
        return sum(one.many for one in counted if one.fate == "cancelled already")
    return 0


def come_to_rest(journey: Journey) -> None:
    """What was dropped is found in the provider's books, and time passes."""
    ends = Ends(journey)
    for leap in LEAPS:
        journey.command("reconcile", "--provider", "stripe", "--commit")
        patiently(ends, seconds=6)
        if ends.at_rest():
            break
        journey.move_clock(leap)
    assert [*ends.under_way()] == []
    assert [*ends.findings()] == []


@pytest.mark.parametrize(
    ("orders", "pause"), [(16, 1.5), pytest.param(500, 3.0, marks=pytest.mark.slow)]
)
def test_every_order_gets_one_decision_one_refund_and_one_letter(
    tmp_path: Path, orders: int, pause: float
) -> None:
    with ExitStack() as stack:
        journey = stack.enter_context(whole_house(tmp_path, TwinHouse))
        open_shop(journey, orders)
        crowd = Crowd(
            journey,
            [
                stack.enter_context(at(journey, number, web=webs(journey)[number % 2]))
                for number in range(1, orders + 1)
            ],
        )
        crowd.buys()
        deaths = Deaths(journey, pause)
        journey.control("chaos.json", {**WEATHER, "seed": orders})
        with deaths.falling():
            crowd.gives_up_a_part()
            cancel_shop(journey)
            every_order_follows(journey, orders)
        come_to_rest(journey)
        assert {*TWINS, "think", "late"} <= {*deaths.killed} or orders < 100
        assert deaths.killed["worker"]
        assert deaths.killed["worker 2"]
        made: Iterable[dict[str, Any]] = everything(journey, "refunds")
        returned = Counter(one["metadata"].get("order") for one in made)
        for customer in crowd.customers:
            once(journey, customer, crowd, at_the_provider=returned[str(customer.id)])


def once(journey: Journey, customer: Customer, crowd: Crowd, *, at_the_provider: int) -> None:
    order, history = customer.order, journey.works.parts.orders.history(customer.id)
    stamps = [one.stamp for one in history]
    assert [one.cause for one in stamps if isinstance(one, Cancelled)] == [Cause.SHOP_CANCELLED]
    causes = Counter(one.cause for one in stamps if isinstance(one, CreateRefundRequest))
    paid, gave = customer in crowd.paid, customer in crowd.givers
    assert causes == Counter({Cause.SHOP_CANCELLED: int(paid), Cause.CUSTOMER: int(gave)})
    assert at_the_provider == causes.total()
    assert len(order.amendments) == int(gave)
    assert order.refunded + order.refund_pending == order.received
    assert not order.seats
    _one_letter(order, [one for one in history if isinstance(one.stamp, ReceiptSent)], paid=paid)


def _one_letter(order: Order, sent: Sequence[Any], *, paid: bool) -> None:
    """Sent again after a death, it bears the same name: people and their programs see one."""
    of_the_end = {
        (one.stamp.letter, one.stamp.message_id)
        for one in sent
        if one.correlation_id == order.cancelled
    }
    kinds = [letter for letter, _ in of_the_end]
    assert kinds == [Letter.REFUNDED if paid else Letter.CANCELLED]
