"""A case is resolved: money is assigned, sent back, asked for again, or nothing is left to do."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import pytest

from adapters.worker.open_cases import Desk
from ledger.cases.case import Case
from ledger.cases.decide import AssignMoney, CloseCase, RetryCase, ReturnMoney, actions
from ledger.cases.resolve import Resolutions, start_return
from ledger.cases.stamps import Action, CaseKind, CaseResolved
from ledger.inbox.ports import Report
from ledger.inbox.receive import Foresight, foresee, receive
from ledger.kernel.money import Money
from ledger.kernel.refusals import (
    CaseClosed,
    CaseNeedsOtherAction,
    NotRefundable,
    OtherCurrency,
    UnknownCase,
    UnknownOrder,
)
from ledger.order.commands import RefundPayment, RequestPayment
from ledger.order.stamps import (
    CreateRefundFailure,
    CreateRefundRequest,
    CreateRefundSuccess,
    Paid,
    RefundFailed,
)
from ledger.order.status import Status, flags, status
from ledger.payments.provider import (
    Accepted,
    NoAnswer,
    PaymentAnswer,
    PaymentAsk,
    RefundAnswer,
    RefundAsk,
)
from ledger.payments.refund import refund_payment
from tests.kits.worlds import World

PRICE = Money(7000, "EUR")


@dataclass
class Provider:
    """Refunds what it is asked for, unless told otherwise; `answers` come first."""

    name: str = "stripe"
    account: str = "acct_1"
    live: bool = False
    answers: list[str] = field(default_factory=list)
    asked: list[RefundAsk] = field(default_factory=list)

    def create_payment(self, ask: PaymentAsk, *, try_number: int) -> PaymentAnswer:
        return NoAnswer("closed")

    recover_payment = create_payment

    def expire_payment(self, reference: str) -> bool:
        return False

    def refund(self, ask: RefundAsk) -> RefundAnswer:
        self.asked.append(ask)
        match self.answers.pop(0) if self.answers else "accepted":
            case "accepted":
                return accepted(ask)
            case "refused":
                return CreateRefundFailure(code="charge_disputed", try_number=ask.try_number)
            case _:
                return NoAnswer("time-out")

    def find_refund(self, ask: RefundAsk) -> RefundAnswer | None:
        return None


def accepted(ask: RefundAsk) -> Accepted:
    return Accepted(
        outcome=CreateRefundSuccess(
            payment=ask.payment,
            amount=ask.amount,
            provider_reference=f"re_{ask.try_number}",
            try_number=ask.try_number,
        )
    )


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    made.place()
    yield made
    made.close()


@pytest.fixture
def provider() -> Provider:
    return Provider()


def stray(world: World, **changes: Any) -> Report:
    """Money of a payment that no order asked for."""
    told = Report(
        provider="stripe",
        account="acct_1",
        live=False,
        order=None,
        attempt=None,
        correlation_id=world.id("stray"),
        fact=Paid(amount=PRICE, provider="stripe", provider_reference="pi_9"),
        currency="EUR",
        amount=PRICE,
        reference="cs_9",
        occurred_at=world.clock(),
        payer_reference="Ada, for the festival",
    )
    return replace(told, **changes)


def tell(world: World, report: Report) -> UUID | None:
    return receive(
        report,
        orders=world.orders,
        cases=world.cases,
        find=lambda provider, reference: None,
        evidence="ab" * 32,
        at=world.clock(),
    )


def opened(world: World, report: Report | None = None) -> UUID:
    """The case of news that is nobody's."""
    from ledger.cases.case import case_id
    from ledger.inbox.receive import cause_of

    report = report or stray(world)
    tell(world, report)
    return case_id(cause_of(report), CaseKind.UNMATCHED_MONEY)


