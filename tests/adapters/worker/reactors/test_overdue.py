"""No answer is somebody's trouble: flag, case and alarm in time, and gone when the answer comes."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from adapters.worker.reactor import Patience, Reactor
from adapters.worker.reactors.close_cases import Settled
from ledger.cases.case import Case
from ledger.cases.stamps import CaseKind, CaseOpened, Severity
from ledger.order.commands import RefundPayment
from ledger.order.order import Order
from ledger.order.overdue import flags_at
from ledger.payments.provider import NoAnswer
from tests.adapters.worker.reactors.test_captures import LaterWorld
from tests.adapters.worker.reactors.test_case_returns import asked_back, returns
from tests.kits.worker import PRICE, World

SILENT = 1_000
PERSON = ("unauthorized", "forbidden", "key_conflict")
WISHES = {
    "void": (timedelta(minutes=1), CaseKind.VOID_FAILED, "void_failed"),
    "page": (timedelta(minutes=10), CaseKind.PAYMENT_UNKNOWN, "payment_unknown"),
    "refund": (timedelta(hours=1), CaseKind.REFUND_UNKNOWN, "refund_unknown"),
    "capture": (timedelta(minutes=10), CaseKind.CAPTURE_FAILED, None),
}


@dataclass
class Asked:
    """An order with a question to a provider, and the worker that asks it."""

    world: LaterWorld
    order: Order

    def work(self) -> None:
        self.world.payments().run()
        self.world.captures().run()
        settle(self.world, self.order.id)

    def open(self) -> list[CaseKind]:
        return open_kinds(self.world)

    def flags(self) -> tuple[str, ...]:
        return flags_at(self.world.orders.get(self.order.id), self.world.clock())


def asked(wish: str) -> Asked:
    world = LaterWorld()
    match wish:
        case "page":
            return Asked(world, world.place())
        case "void":
            return Asked(world, world.cancel(world.authorized()))
        case "capture":
            order = world.authorized()
            world.clock.forward(hours=1)
            return Asked(world, order)
    order = world.placed_and_paid()
    back = RefundPayment(
        correlation_id=uuid4(),
        actor="staff",
        at=world.clock(),
        amount=PRICE,
        version=order.version,
        reason="wish",
    )
    return Asked(world, world.orders.handle(order.id, back))


def cases(world: World) -> list[Case]:
    opened = [one.stream for one in world.stamps() if isinstance(one.stamp, CaseOpened)]
    return [world.cases.get(stream) for stream in opened]


def open_kinds(world: World) -> list[CaseKind]:
    return [one.opened.kind for one in cases(world) if one.state == "open" and one.opened]


@pytest.mark.parametrize("wish", WISHES)
def test_no_answer_in_time_is_a_flag_and_a_critical_case_until_it_comes(wish):
    promise, kind, flag = WISHES[wish]
    it = asked(wish)
    it.world.bank.silent = SILENT
    it.work()
    it.world.clock.forward(seconds=21)
    it.work()
    assert it.open() == [], "the web may be at it still"
    it.world.clock.now += promise
    it.work()
    assert it.open() == [kind]
    assert all(one.opened.severity is Severity.CRITICAL for one in cases(it.world) if one.opened)
    assert flag is None or flag in it.flags()
    it.world.clock.forward(minutes=1)
    it.work()
    assert it.open() == [kind], "once"
    it.world.bank.silent = 0
    it.world.clock.forward(minutes=10)
    it.work()
    it.work()
    assert it.open() == []
    assert it.flags() == ()
    assert len({*it.world.bank.asks}) == 1, "the same key again"


@pytest.mark.parametrize("person", PERSON)
@pytest.mark.parametrize("wish", WISHES)
def test_what_only_a_person_can_mend_is_told_at_once_and_settles_by_itself(wish, person):
    _, kind, flag = WISHES[wish]
    it = asked(wish)
    it.world.bank.person = person
    it.world.clock.forward(seconds=21)
    it.work()
    assert it.open() == [kind]
    assert flag is None or flag in it.flags()
    it.world.bank.person = ""
    it.world.clock.forward(minutes=10)
    for _ in range(3):
        it.work()
    assert it.open() == []
    assert it.flags() == ()


def test_a_void_that_was_refused_stays_failed_while_it_is_asked_again(monkeypatch):
    it = asked("void")
    it.world.bank.refuses = True
    it.world.clock.forward(minutes=1)
    it.work()
    it.world.bank.refuses = False
    monkeypatch.setattr(it.world.bank, "void", lambda ask: NoAnswer("timed out"))
    it.world.clock.forward(minutes=10)
    it.work()
    assert it.flags() == ("void_failed",)
    assert it.open() == [CaseKind.VOID_FAILED]
    monkeypatch.undo()
    it.world.clock.forward(minutes=10)
    it.work()
    assert (it.flags(), it.open()) == ((), [])


@pytest.mark.parametrize("person", ["", "unauthorized"])
def test_a_return_of_nobodys_money_that_is_not_answered_is_a_case_of_its_own(person):
    world = World()
    case = asked_back(world)
    world.provider.silent, world.provider.person = SILENT, person
    world.clock.forward(seconds=21)
    returns(world, case).run()
    assert (CaseKind.REFUND_UNKNOWN in open_kinds(world)) is bool(person)
    world.clock.forward(hours=1)
    returns(world, case).run()
    assert open_kinds(world) == [CaseKind.UNMATCHED_MONEY, CaseKind.REFUND_UNKNOWN]
    world.provider.silent, world.provider.person = 0, ""
    world.clock.forward(hours=1)
    returns(world, case).run()
    assert open_kinds(world) == []


def test_a_page_that_nobody_can_look_at_is_told_an_hour_after_its_time():
    world = World()
    order = world.opened(world.place())
    world.clock.forward(days=3, minutes=1)
    look_away = {"look": lambda order: False}
    world.timeouts(**look_away).run()
    assert open_kinds(world) == []
    world.clock.forward(hours=1)
    world.timeouts(**look_away).run()
    assert open_kinds(world) == [CaseKind.PAYMENT_UNKNOWN]
    settle(world, order.id)
    assert open_kinds(world) == [CaseKind.PAYMENT_UNKNOWN]
    world.timeouts().run()
    settle(world, order.id)
    assert open_kinds(world) == []


def settle(world: World, order: UUID) -> None:
    Reactor(
        name="settled",
        find=lambda: [(one.id, order) for one in cases(world) if one.state == "open"],
        each=Settled(orders=world.orders, cases=world.cases, clock=world.clock),
        after=Patience(world.clock),
    ).run()
