"""What a provider was asked and has not answered for longer than its promise (SPEC P11)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from ledger.cases.stamps import CaseKind, Severity
from ledger.order.issues import Trouble, refund_of_unknown_fate, reservation_trouble
from ledger.order.order import Order
from ledger.order.payment_attempt import Attempt
from ledger.order.status import flags

# How long an answer may take before a person is told.
VOID, CAPTURE = timedelta(minutes=1), timedelta(minutes=10)
PAGE, REFUND = timedelta(minutes=10), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question without an answer, since when, and what it is to a person when it is too long."""

    asked_at: datetime | None
    promise: timedelta
    trouble: Trouble

    def overdue(self, now: datetime) -> bool:
        """Whether its promise is not kept."""
        return self.asked_at is not None and self.asked_at + self.promise <= now


def unanswered(order: Order) -> Iterator[Unanswered]:
    """Everything that some provider was asked about this order and has not answered."""
    for attempt in order.attempts.values():
        kept = attempt.authorization
        if attempt.silent and order.alive:
            yield Unanswered(attempt.requested_at, PAGE, page_of_unknown_fate(attempt))
        if kept is not None and attempt.void_unanswered:
            trouble = reservation_trouble(CaseKind.VOID_FAILED, attempt, kept.amount)
            yield Unanswered(kept.asked_at, VOID, trouble)
        if kept is not None and attempt.capture_unanswered:
            trouble = reservation_trouble(CaseKind.CAPTURE_FAILED, attempt, kept.amount)
            yield Unanswered(kept.asked_at, CAPTURE, trouble)
    for refund in order.unanswered_refunds():
        yield Unanswered(refund.requested_at, REFUND, refund_of_unknown_fate(refund, order))


def overdue(order: Order, now: datetime) -> tuple[Trouble, ...]:
    """What a person must look at, because no answer came in time."""
    return tuple(one.trouble for one in unanswered(order) if one.overdue(now))


def flags_at(order: Order, now: datetime) -> tuple[str, ...]:
    """The flags of an order; a void that is not answered in time counts as failed."""
    raised = flags(order)
    late = any(one.kind is CaseKind.VOID_FAILED for one in overdue(order, now))
    return (*raised, "void_failed") if late and "void_failed" not in raised else raised


def page_of_unknown_fate(attempt: Attempt) -> Trouble:
    """Nobody knows whether there is a payment page, or whether it was paid."""
    return Trouble(
        kind=CaseKind.PAYMENT_UNKNOWN,
        severity=Severity.CRITICAL,
        about=attempt.correlation_id,
        text="The provider does not answer about a payment page: the customer cannot go on.",
        amount=attempt.asked,
        provider=attempt.provider,
        provider_reference=attempt.session,
    )
