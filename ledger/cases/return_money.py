"""Money that is nobody's goes back: the intent is stamped, the provider asked, its answer stamped.

The same order of things as for an order's refunds; the case is its own payer.
"""

from uuid import UUID

from ledger.cases.case import Case
from ledger.cases.decide import case_fact
from ledger.cases.service import Cases
from ledger.cases.stamps import Action, CaseResolved
from ledger.kernel.events import derived
from ledger.order.stamps import CreateRefundFailure
from ledger.payments.provider import (
    Accepted,
    NoAnswer,
    PaymentProvider,
    RefundAnswer,
    RefundAsk,
    ReturnedOutside,
    Unanswered,
    idempotency_key,
    unheard,
)

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
    if asked is None or case.state != "open" or case.returned.word != "accepted":
        return case
    resolved = CaseResolved(action=Action.RETURN, reason=asked.reason)
    return cases.stamp(
        case.id,
        lambda now: (resolved,) if now.state == "open" else (),
        correlation_id=derived(case.id, f"returned/{asked.try_number}"),
        actor="ledger",
    )
