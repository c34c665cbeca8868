"""News that carried nothing of ours, once we know whose it is: stamped as if it had."""

from dataclasses import replace

from ledger.order.attempts import Attempt
from ledger.reports import Fact, Report
from ledger.stamps import (
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


def rebound(report: Report, attempt: Attempt) -> Report:
    """The report with the attempt that it was bound to.

    A payment's news gets the attempt's correlation id; a refund or dispute keeps its own and
    names the payment that it is about. Told with metadata or without, it is the same stamp.
    """
    if report.attempt == attempt.correlation_id:
        return report
    ours = isinstance(report.fact, _OF_THE_ATTEMPT)
    return replace(
        report,
        attempt=attempt.correlation_id,
        correlation_id=attempt.correlation_id if ours else report.correlation_id,
        fact=_about(report.fact, attempt),
    )


def _about(fact: Fact, attempt: Attempt) -> Fact:
    if isinstance(fact, CreateRefundSuccess | Refunded | RefundFailed | Disputed | DisputeClosed):
        return replace(fact, payment=attempt.correlation_id)
    return fact
