"""No money is dropped, and none is guessed onto an order (law 11)."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from ledger.cases.stamps import CaseKind, Severity
from ledger.inbox.ports import Report
from ledger.inbox.receive import receive
from ledger.kernel.money import Money
from ledger.order.stamps import Paid, PaymentExpired
from tests.kits.worlds import World

PRICE = Money(7000, "EUR")
PAID = Paid(amount=PRICE, provider="stripe", provider_reference="pi_1")


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    made.place()
    yield made
    made.close()


def report(world: World, **changes: Any) -> Report:
    (attempt,) = world.orders.get(world.id("order")).attempts
    told = Report(
        provider="stripe",
        account="acct_1",
        live=False,
        order=world.id("order"),
        attempt=attempt,
        correlation_id=attempt,
        fact=PAID,
        currency="EUR",
        amount=PRICE,
        reference="cs_1",
        occurred_at=world.clock(),
    )
    return replace(told, **changes)


def tell(world: World, told: Report, *, found: Any = None) -> Any:
    return receive(
        told,
        orders=world.orders,
        cases=world.cases,
        find=lambda provider, reference: found,
        evidence="ab" * 32,
        at=world.clock(),
    )


def test_what_matches_is_stamped_with_its_time_and_its_evidence(world: World) -> None:
    assert tell(world, report(world)) == world.id("order")
    last = world.orders.history(world.id("order"))[-1]
    assert (last.stamp, last.actor, last.evidence) == (PAID, "provider:stripe", "ab" * 32)
    assert last.occurred_at == world.clock()


def test_two_payments_under_one_correlation_id_are_two_cases(world: World) -> None:
    for reference in ("pi_1", "pi_2", "pi_1"):
        fact = replace(PAID, provider_reference=reference)
        tell(world, report(world, order=None, attempt=None, fact=fact))
    told = [case.amount for case in world.cases_opened()]
    assert told == [PRICE, PRICE]


def test_told_three_times_it_stands_once(world: World) -> None:
    for _ in range(3):
        tell(world, report(world))
    assert world.stamps().count("Paid") == 1
    assert world.cases_opened() == []


def test_a_page_known_by_its_reference_needs_no_metadata(world: World) -> None:
    from ledger.order.stamps import CreatePaymentSuccess

    page = CreatePaymentSuccess(
        provider_reference="cs_1", redirect_url="https://pay.example", expires_at=world.clock()
    )
    (attempt,) = world.orders.get(world.id("order")).attempts
    world.orders.record(world.id("order"), page, correlation_id=attempt, actor="ledger")
    bare = report(world, order=None, attempt=None)
    assert tell(world, bare, found=world.id("order")) == world.id("order")


MISMATCHES: dict[str, dict[str, Any]] = {
    "provider": {"provider": "paytrail"},
    "account": {"account": "acct_2"},
    "mode": {"live": True},
    "currency": {"currency": "SEK"},
    "contradiction": {"contradiction": "two order ids"},
}


@pytest.mark.parametrize("name", MISMATCHES)
def test_what_differs_from_what_was_asked_moves_nothing(world: World, name: str) -> None:
    before = world.stamps()
    assert tell(world, report(world, **MISMATCHES[name])) is None
    assert world.stamps() == before
    (case,) = world.cases_opened()
    assert (case.kind, case.severity) == (CaseKind.UNMATCHED_MONEY, Severity.CRITICAL)
    assert (case.amount, case.order) == (PRICE, world.id("order"))


def test_an_unknown_order_or_attempt_is_a_case(world: World) -> None:
    strangers = (
        report(world, order=world.id("no such order")),
        report(world, order=None),
        report(world, attempt=world.id("no such attempt")),
    )
    for number, stranger in enumerate(strangers):
        assert tell(world, replace(stranger, correlation_id=world.id(str(number)))) is None
    assert world.stamps() == ["OrderPlaced", "CreatePaymentRequest"]
    assert [case.kind for case in world.cases_opened()] == [CaseKind.UNMATCHED_MONEY] * 3


def test_an_object_known_as_another_order_s_does_not_move_this_one(world: World) -> None:
    world.place("another")
    assert tell(world, report(world), found=world.id("another")) is None
    assert world.stamps() == ["OrderPlaced", "CreatePaymentRequest"]
    (case,) = world.cases_opened()
    assert case.kind is CaseKind.UNMATCHED_MONEY


def test_the_same_trouble_told_again_is_the_same_case(world: World) -> None:
    for _ in range(3):
        tell(world, report(world, live=True))
    assert len(world.cases_opened()) == 1


def test_news_that_moves_no_money_is_a_warning(world: World) -> None:
    expired = PaymentExpired(provider_reference="cs_9")
    tell(world, report(world, fact=expired, amount=None, attempt=world.id("no such attempt")))
    (case,) = world.cases_opened()
    assert (case.kind, case.severity) == (CaseKind.UNBOUND_FACT, Severity.WARNING)


def test_the_same_payment_with_another_amount_is_an_alarm(world: World) -> None:
    tell(world, report(world))
    other = replace(PAID, amount=Money(6999, "EUR"))
    tell(world, report(world, fact=other, amount=other.amount))
    assert world.orders.get(world.id("order")).received == PRICE
    (case,) = world.cases_opened()
    assert (case.kind, case.severity) == (CaseKind.CONTRADICTION, Severity.CRITICAL)


def test_a_smaller_amount_is_received_but_never_paid(world: World) -> None:
    from ledger.order.status import flags, status

    little = replace(PAID, amount=Money(6999, "EUR"))
    tell(world, report(world, fact=little, amount=little.amount))
    order = world.orders.get(world.id("order"))
    assert (status(order), flags(order)) == ("PENDING", ("underpaid",))
