"""Law 3: a payment at a provider is money of one order, whoever says so and in whatever order."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from ledger.audit.verify import verify
from ledger.cases.case import case_id
from ledger.cases.decide import AssignMoney, ReturnMoney
from ledger.cases.resolve import Resolutions
from ledger.cases.stamps import CaseKind, CaseReturnRequested
from ledger.inbox.ports import Report
from ledger.inbox.receive import Foresight, cause_of, foresee, payment_of, receive
from ledger.kernel.events import Draft
from ledger.kernel.refusals import PaymentHeld, Refusal
from ledger.kernel.store import Append, PaymentClaim
from ledger.order.commands import RequestPayment
from ledger.order.order import Order
from ledger.order.payment_claims import claim_of, claims_between, payment_id, second_claim
from ledger.order.stamps import Authorized, Paid
from tests.kits import spec
from tests.kits.worlds import World
from tests.ledger.cases.test_resolve import Provider

PROVIDERS = ("stripe", "paytrail", "sumup")


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    for name in ("a", "b"):
        made.place(name, ("weekend", 1))
    yield made
    made.close()


def order(world: World, name: str) -> Order:
    return world.orders.get(world.id(name))


def told(world: World, name: str, payment: str = "pi_1", **changes: Any) -> Report:
    """An order's own attempt is reported as paid by this payment."""
    found = order(world, name)
    attempt = [*found.attempts.values()][-1]
    fact = Paid(amount=found.due, provider=attempt.provider, provider_reference=payment)
    report = Report(
        provider=attempt.provider,
        account=attempt.account,
        live=False,
        order=found.id,
        attempt=attempt.correlation_id,
        correlation_id=attempt.correlation_id,
        fact=fact,
        currency="EUR",
        amount=found.due,
        reference=f"cs_{name}",
        occurred_at=world.clock(),
    )
    return replace(report, **changes)


def tell(world: World, report: Report) -> UUID | None:
    return receive(
        report,
        orders=world.orders,
        cases=world.cases,
        find=lambda provider, reference: None,
        evidence="ab" * 32,
        at=world.clock(),
    )


def paid(world: World, name: str) -> bool:
    return bool(order(world, name).received)


def case_of(report: Report) -> UUID:
    return case_id(cause_of(report), CaseKind.UNMATCHED_MONEY)


def second(report: Report) -> UUID:
    cause = second_claim(report.correlation_id, report.provider, payment_of(report))
    return case_id(cause, CaseKind.CONTRADICTION)


def resolve(world: World, case: UUID, kind: Any, **more: Any) -> Any:
    wish = kind(
        correlation_id=world.id(f"wish {case} {more}"),
        actor="token:desk",
        at=world.clock(),
        reason="the payer rang",
        **more,
    )
    desk = Resolutions(
        world.store, orders=world.orders, cases=world.cases, providers={"stripe": Provider()}
    )
    return desk.resolve(case, wish)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_payment_told_of_two_orders_pays_the_first(provider: str) -> None:
    world = World()
    for name in ("a", "b"):
        placed = world.place(name, ("weekend", 1))
        asked = RequestPayment(
            correlation_id=world.id(f"attempt {name}"),
            actor="visitor",
            at=world.clock(),
            provider=provider,
            account="acct",
            live=False,
        )
        world.orders.handle(placed.id, asked)
    first, other = told(world, "a"), told(world, "b")
    assert tell(world, first) == world.id("a")
    for _ in range(2):
        assert tell(world, other) is None
    assert (paid(world, "a"), paid(world, "b")) == (True, False)
    case = world.cases.get(second(other))
    assert case.opened is not None
    assert (case.opened.order, case.opened.provider_reference) == (world.id("b"), "pi_1")
    assert (case.evidence, case.alarming) == ("ab" * 32, True)
    assert len(world.cases_opened()) == 1
    assert verify(world.store.stored()) == ()


def test_read_again_the_second_claim_is_known(world: World) -> None:
    tell(world, told(world, "a"))
    other = told(world, "b")
    tell(world, other)
    found = foresee(other, orders=world.orders, cases=world.cases, find=lambda *named: None)
    assert found is Foresight.OPEN_CASE


