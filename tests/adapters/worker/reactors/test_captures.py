from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from adapters.worker.open_cases import Desk
from adapters.worker.reactor import NOTHING, Patience, Reactor
from adapters.worker.reactors.captures import Captures
from ledger.cases.stamps import CaseKind
from ledger.kernel.refusals import LateCancel
from ledger.order.commands import CancelInGrace
from ledger.order.order import Order
from ledger.order.stamps import AuthorizationExpired, Authorized, Paid
from ledger.order.status import Status, flags, status
from ledger.payments.capture import start_voids
from ledger.shop.shop import ShopSpec
from tests.kits.worker import PRICE, World, shop_spec
from tests.kits.worker_fakes import CapturingFake, Killed


class LaterWorld(World):
    """A shop that captures an hour after an order was placed, and a provider that can."""

    def __init__(self) -> None:
        super().__init__()
        self.bank = CapturingFake()
        self.provider = self.bank
        self.shops.import_shop(later(shop_spec(self.clock())), actor="test", at=self.clock())
        self.patience = Patience(self.clock)

    def authorized(self) -> Order:
        order = self.place()
        self.opened(order)
        (attempt,) = order.attempts
        kept = Authorized(amount=PRICE, provider="stripe", provider_reference=f"pi_{attempt}")
        self.bank.kept[f"pi_{attempt}"] = kept
        return self.orders.record(order.id, kept, correlation_id=attempt, actor="provider:stripe")

    def cancel(self, order: Order) -> Order:
        wish = CancelInGrace(correlation_id=uuid4(), actor="customer", at=self.clock())
        return self.orders.handle(order.id, wish)

    def captures(self) -> Reactor[UUID]:
        act = Captures(
            orders=self.orders,
            providers={"stripe": self.bank},
            desk=Desk(self.cases),
            clock=self.clock,
        )
        return Reactor(name="captures", find=self.all_orders, each=act, after=self.patience)

    def names(self, order: UUID) -> list[str]:
        return [type(one.stamp).__name__ for one in self.orders.history(order)]


def later(spec: ShopSpec) -> ShopSpec:
    return replace(spec, preferences=replace(spec.preferences, grace_period=3600))


@pytest.fixture
def world() -> LaterWorld:
    return LaterWorld()


def test_nothing_is_captured_before_the_grace_period_ends(world):
    world.authorized()
    world.clock.forward(minutes=59)
    assert world.captures().run() == NOTHING


def test_the_end_of_the_grace_period_captures_once(world):
    order = world.authorized()
    world.clock.forward(minutes=60)
    assert world.captures().run().done == 1
    assert world.captures().run() == NOTHING
    after = world.orders.get(order.id)
    assert status(after) is Status.PAID
    assert after.received == PRICE
    assert world.bank.asks == [f"{next(iter(order.attempts))}/capture/1"]
    with pytest.raises(LateCancel):
        world.cancel(order)


def test_a_cancelled_order_is_voided_by_the_worker_if_the_web_died_before_it_asked(world):
    order = world.authorized()
    world.cancel(order)
    assert world.captures().run() == NOTHING  # the web has just begun
    world.clock.forward(minutes=90)
    assert world.captures().run().done == 1
    after = world.orders.get(order.id)
    assert (status(after), after.reserved.amount) == (Status.CANCELLED, 0)
    assert world.bank.asks == [f"{next(iter(order.attempts))}/void/1"]


@pytest.mark.parametrize("wish", ["capture", "void"])
def test_what_got_no_answer_is_asked_again_with_the_same_key(world, wish):
    order = world.authorized()
    if wish == "void":
        world.cancel(order)
    world.bank.silent = 1
    world.clock.forward(minutes=60)
    assert world.captures().run().waiting == 1
    world.clock.forward(minutes=1)
    assert world.captures().run().done == 1
    assert len(world.bank.asks) == 2
    assert len({*world.bank.asks}) == 1
    assert not world.orders.get(order.id).reservations()


def test_an_old_key_is_not_asked_again_but_looked_up(world):
    order = world.authorized()
    world.bank.silent = 1
    world.clock.forward(minutes=60)
    world.captures().run()
    world.clock.forward(hours=23)
    assert world.captures().run().done == 1
    assert len(world.bank.asks) == 1
    assert status(world.orders.get(order.id)) is Status.PAID


