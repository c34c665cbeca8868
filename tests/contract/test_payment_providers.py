"""One suite for every payment provider: real HTTP, real signatures, the real web's doors."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.keys.key_ring import Keyring
from adapters.postgres.ledger.recorder import PostgresStampRecorder
from adapters.postgres.working.inbox import PostgresInbox
from adapters.store.memory import MemoryStampRecorder
from ledger.payments.ask_once import OnceInMemory
from tests.conftest import Database
from tests.contract.counter import (
    A_WHILE,
    FEE,
    PRICE,
    Backwards,
    Counter,
    Killed,
    Losing,
    Manner,
    Restarting,
    Shuffled,
)
from tests.contract.payment_stories import GRACE, STORIES, Story, Told, a_payment, a_refund, paid
from tests.contract.tills import TILLS, at_the_till
from tests.kits.examples import examples
from tests.stand_ins import till as ability
from tests.stand_ins.paytrail_till import PaytrailTill
from web.wiring.clock import clock

MANNERS: dict[str, Callable[[], Manner]] = {
    "in-order": Manner,
    "twice-and-backwards": Backwards,
    "killed-between-steps": Restarting,
}
TOLD = [(name, told) for name in TILLS for told in STORIES if told.needs <= TILLS[name].can]
STORY = pytest.mark.parametrize(
    ("name", "told"), TOLD, ids=[f"{name}-{told.name}" for name, told in TOLD]
)
EVERY = pytest.mark.parametrize("name", TILLS)


@contextmanager
def counter_of(name: str, **options: Any) -> Iterator[Counter]:
    """A shop at this provider's till, over a ledger in memory unless told otherwise."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        offset = folder / "offset"
        offset.write_text("0")
        till = stack.enter_context(at_the_till(name, folder))
        memory = MemoryStampRecorder(clock=clock(offset))
        recorder = options.pop("recorder", lambda _: memory)
        counter = Counter(
            till, **{"clock_file": offset, "recorder": lambda: recorder(clock(offset)), **options}
        )
        stack.callback(counter.close)
        yield counter


# In order, the fast suite tells them on PostgreSQL.
@pytest.mark.parametrize(
    "manner", [pytest.param("in-order", marks=pytest.mark.slow), *[*MANNERS][1:]]
)
@STORY
def test_the_story_ends_well(name: str, told: Told, manner: str):
    with counter_of(name, grace=told.grace, manner=MANNERS[manner]()) as counter:
        told.story(counter)
        counter.come_to_rest()
        counter.agrees_with_the_provider()


@STORY
@examples(3, least=1)
@given(seed=st.integers(0, 2**32))
def test_the_story_ends_well_in_any_order_of_its_news(name: str, told: Told, seed: int):
    with counter_of(name, grace=told.grace, manner=Shuffled(seed)) as counter:
        told.story(counter)
        counter.come_to_rest()
        counter.agrees_with_the_provider()


@STORY
def test_the_story_ends_well_on_postgres(name: str, told: Told, database: Database):
    def recorder(now: Callable[[], datetime]) -> PostgresStampRecorder:
        return PostgresStampRecorder(database.app, clock=now)

    def inbox(keyring: Keyring) -> PostgresInbox:
        return PostgresInbox(database.app, keyring=keyring)

    with counter_of(name, grace=told.grace, recorder=recorder, inbox=inbox) as counter:
        told.story(counter)
        counter.come_to_rest()
        counter.agrees_with_the_provider()


@EVERY
@pytest.mark.parametrize("told", [a_payment, a_refund], ids=lambda one: one.__name__)
def test_any_one_message_may_be_lost(name: str, told: Story):
    for number in itertools.count():
        manner = Losing(number)
        with counter_of(name, manner=manner) as counter:
            told(counter)
            counter.come_to_rest()
            counter.agrees_with_the_provider()
        if not manner.lost:
            break
    assert number >= 2


@dataclass
class Wire:
    """Counts what crosses the edge of the process, there and back; kills it at one of them."""

    at: int = -1
    crossed: int = 0

    def cut(self) -> None:
        self.crossed += 1
        if self.crossed == self.at:
            raise Killed

    def around(self, part: Any) -> Any:
        return _Wired(part, self)


class _Wired:
    """A part whose calls that change something may be the last thing a process does."""

    _CHANGING = frozenset(
        {
            *("append", "keep", "mark"),
            *("create_payment", "recover_payment", "refund", "capture", "void"),
        }
    )

    def __init__(self, part: Any, wire: Wire) -> None:
        self._part, self._wire = part, wire

    def __getattr__(self, name: str) -> Any:
        inner = getattr(self._part, name)
        if name not in self._CHANGING:
            return inner

        def call(*args: Any, **options: Any) -> Any:
            self._wire.cut()
            answer = inner(*args, **options)
            self._wire.cut()
            return answer

        return call


def with_money(counter: Counter) -> UUID:
    """An order whose money came, or is reserved, placed and told by those who ask again."""
    order: UUID = _again(counter, counter.place)
    for number in itertools.count():
        if counter.pages(order):
            break
        counter.pass_()
        _again(counter, counter.work)
        _again(counter, partial(counter.pay_again, order, f"again {number}"))
    counter.till.pay(counter.page(order))
    _again(counter, partial(counter.tell, *counter.till.news()))
    return order


def rest(counter: Counter, *, seconds: int = A_WHILE) -> None:
    for _ in range(3):
        counter.pass_(seconds)
        _again(counter, counter.work)
        _again(counter, partial(counter.tell, *counter.till.news()))
    counter.agrees_with_the_provider()