def test_it_pays_one_attempt_of_an_order_not_two(world: World) -> None:
    first = told(world, "a")
    again = RequestPayment(
        correlation_id=world.id("again"),
        actor="visitor",
        at=world.clock(),
        provider="stripe",
        account="acct_1",
        live=False,
    )
    world.orders.handle(world.id("a"), again)
    assert tell(world, first) == world.id("a")
    assert tell(world, told(world, "a")) is None
    assert order(world, "a").received == order(world, "a").due


def test_another_account_s_payment_of_the_same_name_is_another(world: World) -> None:
    tell(world, told(world, "a"))
    assert tell(world, told(world, "b", payment="pi_2")) == world.id("b")


CONTRADICTION = "client_reference_id and metadata name different orders"


def test_what_a_page_s_contradiction_left_open_binds_its_intent_too(world: World) -> None:
    page = told(world, "a", order=None, contradiction=CONTRADICTION)
    assert tell(world, page) is None
    intent = told(world, "a", reference="pi_1")
    assert tell(world, intent) is None
    assert not paid(world, "a")
    assert resolve(world, case_of(page), AssignMoney, order=world.id("b")).state == "resolved"
    assert (paid(world, "a"), paid(world, "b")) == (False, True)
    assert tell(world, intent) is None


def test_what_it_left_open_is_not_captured_either(world: World) -> None:
    kept = Authorized(amount=order(world, "a").due, provider="stripe", provider_reference="pi_1")
    page = told(world, "a", fact=kept, order=None, contradiction=CONTRADICTION)
    assert tell(world, page) is None
    intent = told(world, "a", fact=kept, reference="pi_1")
    assert tell(world, intent) is None
    assert not order(world, "a").reserved
    assert [one.kind for one in world.cases_opened()] == ["unbound_fact", "contradiction"]


def test_what_an_order_holds_is_neither_assigned_nor_returned(world: World) -> None:
    assert tell(world, told(world, "a", reference="pi_1")) == world.id("a")
    page = told(world, "a", order=None, contradiction=CONTRADICTION)
    assert tell(world, page) is None
    for kind, more in ((AssignMoney, {"order": world.id("b")}), (ReturnMoney, {})):
        with pytest.raises(PaymentHeld):
            resolve(world, case_of(page), kind, **more)
    assert world.cases.get(case_of(page)).state == "open"
    assert not paid(world, "b")


def test_what_goes_back_is_no_order_s_any_more(world: World) -> None:
    stray = told(world, "a", order=None, attempt=None, correlation_id=world.id("stray"))
    tell(world, stray)
    assert resolve(world, case_of(stray), ReturnMoney).state == "resolved"
    assert tell(world, told(world, "b")) is None
    assert not paid(world, "b")


def two_cases(world: World) -> list[UUID]:
    """One payment, told under two causes."""
    strays = [
        told(world, "a", order=None, attempt=None, correlation_id=world.id(f"stray {at}"))
        for at in range(2)
    ]
    for one in strays:
        tell(world, one)
    return [case_of(one) for one in strays]


def test_two_assigns_at_once_give_it_to_one_order(world: World) -> None:
    cases = two_cases(world)

    def assign(at: int) -> str:
        try:
            return str(resolve(world, cases[at], AssignMoney, order=world.id("ab"[at])).state)
        except Refusal as no:
            return type(no).__name__

    with ThreadPoolExecutor(2) as threads:
        answers = sorted(threads.map(assign, range(2)))
    assert answers == ["PaymentHeld", "resolved"]
    assert paid(world, "a") != paid(world, "b")


def test_a_webhook_against_an_assign_leaves_one_holder(world: World) -> None:
    case, _ = two_cases(world)
    news = told(world, "b")

    def act(at: int) -> object:
        try:
            if at:
                return tell(world, news)
            return resolve(world, case, AssignMoney, order=world.id("a")).state
        except Refusal as no:
            return type(no).__name__

    with ThreadPoolExecutor(2) as threads:
        answers = [*threads.map(act, range(2))]
    assert paid(world, "a") != paid(world, "b")
    assert answers in (["resolved", None], ["PaymentHeld", world.id("b")])


