"""A person resolves a case: what that does to the order, and to the money at its provider."""

from typing import assert_never
from uuid import UUID

from ledger.cases.case import Case
from ledger.cases.decide import (
    AssignMoney,
    CaseCommand,
    CloseCase,
    RetryCase,
    ReturnMoney,
    case_fact,
    decide_case,
    is_nobodys,
)
from ledger.cases.service import Cases
from ledger.cases.stamps import Action, CaseResolved
from ledger.kernel.events import Draft, derived
from ledger.kernel.refusals import CaseClosed, NotRefundable, OtherCurrency, PaymentHeld
from ledger.kernel.retry import again_on_conflict
from ledger.kernel.seats import seat_changes
from ledger.kernel.store import (
    Append,
    Appended,
    Contradiction,
    NoRoom,
    Outcome,
    PaymentTaken,
    StampStore,
)
from ledger.order.commands import Command, RefundPayment, RetryRefund
from ledger.order.order import Order
from ledger.order.payment_claims import claims_between
from ledger.order.seats import after_drafts
from ledger.order.service import Orders
from ledger.order.stamps import CreateRefundFailure, PaymentAssigned
from ledger.payments.provider import (
    Accepted,
    NoAnswer,
    PaymentProvider,
    Providers,
    RefundAnswer,
    RefundAsk,
    ReturnedOutside,
    Unanswered,
    idempotency_key,
    unheard,
)
from ledger.payments.refund import refund_payment, retry_refund

# Where an order's shop stands in what a provider is told; money that is nobody's has none.
AT_THE_DESK = "cases"


def return_ask(case: Case) -> RefundAsk:
    """What a provider is asked for a stored return intent; the same for every repetition."""
    asked = case.returned.request
    assert asked is not None, "a return that we never asked for"
    return RefundAsk(
        order=case.id,
        shop=AT_THE_DESK,
        correlation_id=case.id,
        idempotency_key=idempotency_key(case.id, "return", asked.try_number),
        payment=case.id,
        payment_reference=asked.payment_reference,
        amount=asked.amount,
        try_number=asked.try_number,
    )


def start_return(
    cases: Cases,
    provider: PaymentProvider,
    case_id: UUID,
    *,
    actor: str,
    unanswered: Unanswered = unheard,
) -> Case:
    """Ask for the return of a stored intent and stamp the answer. Safe to call again."""
    case = cases.get(case_id)
    if not case.returned.unanswered:
        return case
    answer = provider.refund(return_ask(case))
    if isinstance(answer, NoAnswer):
        unanswered(answer)
    return record_return(cases, case, answer, actor=actor)


def record_return(cases: Cases, case: Case, answer: RefundAnswer, *, actor: str) -> Case:
    """Stamp what a provider said of a return. No answer stamps nothing: the intent stays open."""
    match answer:
        case Accepted(outcome=outcome):
            told = case_fact(outcome)
        case CreateRefundFailure():
            told = case_fact(answer)
        case ReturnedOutside(refused=refused):
            told = case_fact(refused)
        case NoAnswer():
            return case
    assert told is not None, "an outcome is always told"
    return settle(cases, cases.record(case.id, told, actor=actor))


def settle(cases: Cases, case: Case) -> Case:
    """A case whose money is on its way back is resolved, by whoever asked for it."""
    asked = case.returned.request
    if asked is None or case.returned.word != "accepted":
        return case
    resolved = CaseResolved(action=Action.RETURN, reason=asked.reason)
    return cases.stamp(
        case.id,
        lambda now: (resolved,) if now.state == "open" else (),
        correlation_id=derived(case.id, f"returned/{asked.try_number}"),
        actor="ledger",
    )


