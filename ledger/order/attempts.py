"""One payment attempt: what was asked for, and what became of it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never
from uuid import UUID

from ledger.money import Money
from ledger.order.calls import CallState, Tries, last_try, turned_down, waiting
from ledger.order.changing import changed
from ledger.recorded import Recorded
from ledger.stamps import (
    CreatePaymentFailure,
    CreatePaymentRequest,
    CreatePaymentSuccess,
    Paid,
    PaymentExpired,
    PaymentFailed,
    PaymentPending,
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


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One payment attempt. `asked` is what we asked for; `received` what came."""

    correlation_id: UUID
    provider: str
    account: str
    live: bool
    asked: Money
    requested_at: datetime
    tries: Tries = field(default_factory=dict)
    session: str = ""
    redirect_url: str = ""
    expires_at: datetime | None = None
    pending_at: datetime | None = None
    failed_at: datetime | None = None
    expired: bool = False
    received: Money | None = None
    reference: str = ""
    paid_position: int = 0
    paid_at: datetime | None = None

    @property
    def last_try(self) -> int:
        return last_try(self.tries)

    @property
    def unanswered(self) -> bool:
        """The provider was asked for a payment page and has not answered."""
        return self.received is None and waiting(self.tries)

    @property
    def refused(self) -> bool:
        return turned_down(self.tries)

    @property
    def failed(self) -> bool:
        """Its last word, by the provider's time, is failure."""
        if self.received is not None:
            return False
        if self.refused or self.expired:
            return True
        return self.failed_at is not None and (
            self.pending_at is None or self.failed_at >= self.pending_at
        )

    @property
    def open(self) -> bool:
        """Its payment page may still bring money."""
        return self.received is None and not self.expired and not self.refused


def attempt(before: Attempt | None, stamp: PaymentStamp, recorded: Recorded) -> Attempt | None:
    """The attempt after a stamp. News of an attempt that we never made changes nothing here."""
    if isinstance(stamp, CreatePaymentRequest):
        return _requested(before, stamp, recorded)
    return None if before is None else _reported(before, stamp, recorded)


def _requested(before: Attempt | None, stamp: CreatePaymentRequest, recorded: Recorded) -> Attempt:
    if before is not None:
        return changed(before, tries={**before.tries, stamp.try_number: CallState.REQUESTED})
    return Attempt(
        correlation_id=recorded.correlation_id,
        provider=stamp.provider,
        account=stamp.account,
        live=stamp.live,
        asked=stamp.amount,
        requested_at=recorded.recorded_at,
        tries={stamp.try_number: CallState.REQUESTED},
    )


def _reported(before: Attempt, stamp: PaymentStamp, recorded: Recorded) -> Attempt:
    match stamp:
        case Paid():
            return changed(
                before,
                received=stamp.amount,
                reference=stamp.provider_reference,
                paid_position=recorded.position,
                paid_at=recorded.happened_at,
            )
        case CreatePaymentSuccess():
            return changed(
                before,
                tries={**before.tries, stamp.try_number: CallState.ACCEPTED},
                session=stamp.provider_reference,
                redirect_url=stamp.redirect_url,
                expires_at=stamp.expires_at,
            )
        case CreatePaymentFailure():
            return changed(before, tries={**before.tries, stamp.try_number: CallState.REFUSED})
        case PaymentPending():
            return changed(before, pending_at=_later(before.pending_at, recorded.happened_at))
        case PaymentFailed():
            return changed(before, failed_at=_later(before.failed_at, recorded.happened_at))
        case PaymentExpired():
            return changed(before, expired=True)
        case CreatePaymentRequest():
            return before
        case _:
            assert_never(stamp)


def _later(known: datetime | None, news: datetime) -> datetime:
    return news if known is None else max(known, news)
