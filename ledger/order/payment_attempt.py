"""One payment attempt: what was asked for, and what became of it."""

from datetime import datetime
from typing import assert_never
from uuid import UUID

from msgspec import Struct, field

from ledger.kernel.events import Recorded
from ledger.kernel.money import Money
from ledger.kernel.values import replace
from ledger.order.authorization import Authorization, AuthorizationStamp, authorization
from ledger.order.correction import Withdrawal, withdrawal
from ledger.order.stamps import (
    AuthorizationExpired,
    Authorized,
    CreateCaptureFailure,
    CreateCaptureRequest,
    CreatePaymentFailure,
    CreatePaymentRequest,
    CreatePaymentSuccess,
    CreateVoidFailure,
    CreateVoidRequest,
    Paid,
    PaymentAssigned,
    PaymentExpired,
    PaymentFailed,
    PaymentPending,
    PaymentWithdrawn,
    Voided,
)
from ledger.order.tries import CallState, Tries, last_try, turned_down, waiting

# What an attempt begins with, and what is told of one that began.
AttemptBegins = CreatePaymentRequest | PaymentAssigned
AttemptNews = (
    CreatePaymentSuccess
    | CreatePaymentFailure
    | PaymentPending
    | PaymentFailed
    | PaymentExpired
    | Paid
    | PaymentWithdrawn
    | AuthorizationStamp
)


class Attempt(Struct, frozen=True, kw_only=True):
    """One payment attempt. `asked` is what we asked for; `received` what came.

    `method` is how it was paid, where the provider tells: of the payment or its authorization.
    """

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
    method: str = ""
    paid_position: int = 0
    paid_at: datetime | None = None
    authorization: Authorization | None = None
    withdrawn: Withdrawal | None = None

    @property
    def last_try(self) -> int:
        return last_try(self.tries)

    @property
    def unanswered(self) -> bool:
        """The provider was asked for a payment page and has not answered."""
        told = self.authorization is not None or self.withdrawn is not None
        return self.received is None and not told and waiting(self.tries)

    @property
    def silent(self) -> bool:
        """The provider was asked, and nothing at all was heard of it."""
        return self.unanswered and self.pending_at is None and self.failed_at is None

    @property
    def assigned(self) -> bool:
        """Staff found out that it is this order's; nobody here had asked for it."""
        return self.received is not None and not self.tries

    @property
    def marked(self) -> Money | None:
        """What was said to have come, whether or not that was taken back since."""
        return self.received if self.withdrawn is None else self.withdrawn.amount

    @property
    def refused(self) -> bool:
        return turned_down(self.tries)

    @property
    def failed(self) -> bool:
        """Its last word, by the provider's time, is failure."""
        if self.received is not None or self.reserved is not None:
            return False
        if self.refused or self.expired or self.given_up or self.withdrawn:
            return True
        return self.failed_at is not None and (
            self.pending_at is None or self.failed_at >= self.pending_at
        )

    @property
    def under_way(self) -> bool:
        """The payer has done their part, and the bank brings the money days later, or none."""
        if self.pending_at is None or self.received is not None or self.failed:
            return False
        return self.authorization is None

    @property
    def open(self) -> bool:
        """Its payment page may still bring money."""
        over = self.expired or self.refused or self.authorization is not None
        return self.received is None and not over and self.withdrawn is None

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

    @property
    def void_failed(self) -> bool:
        """The provider refused to void it, whatever was asked since, and it is not gone."""
        kept = self.authorization
        if kept is None or kept.gone or self.received is not None:
            return False
        return CallState.REFUSED in kept.voids.values()


def begun_attempt(
    before: Attempt | None, stamp: AttemptBegins, recorded: Recorded[object]
) -> Attempt:
    """The attempt that a stamp begins, or one more try to ask for the page of the same attempt."""
    if before is not None and isinstance(stamp, CreatePaymentRequest):
        return replace(before, tries={**before.tries, stamp.try_number: CallState.REQUESTED})
    attempt = Attempt(
        correlation_id=recorded.correlation_id,
        provider=stamp.provider,
        account=stamp.account,
        live=stamp.live,
        asked=stamp.amount,
        requested_at=recorded.happened_at,
    )
    match stamp:
        case CreatePaymentRequest():
            return replace(attempt, tries={stamp.try_number: CallState.REQUESTED})
        case PaymentAssigned():
            return _received(attempt, stamp.amount, stamp.payment_reference, recorded)
        case _:
            assert_never(stamp)


def told_attempt(  # noqa: C901 (a dispatching match)
    attempt: Attempt, stamp: AttemptNews, recorded: Recorded[object]
) -> Attempt:
    """The attempt after news of it, in any order."""
    match stamp:
        case Paid() if attempt.withdrawn is not None:
            return attempt
        case Paid():
            known = replace(attempt, method=stamp.method or attempt.method)
            return _received(known, stamp.amount, stamp.provider_reference, recorded)
        case CreatePaymentSuccess():
            return replace(
                attempt,
                tries={**attempt.tries, stamp.try_number: CallState.ACCEPTED},
                session=stamp.provider_reference,
                redirect_url=stamp.redirect_url,
                expires_at=stamp.expires_at,
            )
        case CreatePaymentFailure():
            return _no_page(attempt, stamp)
        case PaymentPending():
            return replace(attempt, pending_at=_later(attempt.pending_at, recorded.happened_at))
        case PaymentFailed():
            return replace(attempt, failed_at=_later(attempt.failed_at, recorded.happened_at))
        case PaymentExpired():
            return replace(attempt, expired=True)
        case PaymentWithdrawn():
            return replace(attempt, received=None, withdrawn=withdrawal(stamp, recorded))
        case (
            Authorized()
            | CreateCaptureRequest()
            | CreateCaptureFailure()
            | CreateVoidRequest()
            | Voided()
            | CreateVoidFailure()
            | AuthorizationExpired()
        ):
            return _reserved(attempt, stamp, recorded)
        case _:
            assert_never(stamp)


def _received(
    attempt: Attempt, amount: Money, reference: str, recorded: Recorded[object]
) -> Attempt:
    return replace(
        attempt,
        received=amount,
        reference=reference,
        paid_position=recorded.position,
        paid_at=recorded.happened_at,
    )


def _no_page(attempt: Attempt, stamp: CreatePaymentFailure) -> Attempt:
    """A try that was given up and answered with yes after all was answered, in any order."""
    if attempt.tries.get(stamp.try_number) is CallState.ACCEPTED:
        return attempt
    return replace(attempt, tries={**attempt.tries, stamp.try_number: CallState.REFUSED})


def _reserved(attempt: Attempt, stamp: AuthorizationStamp, recorded: Recorded[object]) -> Attempt:
    told = replace(attempt, authorization=authorization(attempt.authorization, stamp, recorded))
    if not isinstance(stamp, Authorized):
        return told
    known = replace(told, method=attempt.method or stamp.method)
    if attempt.received is not None:
        return known
    return replace(known, reference=stamp.provider_reference)


def _later(known: datetime | None, news: datetime) -> datetime:
    return news if known is None else max(known, news)
