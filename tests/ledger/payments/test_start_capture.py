"""Captures and voids around a provider: who can, who cannot, and what is stamped."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from ledger.kernel.money import Money
from ledger.order.commands import CancelInGrace, CaptureAuthorization
from ledger.order.order import Order
from ledger.order.stamps import Authorized, Paid, Voided
from ledger.payments.capture import (
    CaptureAsk,
    VoidAsk,
    capturing,
    start_capture,
    start_void,
    start_voids,
)
from ledger.payments.provider import NoAnswer
from tests.kits.worlds import SPEC, World

PRICE = Money(7000, "EUR")
LATER = replace(SPEC, preferences=replace(SPEC.preferences, grace_period=3600))


@dataclass
class Bank:
    """Answers what it was given to answer, or does what it is asked."""

    name: str = "stripe"
    answer: Any = None
    asked: list[CaptureAsk | VoidAsk] = field(default_factory=list)

    def capture(self, ask: CaptureAsk) -> Any:
        self.asked.append(ask)
        paid = Paid(amount=ask.amount, provider=self.name, provider_reference="pi_1")
        return self.answer or paid

    def void(self, ask: VoidAsk) -> Any:
        self.asked.append(ask)
        return self.answer or Voided(provider_reference="pi_1")

    def authorization(self, payment_reference: str) -> Any:
        return NoAnswer("closed")


class OnlyPays:
    """A provider that cannot capture later."""

    name, account, live = "stripe", "acct_1", False


@pytest.fixture
def world() -> World:
    """An order whose payment is authorized."""
    made = World(LATER)
    order = made.place()
    kept = Authorized(amount=order.due, provider="stripe", provider_reference="pi_1")
    made.orders.record(order.id, kept, correlation_id=attempt(made), actor="provider:stripe")
    return made


def attempt(world: World) -> UUID:
    (only,) = world.orders.get(world.id("order")).attempts
    return only


def cancelled(world: World) -> Order:
    wish = CancelInGrace(correlation_id=world.id("wish"), actor="customer", at=world.clock())
    return world.orders.handle(world.id("order"), wish)


def to_capture(world: World) -> Order:
    at = world.clock() + timedelta(hours=2)
    wish = CaptureAuthorization(correlation_id=attempt(world), actor="worker", at=at)
    return world.orders.handle(world.id("order"), wish)


def captured(world: World, bank: Bank) -> Order:
    return start_capture(
        world.orders, bank, world.id("order"), attempt(world), at=world.clock(), actor="worker"
    )


def test_who_can_capture_is_known_by_name() -> None:
    ours: Any = {"stripe": Bank()}
    others: Any = {"stripe": OnlyPays()}
    assert capturing(ours, "stripe") is ours["stripe"]
    assert capturing(ours, "paytrail") is None
    assert capturing(others, "stripe") is None


@pytest.mark.parametrize("providers", [{}, {"stripe": OnlyPays()}])
def test_without_its_provider_a_void_waits(world: World, providers: Any) -> None:
    before = cancelled(world)
    order = start_voids(world.orders, providers, before.id, at=world.clock())
    assert order.attempts[attempt(world)].void_unanswered
    assert order.version == before.version


def test_every_void_that_was_asked_for_is_made_once(world: World) -> None:
    bank: Any = Bank()
    order = cancelled(world)
    for _ in range(2):
        order = start_voids(world.orders, {"stripe": bank}, order.id, at=world.clock())
    assert [type(one) for one in bank.asked] == [VoidAsk]
    assert order.attempts[attempt(world)].given_up


def test_nothing_is_voided_that_nobody_asked_for(world: World) -> None:
    bank = Bank()
    start_void(world.orders, bank, world.id("order"), attempt(world), at=world.clock())
    captured(world, bank)
    assert bank.asked == []


def test_a_capture_that_was_asked_for_is_made_once(world: World) -> None:
    to_capture(world)
    bank = Bank()
    for _ in range(2):
        order = captured(world, bank)
    (ask,) = bank.asked
    assert isinstance(ask, CaptureAsk)
    assert (ask.amount, ask.idempotency_key) == (PRICE, f"{attempt(world)}/capture/1")
    assert order.received == PRICE


def test_no_answer_stamps_nothing_and_the_next_asks_with_the_same_key(world: World) -> None:
    before = to_capture(world)
    bank = Bank(answer=NoAnswer("time-out"))
    for _ in range(2):
        assert captured(world, bank).version == before.version
    assert len({one.idempotency_key for one in bank.asked}) == 1
    assert len(bank.asked) == 2


@pytest.mark.parametrize("wish", [to_capture, cancelled])
def test_what_a_person_must_mend_is_a_refusal(world: World, wish: Any) -> None:
    wish(world)
    bank = Bank(answer=NoAnswer("key used otherwise", person="idempotency_error"))
    start = start_capture if wish is to_capture else start_void
    order = start(world.orders, bank, world.id("order"), attempt(world), at=world.clock())
    kept = order.attempts[attempt(world)]
    assert (kept.capture_refused, kept.void_refused) == (wish is to_capture, wish is cancelled)


def test_a_void_without_an_answer_stays_asked_for(world: World) -> None:
    cancelled(world)
    bank = Bank(answer=NoAnswer("time-out"))
    order = start_void(world.orders, bank, world.id("order"), attempt(world), at=world.clock())
    kept = order.attempts[attempt(world)]
    assert (kept.void_unanswered, kept.void_refused, len(bank.asked)) == (True, False, 1)
