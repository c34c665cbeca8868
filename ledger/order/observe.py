"""What an order makes of news from outside. Never refused: bound, or kept as a case (law 11)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from ledger.inbox.report import Report
from ledger.kernel.events import bound
from ledger.order.order import Order
from ledger.order.payment_attempt import Attempt
from ledger.order.refund import under_its_name
from ledger.order.seen_stamps import known
from ledger.order.stamps import CreateRefundSuccess, OrderStamp, Paid, Refunded, RefundFailed


@dataclass(frozen=True, slots=True)
class Unbound:
    """Why a report must not move this order."""

    reason: str


@dataclass(frozen=True, slots=True)
class Ambiguous(Unbound):
    """It names two orders: its payment is nobody's until a person has looked."""


def observe(fact: OrderStamp, correlation_id: UUID, order: Order) -> Sequence[OrderStamp]:
    """The stamps a fact leads to: itself, under the name it has here, or nothing if known."""
    fact = under_its_name(fact, order.refunds.get(correlation_id))
    if known(order.seen, correlation_id, fact) is not None:
        return ()
    return () if _assigned(fact, correlation_id, order) is not None else (fact,)


def contradicts(fact: OrderStamp, correlation_id: UUID, order: Order) -> bool:
    """The same identity is known with other binding fields: an alarm, not a repeat (law 3)."""
    fact = under_its_name(fact, order.refunds.get(correlation_id))
    assigned = _assigned(fact, correlation_id, order)
    if assigned is not None and isinstance(fact, Paid):
        return (assigned.received, assigned.reference) != (fact.amount, fact.provider_reference)
    before = known(order.seen, correlation_id, fact)
    return before is not None and before != bound(fact)


def _assigned(fact: OrderStamp, correlation_id: UUID, order: Order) -> Attempt | None:
    """The payment that staff assigned here, when its provider tells of it once more."""
    attempt = order.attempts.get(correlation_id) if isinstance(fact, Paid) else None
    return attempt if attempt is not None and attempt.assigned else None


def bind(report: Report, order: Order) -> Attempt | Unbound:
    """The attempt that a report belongs to, if all that was asked for matches (law 11)."""
    if report.contradiction:
        return Ambiguous(report.contradiction)
    attempt = _attempt(report, order)
    if attempt is None:
        return Unbound("the order never asked for this payment")
    if not _is_its_own(report, attempt, order):
        return Unbound("the provider's object is known to be another attempt's")
    if _of_another_amount(report, order):
        return Unbound("the amount differs from the refund that was asked for")
    expected = {
        "provider": (attempt.provider, report.provider),
        "account": (attempt.account, report.account),
        "mode": (attempt.live, report.live),
        "currency": (attempt.asked.currency, report.currency or attempt.asked.currency),
        "reference": (
            order.payment_reference,
            report.payment_reference or order.payment_reference,
        ),
    }
    for name, (asked, told) in expected.items():
        if asked != told:
            return Unbound(f"{name} differs from what the order asked for")
    return attempt


def _attempt(report: Report, order: Order) -> Attempt | None:
    """Named by our own word or, where the message has none, by the provider's object."""
    if report.attempt is not None:
        return order.attempts.get(report.attempt)
    named = (a for a in order.attempts.values() if report.reference in (a.session, a.reference))
    refund = order.refund_known_as(report.reference)
    returned = order.attempts.get(refund.payment) if refund and refund.payment else None
    return next(named, returned)


def _of_another_amount(report: Report, order: Order) -> bool:
    """News of a refund of ours that tells other money than we asked to send back (law 3)."""
    fact = report.fact
    if not isinstance(fact, CreateRefundSuccess | Refunded | RefundFailed):
        return False
    refund = order.refunds.get(report.correlation_id)
    refund = refund or order.refund_known_as(fact.provider_reference)
    asked = refund.request if refund is not None else None
    return asked is not None and asked.amount != fact.amount


def _is_its_own(report: Report, attempt: Attempt, order: Order) -> bool:
    """A page or payment that is known as an attempt's is never another one's, of one order too."""
    others = [a for a in order.attempts.values() if report.reference in (a.session, a.reference)]
    return not others or attempt in others