def refunded_life(counter: Counter) -> None:
    order = with_money(counter)
    while not counter.order(order).refunds:
        _again(counter, lambda: _ask_again(counter, order))
    rest(counter)
    page = counter.page(order)
    assert counter.till.refunds_made(page) == 1
    assert counter.till.held(page) == FEE
    assert counter.status(order) == "REFUNDED"
    assert len(counter.receipts(order)) == 2


def captured_life(counter: Counter) -> None:
    order = with_money(counter)
    rest(counter, seconds=GRACE)
    assert counter.status(order) == "PAID"
    assert counter.till.held(counter.page(order)) == PRICE
    assert len(counter.receipts(order)) == 1


def given_up_life(counter: Counter) -> None:
    order = with_money(counter)
    assert _again(counter, lambda: counter.change_mind(order)).status_code == 200
    rest(counter)
    assert counter.status(order) == "CANCELLED"
    assert counter.till.held(counter.page(order)) == 0
    assert counter.receipts(order) == []


def _ask_again(counter: Counter, order: Any) -> None:
    counter.pass_()
    counter.ask_to_cancel(order)
    counter.confirm_cancellation(order)


def _again(counter: Counter, act: Callable[[], Any]) -> Any:
    try:
        return act()
    except Killed:
        counter.restart()
        return act()


LIVES: dict[str, tuple[Callable[[Counter], None], int | None]] = {
    "refunded": (refunded_life, None),
    "captured": (captured_life, GRACE),
    "given-up": (given_up_life, GRACE),
}


LIVED = [
    (name, life)
    for name in TILLS
    for life, (_, grace) in LIVES.items()
    if grace is None or ability.RESERVES in TILLS[name].can
]


@pytest.mark.parametrize("nth", [7, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize(("name", "life"), LIVED)
def test_killed_at_any_crossing_a_life_ends_the_same(name: str, life: str, nth: int):
    live, grace = LIVES[life]
    wire = Wire()
    with counter_of(name, grace=grace, wire=wire.around) as counter:
        live(counter)
    assert wire.crossed >= 14
    for at in range(wire.crossed, 0, -nth):
        cut = Wire(at)
        with counter_of(name, grace=grace, wire=cut.around) as counter:
            live(counter)
        assert cut.crossed > at or at == wire.crossed


class KilledOnce(OnceInMemory):
    """The process dies as soon as it has taken the key."""

    def take(self, key: str) -> bool:
        if super().take(key):
            raise Killed
        return False


def test_a_refund_killed_before_it_was_posted_is_never_posted_and_a_person_is_told():
    with counter_of("paytrail") as counter:
        order = paid(counter)
        assert isinstance(counter.till, PaytrailTill)
        counter.till.once = KilledOnce()
        counter.restart()
        counter.ask_to_cancel(order)
        with pytest.raises(Killed):
            counter.confirm_cancellation(order)
        counter.restart()
        counter.come_to_rest()
        assert counter.status(order) == "REFUND_REQUESTED"
        assert counter.till.refunds_made(counter.page(order)) == 0
        counter.pass_(24 * 3600)
        counter.come_to_rest()
        assert counter.cases() == ["refund_unknown"]
        assert counter.till.held(counter.page(order)) == PRICE


@EVERY
def test_what_somebody_else_signed_is_a_4xx_and_leaves_no_trace(name: str):
    with counter_of(name) as counter:
        order = counter.place()
        counter.till.pay(counter.page(order))
        forged = [counter.till.forge(one) for one in counter.till.news()]
        signed = [one for one in forged if one is not None]
        assert signed
        for message in signed:
            assert 400 <= counter.deliver(message) < 500
        assert counter.status(order) == "PENDING"
        assert counter.inbox.unfinished() == []


@EVERY
def test_the_news_of_another_account_moves_nothing(name: str):
    with counter_of(name) as counter:
        order = counter.place()
        counter.till.pay(counter.page(order))
        for message in counter.till.news():
            strange = counter.till.of_another_account(message)
            if strange is not None:
                counter.deliver(counter.till.seal(strange))
        counter.work()
        assert counter.shown(order)["money"]["received"] == 0
        assert counter.status(order) == "PENDING"


@EVERY
def test_the_news_of_one_order_never_moves_another(name: str):
    with counter_of(name) as counter:
        payer, other = paid(counter, "payer"), counter.place("other")
        for attempt in (*counter.order(payer).attempts, *counter.order(other).attempts):
            for message in counter.heard:
                pinned = {"order": str(other), "attempt": str(attempt)}
                strange = counter.till.elsewhere(message, **pinned)
                if strange is not None:
                    counter.deliver(counter.till.seal(strange))
        counter.work()
        assert counter.shown(other)["money"]["received"] == 0
        assert counter.status(payer) == "PAID"


@EVERY
@pytest.mark.parametrize(("cents", "flag"), [(PRICE - 1, "underpaid"), (PRICE + 1, "overpaid")])
def test_another_amount_than_asked_is_received_and_becomes_a_case(name: str, cents: int, flag: str):
    with counter_of(name) as counter:
        order = counter.place()
        counter.till.pay(counter.page(order))
        counter.tell(*[counter.till.misstated(one, cents=cents) for one in counter.till.news()])
        counter.work()
        shown = counter.shown(order)
        assert shown["money"]["received"] == cents
        assert (flag == "underpaid") == (shown["status"] != "PAID")
        assert flag in shown["flags"]
        assert counter.cases()


@EVERY
def test_a_payment_is_paid_once_however_often_its_page_is_asked_for(name: str):
    with counter_of(name) as counter:
        order = counter.place()
        assert counter.place() == order
        counter.restart()
        assert counter.place() == order
        assert counter.till.pages_made(str(order)) == 1
        paid(counter)
