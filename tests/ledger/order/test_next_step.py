"""What the ledger does by itself because of the facts it holds (SPEC P6, X4, S2)."""

from collections.abc import Iterator
from typing import Any

import pytest

from ledger.kernel.money import Money
from ledger.order.commands import CancelUnpaid, ConfirmCancellation, RequestCancellation
from ledger.order.next_step import next_step
from ledger.order.stamps import CreateRefundFailure, CreateRefundSuccess, Paid, Refunded
from ledger.order.status import Status, status
from ledger.shop.stamps import Release
from tests.kits.worlds import World, with_policy

PAID = Paid(amount=Money(7000, "EUR"), provider="stripe", provider_reference="pi_1")
CODE = "c" * 43


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    yield made
    made.close()


def told(world: World, fact: Any, under: Any, name: str = "order") -> Any:
    world.orders.record(world.id(name), fact, correlation_id=under, actor="provider:stripe")
    return world.orders.follow(world.id(name), world.clock())


def attempt(world: World, name: str = "order") -> Any:
    (only,) = world.orders.get(world.id(name)).attempts
    return only


def time_out(world: World, name: str = "order") -> None:
    command = CancelUnpaid(
        correlation_id=world.id(f"time-out {name}"), actor="worker", at=world.clock.pass_(days=4)
    )
    world.orders.handle(world.id(name), command)


def cancel(world: World) -> Any:
    wish: dict[str, Any] = {"correlation_id": world.id("wish"), "actor": "visitor"}
    order_id = world.id("order")
    world.orders.handle(
        order_id, RequestCancellation(**wish, at=world.clock.pass_(minutes=5), code=CODE)
    )
    quote = Money(7000, "EUR")
    return world.orders.handle(
        order_id, ConfirmCancellation(**wish, at=world.clock(), code=CODE, quote=quote)
    )


def accepted(world: World) -> CreateRefundSuccess:
    return CreateRefundSuccess(
        payment=attempt(world), amount=Money(7000, "EUR"), provider_reference="re_1"
    )


def settled(world: World) -> Refunded:
    return Refunded(payment=attempt(world), amount=Money(7000, "EUR"), provider_reference="re_1")


def bought(spec: Any) -> World:
    world = World(spec)
    world.place()
    told(world, PAID, attempt(world))
    return world


def test_money_after_the_time_out_takes_the_seats_again(world: World) -> None:
    world.place()
    time_out(world)
    order = told(world, PAID, attempt(world))
    assert status(order) is Status.PAID
    assert world.stamps()[-2:] == ["Paid", "SeatsRetaken"]


def test_money_after_the_time_out_goes_back_when_the_seats_are_gone(world: World) -> None:
    world.place()
    time_out(world)
    world.place("another", ("weekend", 4))
    order = told(world, PAID, attempt(world))
    assert status(order) is Status.REFUND_REQUESTED
    assert world.stamps()[-2:] == ["Paid", "CreateRefundRequest"]
    assert not order.alive


def test_a_late_payment_is_decided_upon_once(world: World) -> None:
    world.place()
    time_out(world)
    told(world, PAID, attempt(world))
    before = world.stamps()
    told(world, PAID, attempt(world))
    assert world.stamps() == before


def test_too_little_late_money_goes_back(world: World) -> None:
    world.place()
    time_out(world)
    little = Paid(amount=Money(1, "EUR"), provider="stripe", provider_reference="pi_1")
    told(world, little, attempt(world))
    assert world.stamps()[-1] == "CreateRefundRequest"


def test_an_accepted_refund_completes_the_cancellation() -> None:
    world = bought(with_policy(Release.AT_REFUND_ACCEPTED))
    cancel(world)
    order = told(world, accepted(world), world.id("wish"))
    assert world.stamps()[-3:] == ["CreateRefundSuccess", "Cancelled", "SeatsReleased"]
    assert order.cancelled == world.id("wish")
    assert status(told(world, settled(world), world.id("wish"))) is Status.REFUNDED
    world.close()


def test_a_settlement_that_comes_first_completes_it_too() -> None:
    world = bought(with_policy(Release.AT_REFUND_ACCEPTED))
    cancel(world)
    order = told(world, settled(world), world.id("wish"))
    assert (order.alive, status(order)) == (False, Status.REFUNDED)
    world.close()


def test_a_refused_refund_cancels_nothing() -> None:
    world = bought(with_policy(Release.AT_REFUND_ACCEPTED))
    cancel(world)
    order = told(world, CreateRefundFailure(code="no"), world.id("wish"))
    assert (order.alive, order.released) == (True, False)
    assert status(order) is Status.REFUND_FAILED
    world.close()


def test_seats_that_wait_for_the_settlement_go_with_it() -> None:
    world = bought(with_policy(Release.AT_REFUND_SETTLED))
    cancel(world)
    order = told(world, accepted(world), world.id("wish"))
    assert (order.alive, order.released) == (False, False)
    assert told(world, settled(world), world.id("wish")).released
    world.close()


def test_seats_released_at_the_request_stay_released_when_the_refund_is_refused() -> None:
    world = bought(with_policy(Release.AT_REQUEST))
    assert cancel(world).released
    order = told(world, CreateRefundFailure(code="no"), world.id("wish"))
    assert (order.alive, order.released) == (False, True)
    world.close()


def test_an_order_in_peace_has_no_next_step() -> None:
    world = bought(with_policy(Release.AT_REQUEST))
    assert next_step(world.orders.get(world.id("order")), world.clock()) is None
    world.close()
