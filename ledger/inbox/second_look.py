"""News that no order could take is received once more, when its order may have turned up.

A refund made at the provider can be told before the payment that it returns: whichever comes
first, the order ends the same (law 5).
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from ledger.cases.case import Case, case_id
from ledger.cases.service import Cases
from ledger.cases.stamps import Action, CaseKind, CaseResolved
from ledger.inbox.receive import Find, cause_of, receive
from ledger.inbox.report import Report
from ledger.kernel.events import derived
from ledger.order.service import Orders

_KINDS = (CaseKind.UNMATCHED_MONEY, CaseKind.UNBOUND_FACT)


def look_again(
    case: UUID,
    reports: Sequence[Report],
    *,
    orders: Orders,
    cases: Cases,
    find: Find,
    evidence: str,
    at: datetime,
) -> Case:
    """The case after its message was received again; resolved if an order took what it tells.

    Each report goes where it would go if it came just now; told again it changes nothing.
    """
    if cases.get(case).state != "open":
        return cases.get(case)
    for report in reports:
        order = receive(report, orders=orders, cases=cases, find=find, evidence=evidence, at=at)
        if order is not None and case in _cases_of(report):
            _resolve(cases, case, order)
    return cases.get(case)


def _cases_of(report: Report) -> tuple[UUID, ...]:
    return tuple(case_id(cause_of(report), kind) for kind in _KINDS)


def _resolve(cases: Cases, case: UUID, order: UUID) -> None:
    bound = CaseResolved(action=Action.BOUND, order=order)
    cases.stamp(
        case,
        lambda now: (bound,) if now.state == "open" else (),
        correlation_id=derived(case, "bound"),
        actor="ledger",
    )
