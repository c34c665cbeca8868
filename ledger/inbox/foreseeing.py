"""What receiving a report would do, without doing it."""

from enum import StrEnum

from ledger.cases.case import Case, case_id
from ledger.cases.decide import case_fact
from ledger.cases.service import Cases
from ledger.cases.stamps import CaseKind
from ledger.inbox.rebinding import rebound
from ledger.inbox.receive import (
    Find,
    addressee,
    case_for,
    cause_of,
    payment_of,
    refund_named,
    return_of,
)
from ledger.inbox.report import Report
from ledger.order.observe import Unbound, contradicts, observe
from ledger.order.order import Order
from ledger.order.service import Orders
from ledger.payments.payment_claims import second_claim


class Foresight(StrEnum):
    """How much of a report the ledger holds already."""

    KNOWN = "known"
    STAMP = "stamp"
    CASE = "case"
    OPEN_CASE = "open_case"
    RESOLVED_CASE = "resolved_case"


def foresee(report: Report, *, orders: Orders, cases: Cases, find: Find) -> Foresight:
    """Known, a stamp that would be new, or a case: new, open, or resolved before."""
    order, verdict = addressee(report, orders, find)
    as_case = cases.get(case_id(cause_of(report), case_for(report, order, "").kind))
    if isinstance(verdict, Unbound) or order is None:
        if order is not None and _stands(report, order):
            return Foresight.KNOWN  # it was this order's when it came
        sent_back = return_of(report, cases)
        return _as_case(as_case) if sent_back is None else _as_return(report, sent_back)
    report = rebound(report, verdict, refund=order.refund_known_as(refund_named(report)))
    if contradicts(report.fact, report.correlation_id, order):
        return _as_case(cases.get(case_id(report.correlation_id, CaseKind.CONTRADICTION)))
    if not observe(report.fact, report.correlation_id, order):
        return Foresight.KNOWN
    if named := payment_of(report):
        cause = second_claim(report.correlation_id, report.provider, named)
        elsewhere = cases.get(case_id(cause, CaseKind.CONTRADICTION))
        if elsewhere.opened is not None:
            return _as_case(elsewhere)
    # What a person has settled is not taken up again when its order turns up after all.
    return Foresight.RESOLVED_CASE if as_case.resolved else Foresight.STAMP


def _stands(report: Report, order: Order) -> bool:
    fact, cause = report.fact, report.correlation_id
    return not observe(fact, cause, order) and not contradicts(fact, cause, order)


def _as_return(report: Report, case: Case) -> Foresight:
    fact = case_fact(report.fact)
    return Foresight.KNOWN if fact is None or case.returned.knows(fact) else Foresight.STAMP


def _as_case(case: Case) -> Foresight:
    if case.opened is None:
        return Foresight.CASE
    return Foresight.RESOLVED_CASE if case.resolved else Foresight.OPEN_CASE
