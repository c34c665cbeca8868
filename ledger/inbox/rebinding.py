"""News that carried nothing of ours, once we know whose it is: stamped as if it had."""

from dataclasses import replace

from ledger.inbox.report import Fact, Report
from ledger.order.payment_attempt import Attempt
from ledger.order.refund import Refund
from ledger.order.stamps import (
    AuthorizationExpired,
    Authorized,
    CreateRefundSuccess,
    DisputeClosed,
    Disputed,
    Paid,
    PaymentExpired,
    PaymentFailed,
    PaymentPending,
    Refunded,
    RefundFailed,
    Voided,
)

_OF_THE_ATTEMPT = (
    Authorized,
    AuthorizationExpired,
    Paid,
    PaymentExpired,
    PaymentFailed,
    PaymentPending,
    Voided,
)

_OF_A_REFUND = (CreateRefundSuccess, Refunded, RefundFailed)


def rebound(report: Report, attempt: Attempt, *, refund: Refund | None = None) -> Report:
    """The report with the attempt that it was bound to.

    A payment's news gets the attempt's correlation id; that of a refund which is known gets the
    `refund`'s. Any other refund or dispute keeps its own and names the payment that it is about.
    Told with metadata or without, it is the same stamp.
    """
    if report.attempt == attempt.correlation_id:
        return report
    cause = report.correlation_id
    if isinstance(report.fact, _OF_THE_ATTEMPT):
        cause = attempt.correlation_id
    elif refund is not None and isinstance(report.fact, _OF_A_REFUND):
        cause = refund.correlation_id
    return replace(
        report,
        attempt=attempt.correlation_id,
        correlation_id=cause,
        fact=_about(report.fact, attempt),
    )


def _about(fact: Fact, attempt: Attempt) -> Fact:
    if isinstance(fact, CreateRefundSuccess | Refunded | RefundFailed | Disputed | DisputeClosed):
        return replace(fact, payment=attempt.correlation_id)
    return fact