def test_the_auditor_finds_a_payment_that_was_counted_twice_past_the_rules(world: World) -> None:
    tell(world, told(world, "a"))
    other = told(world, "b")
    version = order(world, "b").version
    bent = Draft(
        stream=world.id("b"), stamp=other.fact, correlation_id=other.correlation_id, actor="x"
    )
    world.store.append(Append(drafts=[bent], expected={world.id("b"): version}))
    found = [(one.law, one.position) for one in verify(world.store.stored())]
    assert ("3", world.store.head()[0]) in found


def faults(world: World) -> list[tuple[str, int | None, UUID | None]]:
    return [(one.law, one.position, one.stream) for one in verify(world.store.stored())]


def by_hand(world: World, stream: UUID, stamp: Any, cause: UUID) -> int:
    """Appended past the rules: whose payment it is, nobody claims."""
    bent = Draft(stream=stream, stamp=stamp, correlation_id=cause, actor="x")
    version = len(world.store.read(stream))
    world.store.append(Append(drafts=[bent], expected={stream: version}))
    return world.store.head()[0]


def test_the_auditor_finds_a_payment_that_nobody_claimed(world: World) -> None:
    one = told(world, "a")
    at = by_hand(world, world.id("a"), one.fact, one.correlation_id)
    assert ("3", at, world.id("a")) in faults(world)


def test_the_auditor_finds_money_of_an_order_that_a_case_sent_back(world: World) -> None:
    stray = told(world, "a", order=None, attempt=None, correlation_id=world.id("stray"))
    tell(world, stray)
    case = world.cases.get(case_of(stray))
    assert case.opened is not None
    assert case.opened.amount is not None
    tell(world, told(world, "b"))
    back = CaseReturnRequested(
        provider="stripe", payment_reference="pi_1", amount=case.opened.amount, reason="x"
    )
    at = by_hand(world, case.id, back, world.id("wish"))
    assert ("3", at, None) in faults(world)


def test_the_auditor_knows_what_a_case_keeps_and_sends_back(world: World) -> None:
    keep_and_send_back(world)
    assert faults(world) == []


def keep_and_send_back(world: World) -> UUID:
    """One payment is kept by a case, one goes from a case to an order, one goes back."""
    kept = Authorized(amount=order(world, "a").due, provider="stripe", provider_reference="pi_2")
    tell(world, told(world, "a", fact=kept, order=None, contradiction=CONTRADICTION))
    page = told(world, "a", order=None, contradiction=CONTRADICTION)
    tell(world, page)
    resolve(world, case_of(page), AssignMoney, order=world.id("b"))
    stray = told(world, "a", payment="pi_3", order=None, attempt=None, correlation_id=world.id("s"))
    tell(world, stray)
    resolve(world, case_of(stray), ReturnMoney)
    return case_of(stray)


def test_what_comes_by_hand_or_has_no_name_claims_nothing() -> None:
    bought = spec.order_of(spec.PLACED, spec.ASKED, spec.PAID)
    (attempt,) = bought.attempts.values()
    claimed = PaymentClaim(payment=payment_id("stripe", "acct_1", "pi_1"), holder=spec.ATTEMPT)
    assert claim_of(attempt) == claimed
    by_hand = [replace(one, provider="manual") for one in (spec.ASKED, spec.PAID)]
    (marked,) = spec.order_of(spec.PLACED, *by_hand).attempts.values()
    assert marked.reference
    assert claim_of(marked) is None
    (waiting,) = spec.order_of(spec.PLACED, spec.ASKED, spec.PAGE).attempts.values()
    assert claim_of(waiting) is None


def test_a_payment_is_claimed_once_when_it_begins_to_count() -> None:
    placed, asked = (spec.PLACED, spec.ASKED), spec.put(spec.ASKED, under=spec.SECOND)
    first, second = spec.PAID, spec.put(spec.PAID_TWICE, under=spec.SECOND)
    stacks = ((*placed, asked), (*placed, asked, first), (*placed, asked, first, second))
    none, one, both = (spec.order_of(*stack) for stack in stacks)
    assert [claim.holder for claim in claims_between(none, one)] == [spec.ATTEMPT]
    assert [claim.holder for claim in claims_between(one, both)] == [spec.SECOND]
    assert claims_between(both, both) == ()
