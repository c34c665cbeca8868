"""A refund that was refused is tried again; one that was not is left alone, and nobody is asked."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from ledger.kernel.money import Money
from ledger.kernel.refusals import NothingToRefund, NotRefundable, RefundStillUnknown
from ledger.order.commands import RefundPayment, RetryRefund
from ledger.order.order import Order
from ledger.order.stamps import CreateRefundFailure, CreateRefundSuccess, Paid
from ledger.order.status import status
from ledger.payments.provider import Accepted, NoAnswer, RefundAsk
from ledger.payments.refund import refund_payment, retry_refund
from tests.kits.worlds import World
from tests.ledger.order.test_next_step import attempt, cancel, told

PRICE = Money(7000, "EUR")
PAID = Paid(amount=PRICE, provider="stripe", provider_reference="pi_1")
REFUSED = CreateRefundFailure(code="insufficient_funds")


@dataclass
class Till:
    """A provider that finds what it was given to find, and refunds all that it is asked for."""

    found: Any = None
    name: str = "stripe"
    account: str = "acct_1"
    live: bool = False
    looked: int = 0
    asked: list[RefundAsk] = field(default_factory=list)

    def find_refund(self, ask: RefundAsk) -> Any:
        self.looked += 1
        return self.found

    def refund(self, ask: RefundAsk) -> Accepted:
        self.asked.append(ask)
        return Accepted(outcome=made(ask.payment, number=ask.try_number))


def made(payment: Any, *, number: int = 1) -> CreateRefundSuccess:
    return CreateRefundSuccess(
        payment=payment, amount=PRICE, provider_reference="re_1", try_number=number
    )


@pytest.fixture
def world() -> Iterator[World]:
    """An order that was paid, and whose refund was asked for."""
    world = World()
    world.place()
    told(world, PAID, attempt(world))
    cancel(world)
    yield world
    world.close()


def retried(world: World, provider: Till | None, *, refund: str = "wish") -> Order:
    wish = RetryRefund(correlation_id=world.id(refund), actor="token:desk", at=world.clock())
    providers: Any = {"stripe": provider} if provider else {}
    return retry_refund(world.orders, providers, world.id("order"), wish)


def test_one_that_was_refused_is_asked_for_again_with_a_new_number(world: World) -> None:
    told(world, REFUSED, world.id("wish"))
    till = Till()
    order = retried(world, till)
    assert [one.try_number for one in till.asked] == [2]
    assert order.refunds[world.id("wish")].was_accepted
    assert status(order) == "REFUND_REQUESTED"


def test_one_that_waits_for_its_answer_is_left_alone(world: World) -> None:
    till, before = Till(), world.orders.get(world.id("order"))
    assert retried(world, till).version == before.version
    assert (till.looked, till.asked) == (0, [])


def test_one_that_was_accepted_is_left_alone(world: World) -> None:
    told(world, made(attempt(world)), world.id("wish"))
    till, before = Till(), world.orders.get(world.id("order"))
    assert retried(world, till).version == before.version
    assert (till.looked, till.asked) == (0, [])


def test_one_that_was_made_after_all_is_stamped_and_not_asked_for(world: World) -> None:
    told(world, REFUSED, world.id("wish"))
    till = Till(found=Accepted(outcome=made(attempt(world))))
    refund = retried(world, till).refunds[world.id("wish")]
    assert (refund.was_accepted, refund.last_try, till.asked) == (True, 2, [])
    stamps = world.orders.history(world.id("order"))
    assert [one.actor for one in stamps if type(one.stamp) is CreateRefundSuccess] == ["token:desk"]


def test_while_nobody_knows_nothing_is_asked_for(world: World) -> None:
    told(world, REFUSED, world.id("wish"))
    till = Till(found=NoAnswer("time-out"))
    with pytest.raises(RefundStillUnknown):
        retried(world, till)
    assert till.asked == []


def test_without_its_provider_nothing_can_be_asked_for(world: World) -> None:
    told(world, REFUSED, world.id("wish"))
    with pytest.raises(NotRefundable):
        retried(world, None)


def test_there_is_no_such_refund(world: World) -> None:
    with pytest.raises(NothingToRefund):
        retried(world, Till(), refund="nothing")


def test_a_refund_whose_provider_is_not_ours_stays_asked_for() -> None:
    other = World()
    other.place()
    told(other, PAID, attempt(other))
    wish = RefundPayment(
        correlation_id=other.id("staff"),
        actor="token:desk",
        at=other.clock(),
        payment=attempt(other),
        amount=PRICE,
        reason="the payer rang",
    )
    order = refund_payment(other.orders, {}, other.id("order"), wish)
    assert order.refunds[other.id("staff")].unanswered
    other.close()
