"""How payments, refunds and disputes change with each stamp, in whatever order the news comes."""

from dataclasses import replace
from datetime import datetime
from typing import assert_never

from ledger.order.state import Attempt, CallState, Dispute, Refund
from ledger.recorded import Recorded
from ledger.stamps import (
    CreatePaymentFailure,
    CreatePaymentRequest,
    CreatePaymentSuccess,
    CreateRefundFailure,
    CreateRefundRequest,
    CreateRefundSuccess,
    DisputeClosed,
    Disputed,
    ManualRefund,
    Paid,
    PaymentExpired,
    PaymentFailed,
    PaymentPending,
    Refunded,
    RefundFailed,
)

PaymentStamp = (
    CreatePaymentRequest
    | CreatePaymentSuccess
    | CreatePaymentFailure
    | PaymentPending
    | PaymentFailed
    | PaymentExpired
    | Paid
)
RefundStamp = (
    CreateRefundRequest
    | CreateRefundSuccess
    | CreateRefundFailure
    | Refunded
    | RefundFailed
    | ManualRefund
)


def attempt(before: Attempt | None, stamp: PaymentStamp, recorded: Recorded) -> Attempt | None:
    """The attempt after a stamp. News of an attempt that we never made changes nothing here."""
    if isinstance(stamp, CreatePaymentRequest):
        return _requested(before, stamp, recorded)
    return None if before is None else _reported(before, stamp, recorded)


def _requested(before: Attempt | None, stamp: CreatePaymentRequest, recorded: Recorded) -> Attempt:
    fresh = before or Attempt(
        correlation_id=recorded.correlation_id,
        provider=stamp.provider,
        account=stamp.account,
        live=stamp.live,
        asked=stamp.amount,
        requested_at=recorded.recorded_at,
    )
    return replace(fresh, tries={**fresh.tries, stamp.try_number: CallState.REQUESTED})


def _reported(before: Attempt, stamp: PaymentStamp, recorded: Recorded) -> Attempt:
    match stamp:
        case CreatePaymentSuccess():
            return replace(
                before,
                tries={**before.tries, stamp.try_number: CallState.ACCEPTED},
                session=stamp.provider_reference,
                redirect_url=stamp.redirect_url,
                expires_at=stamp.expires_at,
            )
        case CreatePaymentFailure():
            return replace(before, tries={**before.tries, stamp.try_number: CallState.REFUSED})
        case PaymentPending():
            return replace(before, pending_at=_later(before.pending_at, recorded.happened_at))
        case PaymentFailed():
            return replace(before, failed_at=_later(before.failed_at, recorded.happened_at))
        case PaymentExpired():
            return replace(before, expired=True)
        case Paid():
            return replace(
                before,
                received=stamp.amount,
                reference=stamp.provider_reference,
                paid_position=recorded.position,
                paid_at=recorded.happened_at,
            )
        case CreatePaymentRequest():
            return before
        case _:
            assert_never(stamp)


def _later(known: datetime | None, news: datetime) -> datetime:
    return news if known is None else max(known, news)


def refund(before: Refund | None, stamp: RefundStamp, recorded: Recorded) -> Refund:
    """The refund after a stamp; one that we never asked for begins with its first news."""
    known = before or Refund(
        correlation_id=recorded.correlation_id,
        payment=getattr(stamp, "payment", None),
        first_position=recorded.position,
    )
    known = replace(known, last_position=recorded.position)
    match stamp:
        case CreateRefundRequest():
            return _asked(known, stamp, recorded)
        case CreateRefundSuccess():
            return replace(
                known,
                payment=stamp.payment,
                tries={**known.tries, stamp.try_number: CallState.ACCEPTED},
                accepted={**known.accepted, stamp.provider_reference: stamp.amount},
            )
        case CreateRefundFailure():
            tries = {**known.tries, stamp.try_number: CallState.REFUSED}
            return replace(known, tries=tries, refusal=stamp.code)
        case Refunded():
            settled = {**known.settled, stamp.provider_reference: stamp.amount}
            return replace(known, payment=stamp.payment, settled=settled)
        case RefundFailed():
            failed = {**known.failed, stamp.provider_reference: stamp.code}
            return replace(known, payment=stamp.payment, failed=failed)
        case ManualRefund():
            return replace(known, manual=stamp.amount)
        case _:
            assert_never(stamp)


def _asked(known: Refund, stamp: CreateRefundRequest, recorded: Recorded) -> Refund:
    return replace(
        known,
        payment=stamp.payment,
        request=stamp,
        requested_at=recorded.recorded_at,
        tries={**known.tries, stamp.try_number: CallState.REQUESTED},
    )


def dispute(before: Dispute | None, stamp: Disputed | DisputeClosed) -> Dispute:
    """The dispute after a stamp; its end may be told before its beginning."""
    known = before or Dispute(payment=stamp.payment, amount=None)
    if isinstance(stamp, Disputed):
        return replace(known, amount=stamp.amount)
    return replace(known, won=stamp.won)
