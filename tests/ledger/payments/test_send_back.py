"""Which refunds a provider is asked for after a wish: those that it began, in order, each once."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from ledger.kernel.money import Money
from ledger.kernel.refusals import NothingToRefund
from ledger.order.commands import RefundPayment, RetryRefund
from ledger.order.order import Order
from ledger.order.stamps import CreateRefundSuccess, Paid
from ledger.payments.provider import Accepted, NoAnswer, RefundAsk
from ledger.payments.refund import refund_payment, retry_refund, send_back
from tests.kits.worlds import World
from tests.ledger.order.test_next_step import attempt, told

PAID = Paid(amount=Money(7000, "EUR"), provider="stripe", provider_reference="pi_1")
THOUSAND = Money(1000, "EUR")


@dataclass
class Stripe:
    """Accepts all that it is asked for, or says nothing."""

    silent: bool = False
    name: str = "stripe"
    asked: list[RefundAsk] = field(default_factory=list)

    def refund(self, ask: RefundAsk) -> Any:
        self.asked.append(ask)
        return NoAnswer("time-out") if self.silent else Accepted(outcome=made(ask))


def made(ask: RefundAsk) -> CreateRefundSuccess:
    return CreateRefundSuccess(
        payment=ask.payment, amount=ask.amount, provider_reference=f"re of {ask.correlation_id}"
    )


@pytest.fixture
def world() -> Iterator[World]:
    """A paid order of which ticket sales sent back twice; nobody was asked yet."""
    world = World()
    world.place()
    told(world, PAID, attempt(world))
    for name in ("first", "second"):
        world.clock.pass_(minutes=1)
        world.orders.handle(world.id("order"), wish(world, name))
    yield world
    world.close()


def wish(world: World, name: str) -> RefundPayment:
    return RefundPayment(
        correlation_id=world.id(name),
        actor="ada",
        at=world.clock(),
        reason="r",
        amount=THOUSAND,
    )


def sent(world: World, provider: Stripe | None, since: str, **more: Any) -> Order:
    providers: Any = {"stripe": provider} if provider else {}
    return send_back(
        world.orders,
        providers,
        world.id("order"),
        since=world.id(since),
        at=world.clock(),
        **more,
    )


@pytest.mark.parametrize(
    ("since", "asked"),
    [("first", ["first", "second"]), ("second", ["second"]), ("no such", [])],
)
def test_from_the_first_on_each_is_asked_for_and_none_of_before(
    world: World, since: str, asked: list[str]
) -> None:
    provider, heard = Stripe(), list[bool]()
    order = sent(world, provider, since, told=heard.append)
    assert [one.correlation_id for one in provider.asked] == [world.id(one) for one in asked]
    assert heard == [True] * len(asked)
    unanswered = [one.correlation_id for one in order.unanswered_refunds()]
    rest = [world.id(one) for one in ("first", "second") if one not in asked]
    assert unanswered == rest


def test_who_gives_no_answer_is_asked_once_and_that_is_told(world: World) -> None:
    provider, heard = Stripe(silent=True), list[bool]()
    order = sent(world, provider, "first", told=heard.append)
    assert (len(provider.asked), heard) == (2, [False, False])
    assert len([*order.unanswered_refunds()]) == 2


def test_without_its_provider_a_refund_waits(world: World) -> None:
    heard = list[bool]()
    before = world.orders.get(world.id("order"))
    assert sent(world, None, "first", told=heard.append).version == before.version
    assert heard == []


def test_a_refund_by_staff_is_asked_for_at_once_and_no_earlier_one(world: World) -> None:
    provider: Any = Stripe()
    order = refund_payment(
        world.orders, {"stripe": provider}, world.id("order"), wish(world, "third")
    )
    assert [one.correlation_id for one in provider.asked] == [world.id("third")]
    assert order.refunds[world.id("third")].was_accepted


def test_what_we_never_asked_for_is_not_tried_again(world: World) -> None:
    outside = CreateRefundSuccess(
        payment=attempt(world), amount=THOUSAND, provider_reference="re_9"
    )
    told(world, outside, world.id("outside"))
    again = RetryRefund(correlation_id=world.id("outside"), actor="ada", at=world.clock())
    with pytest.raises(NothingToRefund):
        retry_refund(world.orders, {}, world.id("order"), again)