def resolve(world: World, provider: Provider, case: UUID, kind: Any, **more: Any) -> Case:
    more = {"name": "wish", **more}
    command = kind(
        correlation_id=world.id(more.pop("name")),
        actor="token:desk",
        at=world.clock(),
        reason="the payer rang",
        **more,
    )
    desk = Resolutions(
        world.store, orders=world.orders, cases=world.cases, providers={"stripe": provider}
    )
    return desk.resolve(case, command)


def test_a_case_holds_all_that_is_needed_to_resolve_it(world: World) -> None:
    case = world.cases.get(opened(world))
    assert case.opened is not None
    assert (case.opened.amount, case.opened.payment_reference) == (PRICE, "pi_9")
    assert (case.opened.account, case.opened.live) == ("acct_1", False)
    assert (case.opened.payer_reference, case.evidence) == ("Ada, for the festival", "ab" * 32)
    assert actions(case) == (Action.ASSIGN, Action.RETURN, Action.CLOSE)


def test_assigned_money_is_received_and_the_case_resolved(world: World, provider: Provider) -> None:
    case = opened(world)
    after = resolve(world, provider, case, AssignMoney, order=world.id("order"))
    order = world.orders.get(world.id("order"))
    assert (status(order), order.held_by(case)) == (Status.PAID, PRICE)
    assert after.resolved is not None
    assert (after.state, after.resolved.action, after.resolved.order) == (
        "resolved",
        "assign",
        order.id,
    )
    assert (after.resolved.reason, after.resolved_by) == ("the payer rang", "token:desk")
    stamp = world.orders.history(order.id)[-1]
    assert (stamp.correlation_id, stamp.evidence) == (case, "ab" * 32)


def test_assigned_money_goes_back_like_any_other(world: World, provider: Provider) -> None:
    case = opened(world)
    resolve(world, provider, case, AssignMoney, order=world.id("order"))
    wish = RefundPayment(
        correlation_id=world.id("back"), actor="token:desk", at=world.clock(), reason="asked"
    )
    refund_payment(world.orders, {"stripe": provider}, world.id("order"), wish)
    assert [one.payment_reference for one in provider.asked] == ["pi_9"]


def test_money_is_assigned_once(world: World, provider: Provider) -> None:
    case = opened(world)
    world.place("other")
    resolve(world, provider, case, AssignMoney, order=world.id("order"))
    resolve(world, provider, case, AssignMoney, order=world.id("order"))
    with pytest.raises(CaseClosed):
        resolve(world, provider, case, AssignMoney, order=world.id("other"), name="second")
    assert not world.orders.get(world.id("other")).received
    assert world.stamps().count("PaymentAssigned") == 1


def test_money_of_another_currency_stays_where_it_is(world: World, provider: Provider) -> None:
    krona = Money(7000, "SEK")
    fact = Paid(amount=krona, provider="stripe", provider_reference="pi_9")
    case = opened(world, stray(world, amount=krona, fact=fact))
    with pytest.raises(OtherCurrency):
        resolve(world, provider, case, AssignMoney, order=world.id("order"))
    with pytest.raises(UnknownOrder):
        resolve(world, provider, case, AssignMoney, order=world.id("nowhere"))
    assert world.cases.get(case).state == "open"


def test_told_again_after_it_was_assigned_it_changes_nothing(
    world: World, provider: Provider
) -> None:
    case = opened(world)
    resolve(world, provider, case, AssignMoney, order=world.id("order"))
    before = world.store.head()
    tell(world, stray(world))
    assert world.store.head() == before


def test_money_goes_back_to_where_it_came_from(world: World, provider: Provider) -> None:
    case = opened(world)
    after = resolve(world, provider, case, ReturnMoney)
    (ask,) = provider.asked
    assert (ask.payment_reference, ask.amount) == ("pi_9", PRICE)
    assert after.resolved is not None
    assert (after.state, after.resolved.action) == ("resolved", "return")
    assert (after.returned.word, after.resolved.reason) == ("accepted", "the payer rang")


