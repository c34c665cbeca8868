"""From a provider's report to an order, or to a case: no money is dropped or guessed (law 11)."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from ledger.cases.case import Case
from ledger.cases.decide import case_fact, is_of_return
from ledger.cases.return_money import settle
from ledger.cases.service import Cases
from ledger.cases.stamps import CaseKind, CaseOpened, Severity
from ledger.inbox.bind import Untied, tied
from ledger.inbox.rebinding import rebound
from ledger.inbox.report import Report
from ledger.kernel.events import derived
from ledger.kernel.refusals import UnknownOrder
from ledger.order.observe import Ambiguous, Unbound, bind
from ledger.order.order import Order
from ledger.order.payment_attempt import Attempt
from ledger.order.service import Orders
from ledger.order.stamps import Authorized, Paid

Find = Callable[[str, str], UUID | None]


class NotTied(Exception):
    """Whose payment it is will be told soon, by its page or by the provider's books."""


def receive(
    report: Report,
    *,
    orders: Orders,
    cases: Cases,
    find: Find,
    evidence: str,
    at: datetime,
    patient: bool = False,
) -> UUID | None:
    """Stamp a report on the order it is bound to and follow, or open a case.

    `find` gives the order of a provider's object by (provider, reference). Returns the order's id,
    None when the report was kept as a case. Safe to repeat: nothing is stamped twice. Whoever is
    `patient` comes again with a payment that no page bears out yet: it raises `NotTied`.
    """
    order, verdict = addressee(report, orders, find)
    if patient and isinstance(verdict, Untied):
        raise NotTied
    if isinstance(verdict, Unbound) or order is None:
        reason = verdict.reason if isinstance(verdict, Unbound) else ""
        if not _of_a_return(report, cases, evidence):
            _keep(case_for(report, order, reason), report, verdict, cases=cases, evidence=evidence)
        return None
    report = rebound(report, verdict, refund=order.refund_known_as(refund_named(report)))
    after = orders.record(
        order.id,
        report.fact,
        correlation_id=report.correlation_id,
        actor=_actor(report),
        occurred_at=report.occurred_at,
        evidence=evidence,
    )
    orders.follow(order.id, at, after=after)
    return order.id if _counts(after, report) else None


def _keep(
    opened: CaseOpened,
    report: Report,
    verdict: Attempt | Unbound,
    *,
    cases: Cases,
    evidence: str,
) -> None:
    """As a case. What names two orders pays neither, whatever its payment says later (P4)."""
    two_named = bool(report.contradiction) or isinstance(verdict, Ambiguous)
    cases.open(
        opened,
        correlation_id=cause_of(report),
        actor=_actor(report),
        evidence=evidence,
        keeps_payment=payment_of(report) if two_named else "",
    )


def _counts(order: Order, report: Report) -> bool:
    """Whether the order took it: a payment that is money of somebody else is a case."""
    if not payment_of(report):
        return True
    attempt = order.attempts[report.correlation_id]
    return attempt.authorization is not None or attempt.marked is not None


def payment_of(report: Report) -> str:
    """The provider's name of the payment that came or is kept ready; empty of other news."""
    return report.fact.provider_reference if isinstance(report.fact, Paid | Authorized) else ""


def return_of(report: Report, cases: Cases) -> Case | None:
    """The case whose money a report tells about: it names the case where others name an order."""
    if report.order is None:
        return None
    case = cases.get(report.order)
    return case if is_of_return(report, case) else None


def _of_a_return(report: Report, cases: Cases, evidence: str) -> bool:
    case = return_of(report, cases)
    if case is None:
        return False
    told = case_fact(report.fact)
    if told is not None:
        case = cases.record(case.id, told, actor=_actor(report), evidence=evidence)
    settle(cases, case)
    return True


def addressee(report: Report, orders: Orders, find: Find) -> tuple[Order | None, Attempt | Unbound]:
    """The order that a report names or is known to be about, and whether it may move it."""
    known = find(report.provider, report.reference)
    through = find(report.provider, report.page) if report.page else None
    order = _order(report.order or known or through, orders)
    return order, _verdict(report, order, {known, through} - {None})


def _verdict(report: Report, order: Order | None, known: set[UUID | None]) -> Attempt | Unbound:
    if order is None:
        return Unbound("no order of ours is named")
    if known - {order.id}:
        # Whoever names another order now, the object was this one's before.
        return Ambiguous("the provider's object is known to be another order's")
    attempt = bind(report, order)
    if isinstance(attempt, Unbound):
        return attempt
    return tied(report, attempt, order=order, page_known=bool(known))


def _order(order_id: UUID | None, orders: Orders) -> Order | None:
    if order_id is None:
        return None
    try:
        return orders.get(order_id)
    except UnknownOrder:
        return None


def refund_named(report: Report) -> str:
    """What the provider calls the refund or payment that a report is about."""
    return str(getattr(report.fact, "provider_reference", ""))


def _actor(report: Report) -> str:
    return f"provider:{report.provider}"


def cause_of(report: Report) -> UUID:
    """What tells its case apart: two payments told under one correlation id are two cases."""
    if isinstance(report.fact, Paid):
        payment = f"{report.provider}/{report.fact.provider_reference}"
        return derived(report.correlation_id, payment)
    return report.correlation_id


def case_for(report: Report, order: Order | None, reason: str) -> CaseOpened:
    """What a person is told of a report that no order can take."""
    fact = report.fact
    moved = bool(report.amount) and not isinstance(fact, Authorized)
    return CaseOpened(
        kind=CaseKind.UNMATCHED_MONEY if moved else CaseKind.UNBOUND_FACT,
        severity=Severity.CRITICAL if moved else Severity.WARNING,
        text=f"{type(fact).__name__}: {reason}",
        order=order.id if order else None,
        provider=report.provider,
        provider_reference=report.reference,
        amount=report.amount,
        about=str(report.correlation_id),
        account=report.account,
        live=report.live,
        payment_reference=payment_of(report),
        payer_reference=report.payer_reference or None,
    )