def test_what_was_never_done_under_an_old_key_is_a_new_try_later(world, monkeypatch):
    order = world.authorized()

    def lost(ask):
        raise Killed

    monkeypatch.setattr(world.bank, "capture", lost)
    world.clock.forward(minutes=60)
    with pytest.raises(Killed):
        world.captures().run()
    monkeypatch.undo()
    world.clock.forward(hours=23)
    world.captures().run()
    assert world.names(order.id)[-1] == "CreateCaptureFailure"
    world.clock.forward(minutes=10)
    world.captures().run()
    assert status(world.orders.get(order.id)) is Status.PAID
    assert world.bank.asks == [f"{next(iter(order.attempts))}/capture/2"]


def test_a_void_that_fails_is_an_alarm_and_a_case_and_is_tried_again(world, capsys):
    order = world.authorized()
    world.cancel(order)
    world.bank.refuses = True
    world.clock.forward(minutes=1)
    world.captures().run()
    after = world.orders.get(order.id)
    assert flags(after) == ("void_failed",)
    assert not after.alive
    assert [one.kind for one in world.opened_cases()] == [CaseKind.VOID_FAILED]
    assert "manual void required" in "".join(capsys.readouterr())
    assert world.captures().run() == NOTHING
    world.bank.refuses = False
    world.clock.forward(minutes=10)
    assert world.captures().run().done == 1
    assert flags(world.orders.get(order.id)) == ()
    assert world.bank.asks[-1].endswith("/void/2")
    assert len(world.opened_cases()) == 1


def test_a_refused_void_is_looked_up_before_it_is_asked_for_again(world):
    order = world.authorized()
    (attempt,) = order.attempts
    world.cancel(order)
    world.bank.refuses = True
    world.clock.forward(minutes=1)
    world.captures().run()
    world.bank.ended[f"pi_{attempt}"] = AuthorizationExpired(provider_reference=f"pi_{attempt}")
    asked = len(world.bank.asks)
    world.clock.forward(minutes=10)
    world.bank.silent = 1
    assert world.captures().run().waiting == 1  # nobody tells how it stands: nothing is asked for
    world.clock.forward(minutes=10)
    assert world.captures().run().done == 1
    assert len(world.bank.asks) == asked
    assert flags(world.orders.get(order.id)) == ()


def test_what_was_captured_although_it_was_cancelled_is_asked_back(world):
    order = world.authorized()
    (attempt,) = order.attempts
    world.cancel(order)
    world.bank.ended[f"pi_{attempt}"] = Paid(
        amount=PRICE, provider="stripe", provider_reference=f"pi_{attempt}"
    )
    after = start_voids(world.orders, {"stripe": world.bank}, order.id, at=world.clock())
    assert status(after) is Status.REFUND_REQUESTED
    assert after.refund_pending == PRICE
    world.following().run()
    kinds = [one.kind for one in world.opened_cases()]
    assert kinds == [CaseKind.CAPTURED_AFTER_VOID]


def test_an_authorization_that_lapsed_is_noticed(world):
    order = world.authorized()
    (attempt,) = order.attempts
    gone = AuthorizationExpired(provider_reference=f"pi_{attempt}")
    world.bank.ended[f"pi_{attempt}"] = gone
    world.clock.forward(minutes=60)
    assert world.captures().run().done == 1
    assert status(world.orders.get(order.id)) is Status.FAILED
    assert [one.kind for one in world.opened_cases()] == [CaseKind.AUTHORIZATION_LOST]


@pytest.mark.parametrize("where", ["before the call", "after the deed", "before the answer"])
@pytest.mark.parametrize("wish", ["capture", "void"])
def test_a_worker_killed_around_a_question_asks_for_it_once(world, where, wish, monkeypatch):
    order = world.authorized()
    if wish == "void":
        world.cancel(order)
    world.clock.forward(minutes=60)
    deed = getattr(world.bank, wish)

    def ends(*given, **named):
        if where == "after the deed":
            deed(*given)
        raise Killed

    if where == "before the answer":
        monkeypatch.setattr(world.orders, "record", ends)
    else:
        monkeypatch.setattr(world.bank, wish, ends)
    with pytest.raises(Killed):
        world.captures().run()
    monkeypatch.undo()
    world.clock.forward(seconds=20)
    world.captures().run()
    assert len({*world.bank.asks}) == 1
    assert len(world.bank.ended) == 1
    assert not world.orders.get(order.id).reservations()


def test_an_authorized_order_is_not_timed_out(world):
    order = world.authorized()
    world.clock.forward(days=4)
    assert world.timeouts().run() == NOTHING
    assert world.orders.get(order.id).alive