def test_a_return_without_answer_is_asked_for_again_with_its_own_key(
    world: World, provider: Provider
) -> None:
    provider.answers = ["silence"]
    case = opened(world)
    after = resolve(world, provider, case, ReturnMoney)
    assert (after.state, after.returned.word) == ("open", "unknown")
    with pytest.raises(CaseNeedsOtherAction):
        resolve(world, provider, case, CloseCase, name="impatient")
    after = start_return(world.cases, provider, case, actor="worker")
    assert (after.state, after.returned.word) == ("resolved", "accepted")
    assert len({one.idempotency_key for one in provider.asked}) == 1


def test_a_refused_return_leaves_the_case_open(world: World, provider: Provider) -> None:
    provider.answers = ["refused"]
    case = opened(world)
    after = resolve(world, provider, case, ReturnMoney)
    assert (after.state, after.returned.word) == ("open", "failed")
    after = resolve(world, provider, case, ReturnMoney, name="again")
    assert after.state == "resolved"
    assert [one.try_number for one in provider.asked] == [1, 2]
    assert len({one.idempotency_key for one in provider.asked}) == 2


def test_the_providers_own_news_of_a_return_opens_no_case(world: World, provider: Provider) -> None:
    provider.answers = ["silence"]
    case = opened(world)
    resolve(world, provider, case, ReturnMoney)
    (ask,) = provider.asked
    news = stray(world, order=case, attempt=case, correlation_id=case, fact=accepted(ask).outcome)
    tell(world, news)
    tell(world, news)
    assert world.cases.get(case).state == "resolved"
    assert len(world.cases_opened()) == 1


def test_a_return_that_fails_after_all_opens_its_case_again(
    world: World, provider: Provider
) -> None:
    case = opened(world)
    resolve(world, provider, case, ReturnMoney)
    failed = RefundFailed(payment=case, amount=PRICE, provider_reference="re_1", code="closed")
    tell(world, stray(world, order=case, attempt=case, correlation_id=case, fact=failed))
    again = world.cases.get(case)
    assert (again.state, again.returned.word) == ("open", "failed")
    assert resolve(world, provider, case, CloseCase, name="by hand").state == "resolved"


def test_news_of_another_account_is_not_taken_for_our_return(
    world: World, provider: Provider
) -> None:
    provider.answers = ["silence"]
    case = opened(world)
    resolve(world, provider, case, ReturnMoney)
    (ask,) = provider.asked
    outcome = accepted(ask).outcome
    tell(world, stray(world, order=case, correlation_id=case, fact=outcome, account="acct_2"))
    assert world.cases.get(case).state == "open"
    assert len(world.cases_opened()) == 2


def test_live_money_does_not_go_back_through_a_test_account(
    world: World, provider: Provider
) -> None:
    case = opened(world, stray(world, live=True))
    with pytest.raises(NotRefundable):
        resolve(world, provider, case, ReturnMoney)
    assert provider.asked == []


def test_a_case_is_closed_once_with_its_reason(world: World, provider: Provider) -> None:
    case = opened(world)
    assert resolve(world, provider, case, CloseCase).state == "resolved"
    assert resolve(world, provider, case, CloseCase).state == "resolved"
    with pytest.raises(CaseClosed):
        resolve(world, provider, case, ReturnMoney, name="late")
    with pytest.raises(UnknownCase):
        resolve(world, provider, world.id("order"), CloseCase)


def paid(world: World, attempt: UUID, reference: str) -> None:
    fact = Paid(amount=PRICE, provider="stripe", provider_reference=reference)
    world.orders.record(world.id("order"), fact, correlation_id=attempt, actor="provider:stripe")


def case_of(world: World, kind: CaseKind) -> UUID:
    Desk(world.cases).open_all(world.orders.get(world.id("order")))
    feed = world.store.feed(0, limit=1000)
    return next(one.stream for one in feed if getattr(one.stamp, "kind", "") == kind)


