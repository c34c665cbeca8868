"""Which payment is an attempt's, its page bears out: what it says of itself is not enough."""

from collections.abc import Iterator
from typing import Any

import pytest

from ledger.cases.stamps import CaseKind
from ledger.inbox.ports import Report
from ledger.inbox.receive import Foresight, NotTied, foresee, receive
from ledger.kernel.money import Money
from ledger.order.stamps import (
    CreatePaymentSuccess,
    CreateRefundSuccess,
    Paid,
    PaymentFailed,
    Voided,
)
from tests.kits.worlds import World

PRICE = Money(7000, "EUR")


@pytest.fixture
def world() -> Iterator[World]:
    """Two orders, each with a page of its own."""
    made = World()
    for name in ("one", "two"):
        order = made.place(name, ("weekend", 1), ("friday", 1))
        (attempt,) = order.attempts
        page = CreatePaymentSuccess(
            provider_reference=f"cs_{name}",
            redirect_url="https://pay.example",
            expires_at=made.clock(),
        )
        made.orders.record(order.id, page, correlation_id=attempt, actor="test")
    yield made
    made.close()


def told(
    world: World,
    name: str,
    payment: str,
    *,
    page: str = "",
    fact: Any = None,
    looked_up: bool = False,
) -> Report:
    """News of a payment that says it is an order's; by its page or, without one, by itself."""
    order = world.orders.get(world.id(name))
    (attempt,) = order.attempts
    paid = Paid(amount=order.due, provider="stripe", provider_reference=payment)
    return Report(
        provider="stripe",
        account="acct_1",
        live=False,
        order=order.id,
        attempt=attempt,
        correlation_id=attempt,
        fact=fact or paid,
        currency="EUR",
        amount=order.due,
        reference=page or payment,
        occurred_at=world.clock(),
        page=page,
        claimed=not looked_up,
    )


def tell(world: World, report: Report, *, patient: bool = True) -> Any:
    return receive(
        report,
        orders=world.orders,
        cases=world.cases,
        find=lambda provider, reference: None,
        evidence="ab" * 32,
        at=world.clock(),
        patient=patient,
    )


def paid(world: World, name: str) -> bool:
    return "Paid" in world.stamps(name)


def test_a_payment_s_own_word_waits_for_its_page(world: World) -> None:
    with pytest.raises(NotTied):
        tell(world, told(world, "one", "pi_1"))
    assert not paid(world, "one")
    assert tell(world, told(world, "one", "pi_1", page="cs_one")) == world.id("one")
    assert tell(world, told(world, "one", "pi_1")) == world.id("one")
    assert world.stamps("one").count("Paid") == 1
    assert world.cases_opened() == []


def test_whoever_cannot_wait_any_longer_gets_a_case(world: World) -> None:
    report = told(world, "one", "pi_1")
    doors: Any = {"orders": world.orders, "cases": world.cases, "find": lambda *_: None}
    assert foresee(report, **doors) is Foresight.CASE
    assert tell(world, report, patient=False) is None
    (case,) = world.cases_opened()
    assert (case.kind, case.order) == (CaseKind.UNMATCHED_MONEY, world.id("one"))
    assert foresee(report, **doors) is Foresight.OPEN_CASE


def test_another_payment_that_names_a_paid_attempt_is_a_case(world: World) -> None:
    tell(world, told(world, "one", "pi_1", page="cs_one"))
    assert tell(world, told(world, "one", "pi_2")) is None
    assert world.stamps("one").count("Paid") == 1
    assert [case.kind for case in world.cases_opened()] == [CaseKind.UNMATCHED_MONEY]


@pytest.mark.parametrize("page", ["cs_two", "cs_stranger"])
def test_a_page_that_is_not_the_attempt_s_moves_nothing(world: World, page: str) -> None:
    assert tell(world, told(world, "one", "pi_2", page=page)) is None
    assert not paid(world, "one")
    assert [case.kind for case in world.cases_opened()] == [CaseKind.UNMATCHED_MONEY]


def test_while_the_name_of_a_page_is_not_known_only_a_look_at_the_provider_will_do() -> None:
    world = World()
    world.place("one", ("weekend", 1), ("friday", 1))
    with pytest.raises(NotTied):
        tell(world, told(world, "one", "pi_1", page="cs_new"))
    assert tell(world, told(world, "one", "pi_1", page="cs_new", looked_up=True))
    assert tell(world, told(world, "one", "pi_1", page="cs_new")) == world.id("one")
    assert world.stamps("one").count("Paid") == 1
    world.close()


def test_a_declined_try_moves_no_money_and_does_not_wait(world: World) -> None:
    declined = PaymentFailed(provider_reference="ch_1", code="card_declined")
    assert tell(world, told(world, "one", "pi_1", fact=declined)) == world.id("one")


def test_a_declined_try_that_stands_is_known_whatever_is_learned_since(world: World) -> None:
    declined = PaymentFailed(provider_reference="ch_9", code="card_declined")
    strange = told(world, "one", "pi_9", fact=declined)
    assert tell(world, strange) == world.id("one")
    assert tell(world, told(world, "one", "pi_1", page="cs_one")) == world.id("one")
    again = foresee(strange, orders=world.orders, cases=world.cases, find=lambda *_: None)
    assert again is Foresight.KNOWN


def test_a_voided_payment_and_a_refund_wait_alike(world: World) -> None:
    (payment,) = world.orders.get(world.id("one")).attempts
    refund = CreateRefundSuccess(payment=payment, amount=PRICE, provider_reference="re_1")
    for fact in (Voided(provider_reference="pi_1"), refund):
        with pytest.raises(NotTied):
            tell(world, told(world, "one", "pi_1", fact=fact))