class Resolutions:
    """The desk's actions, over the cases and orders of a ledger."""

    def __init__(
        self, store: StampStore, *, orders: Orders, cases: Cases, providers: Providers
    ) -> None:
        self._store, self._orders, self._cases = store, orders, cases
        self._providers = providers

    def resolve(self, case_id: UUID, command: CaseCommand) -> Case:
        """The case after a person's wish. Safe to repeat under the same correlation id.

        A return whose outcome is not known leaves the case open; recovery finishes it. Raises
        `UnknownCase`, `CaseClosed`, `CaseNeedsOtherAction`, and what the order refuses.
        """
        case = self._cases.get(case_id)
        if self._cases.granted(case_id, command.request):
            return self._cases.get(case_id)
        due = decide_case(command, case)
        if not due:
            return case
        match command:
            case AssignMoney():
                return self._assign(case_id, command)
            case ReturnMoney() if is_nobodys(case):
                return self._send_back(case_id, command)
            case ReturnMoney() | RetryCase():
                self._ask_order(case, command)
            case CloseCase():
                pass
            case _:
                assert_never(command)
        return self._cases.handle(case_id, command)

    def _assign(self, case_id: UUID, command: AssignMoney) -> Case:
        """Order and case in one append: the money is received exactly where the case says."""

        def attempt() -> Outcome | None:
            if self._cases.granted(case_id, command.request):
                return None
            case, order = self._cases.get(case_id), self._orders.get(command.order)
            return self._store.append(assignment(case, order, command))[0]

        outcome = again_on_conflict(case_id, attempt)
        if isinstance(outcome, PaymentTaken):
            raise PaymentHeld
        if isinstance(outcome, Appended):
            if outcome.recorded[0].stream != command.order:
                raise CaseClosed  # the same wish was granted for another order
            self._orders.follow(command.order, command.at)
        if isinstance(outcome, Contradiction) and not self._cases.granted(case_id, command.request):
            raise CaseClosed
        assert not isinstance(outcome, NoRoom), "assigned money takes no seats"
        return self._cases.get(case_id)

    def _send_back(self, case_id: UUID, command: ReturnMoney) -> Case:
        case = self._cases.get(case_id)
        opened = case.opened
        assert opened is not None, "only a case that was opened is resolved"
        provider = self._providers.get(opened.provider)
        if provider is None or provider.live != opened.live:
            raise NotRefundable
        self._cases.handle(case_id, command)
        return start_return(self._cases, provider, case_id, actor=command.actor)

    def _ask_order(self, case: Case, command: ReturnMoney | RetryCase) -> None:
        """The order's own rules decide; the case is resolved in the same append, or neither is."""

        def resolved() -> Append | None:
            now = self._cases.get(case.id)
            drafts = [_of_case(one, case.id, command) for one in decide_case(command, now)]
            return Append(drafts=drafts, expected={case.id: now.version}) if drafts else None

        order, wish = order_wish(case, command)
        if isinstance(wish, RetryRefund):
            retry_refund(self._orders, self._providers, order, wish, beside=resolved)
        else:
            refund_payment(self._orders, self._providers, order, wish, beside=resolved)


def order_wish(
    case: Case, command: ReturnMoney | RetryCase
) -> tuple[UUID, RefundPayment | RetryRefund]:
    """The order that must answer for a case, and what it is asked."""
    opened = case.opened
    assert opened is not None, "only a case that was opened is resolved"
    assert opened.order is not None, "these cases are about an order"
    cause, actor, at = UUID(opened.about), command.actor, command.at
    if isinstance(command, RetryCase):
        return opened.order, RetryRefund(correlation_id=cause, actor=actor, at=at)
    refund = RefundPayment(
        correlation_id=derived(case.id, "surplus"),
        actor=actor,
        at=at,
        reason=command.reason,
        payment=cause,
        amount=opened.amount,
    )
    return opened.order, refund


def assignment(case: Case, order: Order, command: AssignMoney) -> Append:
    """What gives an order the money of a case, and resolves the case, at once."""
    received = Draft(
        stream=order.id,
        stamp=assigned(case, order, reason=command.reason),
        correlation_id=case.id,
        actor=command.actor,
        evidence=case.evidence,
        request=command.request,
    )
    after = after_drafts(order, [received], command.at)
    resolved = [_of_case(one, case.id, command) for one in decide_case(command, case)]
    return Append(
        drafts=[received, *resolved],
        expected={order.id: order.version, case.id: case.version},
        seats=seat_changes(order, after),
        payments=claims_between(order, after),
    )


def _of_case(stamp: object, case_id: UUID, command: Command) -> Draft[object]:
    return Draft(
        stream=case_id,
        stamp=stamp,
        correlation_id=command.correlation_id,
        actor=command.actor,
        request=command.request,
    )


def assigned(case: Case, order: Order, *, reason: str) -> PaymentAssigned:
    """Money of a case, received by an order; raises `OtherCurrency`."""
    opened = case.opened
    assert opened is not None, "only a case that was opened holds money"
    assert opened.amount is not None, "money that can be assigned has an amount"
    if opened.amount.currency != order.currency:
        raise OtherCurrency
    return PaymentAssigned(
        case=case.id,
        amount=opened.amount,
        provider=opened.provider,
        account=opened.account,
        live=opened.live,
        payment_reference=opened.payment_reference,
        reason=reason,
    )