def test_a_surplus_payment_goes_back_from_its_case(world: World, provider: Provider) -> None:
    (first,) = world.orders.get(world.id("order")).attempts
    again = RequestPayment(
        correlation_id=world.id("second"),
        actor="customer",
        at=world.clock(),
        provider="stripe",
        account="acct_1",
        live=False,
    )
    world.orders.handle(world.id("order"), again)
    paid(world, first, "pi_1")
    paid(world, world.id("second"), "pi_2")
    case = case_of(world, CaseKind.OVERPAID)
    after = resolve(world, provider, case, ReturnMoney)
    assert [one.payment_reference for one in provider.asked] == ["pi_2"]
    assert after.state == "resolved"
    order = world.orders.get(world.id("order"))
    assert (order.held_by(first), order.held_by(world.id("second")).amount) == (PRICE, 0)


def test_a_refused_refund_is_tried_again_from_its_case(world: World, provider: Provider) -> None:
    (attempt,) = world.orders.get(world.id("order")).attempts
    paid(world, attempt, "pi_1")
    provider.answers = ["refused"]
    wish = RefundPayment(
        correlation_id=world.id("back"), actor="token:desk", at=world.clock(), reason="asked"
    )
    refund_payment(world.orders, {"stripe": provider}, world.id("order"), wish)
    case = case_of(world, CaseKind.REFUND_REFUSED)
    with pytest.raises(CaseNeedsOtherAction):
        resolve(world, provider, case, ReturnMoney)
    assert resolve(world, provider, case, RetryCase).state == "resolved"
    order = world.orders.get(world.id("order"))
    assert (status(order), flags(order)) == (Status.REFUND_REQUESTED, ())
    asked, resolved = (
        max(one.position for one in world.store.feed(0, limit=1000) if isinstance(one.stamp, kind))
        for kind in (CreateRefundRequest, CaseResolved)
    )
    assert resolved == asked + 1, "one append: nobody resolves it otherwise in between"


def test_reading_a_returns_news_again_finds_nothing_new(world: World, provider: Provider) -> None:
    provider.answers = ["silence"]
    case = opened(world)
    resolve(world, provider, case, ReturnMoney)
    (ask,) = provider.asked
    news = stray(world, order=case, attempt=case, correlation_id=case, fact=accepted(ask).outcome)

    def seen() -> Foresight:
        return foresee(
            news, orders=world.orders, cases=world.cases, find=lambda provider, reference: None
        )

    assert seen() is Foresight.STAMP
    tell(world, news)
    assert seen() is Foresight.KNOWN


def test_a_return_that_was_accepted_and_then_refused_is_open_again(
    world: World, provider: Provider
) -> None:
    """Some providers name it by our word alone when it fails after all."""
    case = opened(world)
    assert resolve(world, provider, case, ReturnMoney).state == "resolved"
    failed = CreateRefundFailure(code="fail", try_number=1)
    tell(world, stray(world, order=case, attempt=case, correlation_id=case, fact=failed))
    after = world.cases.get(case)
    assert (after.state, after.returned.word) == ("open", "failed")
    assert resolve(world, provider, case, ReturnMoney).state == "resolved"


def test_an_assigned_payment_told_again_is_known_and_told_otherwise_is_a_case(
    world: World, provider: Provider
) -> None:
    """By then its provider's name leads to the order that it was assigned to."""
    case = opened(world)
    resolve(world, provider, case, AssignMoney, order=world.id("order"))

    def told(amount: Money) -> None:
        fact = Paid(amount=amount, provider="stripe", provider_reference="pi_9")
        receive(
            stray(world, fact=fact, amount=amount, reference="pi_9"),
            orders=world.orders,
            cases=world.cases,
            find=lambda provider, reference: world.id("order"),
            evidence="cd" * 32,
            at=world.clock(),
        )

    before = world.stamps()
    told(PRICE)
    assert (world.stamps(), len(world.cases_opened())) == (before, 1)
    told(Money(6999, "EUR"))
    assert world.stamps() == before
    assert [one.kind for one in world.cases_opened()][1:] == [CaseKind.CONTRADICTION]
