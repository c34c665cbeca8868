"""A case whose cause went away is resolved: nobody need look at what is over."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from adapters.worker.reactor import DONE, WAITING, Clock, Progress
from ledger.cases.case import case_id
from ledger.cases.service import Cases
from ledger.cases.stamps import Action, CaseKind, CaseResolved
from ledger.kernel.events import derived
from ledger.order.issues import payments_overdue, refund_of_unknown_fate, troubles
from ledger.order.order import Order
from ledger.order.overdue import page_of_unknown_fate, unanswered
from ledger.order.payable import pay_by
from ledger.order.service import Orders

# Kinds that an order tells of by itself for as long as they hold.
KINDS = (
    CaseKind.UNDERPAID,
    CaseKind.OVERPAID,
    CaseKind.MONEY_TO_RETURN,
    CaseKind.REFUND_REFUSED,
    CaseKind.REFUND_FAILED,
    CaseKind.REFUND_UNKNOWN,
    CaseKind.LETTER_FAILED,
    CaseKind.DISPUTE,
    CaseKind.VOID_FAILED,
    CaseKind.CAPTURE_FAILED,
    CaseKind.CAPTURED_AFTER_VOID,
    CaseKind.AUTHORIZATION_LOST,
    CaseKind.PAYMENT_UNKNOWN,
    CaseKind.PAYMENT_OVERDUE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """Acts on an open case with its order: it is resolved if the cause went away."""

    orders: Orders
    cases: Cases
    clock: Clock

    def __call__(self, found: tuple[UUID, UUID]) -> Progress:
        """Resolve a case that its order no longer tells of."""
        case, order_id = found
        order = self.orders.get(order_id)
        if case in still_waiting(order, self.clock()):
            return WAITING
        if order.refund_pending and case not in answered(order):
            return WAITING  # money on its way back may yet fail
        over = CaseResolved(action=Action.SETTLED, order=order_id)
        self.cases.stamp(
            case,
            lambda now: (over,) if now.state == "open" else (),
            correlation_id=derived(case, "settled"),
            actor="worker",
        )
        return DONE


def answered(order: Order) -> set[UUID]:
    """The cases of refunds whose outcome is known by now, whatever becomes of the money."""
    known = [one for one in order.refunds.values() if one.request and not one.unanswered]
    troubles_over = (refund_of_unknown_fate(one, order) for one in known)
    return {case_id(one.correlation_id, one.kind) for one in troubles_over}


def still_waiting(order: Order, now: datetime) -> set[UUID]:
    """The cases of everything that is wrong with an order as it stands."""
    unknown = [one.trouble for one in unanswered(order)]
    if order.alive and not order.received:
        late = pay_by(order) <= now
        pages = [one for one in order.attempts.values() if one.open and one.session and late]
        unknown += [page_of_unknown_fate(one) for one in pages]
    unknown += payments_overdue(order)
    return {case_id(one.correlation_id, one.kind) for one in (*troubles(order), *unknown)}
