"""One payment attempt: what was asked for, and what became of it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import assert_never
from uuid import UUID

from ledger.money import Money
from ledger.order.authorizations import Authorization, AuthorizationStamp, authorization
from ledger.order.calls import CallState, Tries, last_try, turned_down, waiting
from ledger.order.changing import changed
from ledger.recorded import Recorded
from ledger.stamps import (
    Authorized,
    CreatePaymentFailure,
    CreatePaymentRequest,
    CreatePaymentSuccess,
    Paid,
    PaymentAssigned,
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
    | PaymentAssigned
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
    authorization: Authorization | None = None

    @property
    def last_try(self) -> int:
        return last_try(self.tries)

    @property
    def unanswered(self) -> bool:
        """The provider was asked for a payment page and has not answered."""
        return self.received is None and self.authorization is None and waiting(self.tries)

    @property
    def silent(self) -> bool:
        """The provider was asked, and nothing at all was heard of it."""
        return self.unanswered and self.pending_at is None and self.failed_at is None

    @property
    def assigned(self) -> bool:
        """Staff found out that it is this order's; nobody here had asked for it."""
        return self.received is not None and not self.tries

    @property
    def refused(self) -> bool:
        return turned_down(self.tries)

    @property
    def failed(self) -> bool:
        """Its last word, by the provider's time, is failure."""
        if self.received is not None or self.reserved is not None:
            return False
        if self.refused or self.expired or self.given_up:
            return True
        return self.failed_at is not None and (
            self.pending_at is None or self.failed_at >= self.pending_at
        )

    @property
    def open(self) -> bool:
        """Its payment page may still bring money."""
        over = self.expired or self.refused or self.authorization is not None
        return self.received is None and not over

    @property
    def reserved(self) -> Money | None:
        """What the payer's bank keeps ready for us: authorized, not captured, not given up."""
        kept = self.authorization
        if kept is None or kept.gone or self.received is not None:
            return None
        return kept.amount

    @property
    def given_up(self) -> bool:
        """Its authorization was voided, or expired, without money."""
        return self.received is None and self.authorization is not None and self.authorization.gone

    @property
    def capture_unanswered(self) -> bool:
        """The provider was asked to capture and has not answered."""
        kept = self.authorization
        return kept is not None and self.received is None and kept.capture_unanswered

    @property
    def void_unanswered(self) -> bool:
        """The provider was asked to void and has not answered."""
        kept = self.authorization
        return kept is not None and self.received is None and kept.void_unanswered

    @property
    def capture_refused(self) -> bool:
        """The provider refused to capture, and nothing told since says otherwise."""
        kept = self.authorization
        return kept is not None and self.received is None and kept.capture_refused

    @property
    def void_refused(self) -> bool:
        """The provider refused to void: the payer's money is still kept."""
        kept = self.authorization
        return kept is not None and self.received is None and kept.void_refused


def attempt(before: Attempt | None, stamp: PaymentStamp, recorded: Recorded) -> Attempt | None:
    """The attempt after a stamp. News of an attempt that we never made changes nothing here."""
    if isinstance(stamp, CreatePaymentRequest):
        return _requested(before, stamp, recorded)
    if isinstance(stamp, PaymentAssigned):
        return _assigned(stamp, recorded)
    return None if before is None else _reported(before, stamp, recorded)


# A value to copy: cheaper than running the initializer of so many fields.
_UNASKED = Attempt(
    correlation_id=UUID(int=0),
    provider="",
    account="",
    live=False,
    asked=Money(0, ""),
    requested_at=datetime.min.replace(tzinfo=UTC),
)


def _requested(before: Attempt | None, stamp: CreatePaymentRequest, recorded: Recorded) -> Attempt:
    if before is not None:
        return changed(before, tries={**before.tries, stamp.try_number: CallState.REQUESTED})
    return changed(
        _UNASKED,
        correlation_id=recorded.correlation_id,
        provider=stamp.provider,
        account=stamp.account,
        live=stamp.live,
        asked=stamp.amount,
        requested_at=recorded.recorded_at,
        tries={stamp.try_number: CallState.REQUESTED},
    )


def _assigned(stamp: PaymentAssigned, recorded: Recorded) -> Attempt:
    """Money that nobody had asked for: it comes with all that a payment of ours has."""
    return Attempt(
        correlation_id=recorded.correlation_id,
        provider=stamp.provider,
        account=stamp.account,
        live=stamp.live,
        asked=stamp.amount,
        requested_at=recorded.recorded_at,
        received=stamp.amount,
        reference=stamp.payment_reference,
        paid_position=recorded.position,
        paid_at=recorded.happened_at,
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
            return changed(before, tries=_unless_accepted(before.tries, stamp.try_number))
        case PaymentPending():
            return changed(before, pending_at=_later(before.pending_at, recorded.happened_at))
        case PaymentFailed():
            return changed(before, failed_at=_later(before.failed_at, recorded.happened_at))
        case PaymentExpired():
            return changed(before, expired=True)
        case CreatePaymentRequest() | PaymentAssigned():
            return before
        case _:
            assert_never(stamp)


def reserving(before: Attempt, stamp: AuthorizationStamp, recorded: Recorded) -> Attempt:
    """The attempt after a stamp about its authorization."""
    kept = authorization(before.authorization, stamp, recorded)
    reference = before.reference
    if isinstance(stamp, Authorized) and before.received is None:
        reference = stamp.provider_reference
    return changed(before, authorization=kept, reference=reference)


def _unless_accepted(tries: Tries, number: int) -> Tries:
    """A try that was given up and answered with yes after all was answered, in any order."""
    if tries.get(number) is CallState.ACCEPTED:
        return tries
    return {**tries, number: CallState.REFUSED}


def _later(known: datetime | None, news: datetime) -> datetime:
    return news if known is None else max(known, news)
