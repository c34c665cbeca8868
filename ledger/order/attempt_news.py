"""What a stamp changes in the payment attempt that it is about."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypedDict, get_args
from uuid import UUID

from ledger.kernel.changing import fields_of
from ledger.kernel.events import Recorded
from ledger.kernel.money import Money
from ledger.order.authorization import Authorization, AuthorizationStamp, authorization
from ledger.order.correction import Withdrawal
from ledger.order.payment_attempt import Attempt
from ledger.order.stamps import (
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
from ledger.order.tries import CallState, Tries


class AttemptSoFar(TypedDict):
    """The fields of an `Attempt` that is being folded, one by one. A test compares the two."""

    correlation_id: UUID
    provider: str
    account: str
    live: bool
    asked: Money
    requested_at: datetime
    tries: Tries
    session: str
    redirect_url: str
    expires_at: datetime | None
    pending_at: datetime | None
    failed_at: datetime | None
    expired: bool
    received: Money | None
    reference: str
    paid_position: int
    paid_at: datetime | None
    authorization: Authorization | None
    withdrawn: Withdrawal | None


_UNASKED: AttemptSoFar = fields_of(
    Attempt(
        correlation_id=UUID(int=0),
        provider="",
        account="",
        live=False,
        asked=Money(0, ""),
        requested_at=datetime.min.replace(tzinfo=UTC),
    )
)


def requested(stamp: CreatePaymentRequest, recorded: Recorded) -> AttemptSoFar:
    """The attempt that begins with our asking for a payment page."""
    one = _begun(stamp, recorded)
    one["tries"] = {stamp.try_number: CallState.REQUESTED}
    return one


def assigned(stamp: PaymentAssigned, recorded: Recorded) -> AttemptSoFar:
    """Money that nobody had asked for: it comes with all that a payment of ours has."""
    one = _begun(stamp, recorded)
    one["received"] = stamp.amount
    one["reference"] = stamp.payment_reference
    one["paid_position"] = recorded.position
    one["paid_at"] = recorded.happened_at
    return one


def _begun(stamp: CreatePaymentRequest | PaymentAssigned, recorded: Recorded) -> AttemptSoFar:
    one = _UNASKED.copy()
    one["correlation_id"] = recorded.correlation_id
    one["provider"] = stamp.provider
    one["account"] = stamp.account
    one["live"] = stamp.live
    one["asked"] = stamp.amount
    one["requested_at"] = recorded.happened_at
    return one


def requested_again(one: AttemptSoFar, stamp: CreatePaymentRequest) -> None:
    """One more try to ask for the page of the same attempt."""
    one["tries"] = {**one["tries"], stamp.try_number: CallState.REQUESTED}


def _page(one: AttemptSoFar, stamp: CreatePaymentSuccess, recorded: Recorded) -> None:
    one["tries"] = {**one["tries"], stamp.try_number: CallState.ACCEPTED}
    one["session"] = stamp.provider_reference
    one["redirect_url"] = stamp.redirect_url
    one["expires_at"] = stamp.expires_at


def _no_page(one: AttemptSoFar, stamp: CreatePaymentFailure, recorded: Recorded) -> None:
    """A try that was given up and answered with yes after all was answered, in any order."""
    if one["tries"].get(stamp.try_number) is not CallState.ACCEPTED:
        one["tries"] = {**one["tries"], stamp.try_number: CallState.REFUSED}


def _pending(one: AttemptSoFar, stamp: PaymentPending, recorded: Recorded) -> None:
    one["pending_at"] = _later(one["pending_at"], recorded.happened_at)


def _failed(one: AttemptSoFar, stamp: PaymentFailed, recorded: Recorded) -> None:
    one["failed_at"] = _later(one["failed_at"], recorded.happened_at)


def _expired(one: AttemptSoFar, stamp: PaymentExpired, recorded: Recorded) -> None:
    one["expired"] = True


def _paid(one: AttemptSoFar, stamp: Paid, recorded: Recorded) -> None:
    if one["withdrawn"] is not None:
        return
    one["received"] = stamp.amount
    one["reference"] = stamp.provider_reference
    one["paid_position"] = recorded.position
    one["paid_at"] = recorded.happened_at


def _reserved(one: AttemptSoFar, stamp: AuthorizationStamp, recorded: Recorded) -> None:
    one["authorization"] = authorization(one["authorization"], stamp, recorded)
    if isinstance(stamp, Authorized) and one["received"] is None:
        one["reference"] = stamp.provider_reference


def taken_back(one: AttemptSoFar, withdrawn: Withdrawal) -> None:
    """Staff found out that its money never came."""
    one["received"], one["withdrawn"] = None, withdrawn


def _later(known: datetime | None, news: datetime) -> datetime:
    return news if known is None else max(known, news)


# News of an attempt that is known, by type of stamp. Of one that we never made, nothing is folded.
NEWS: Mapping[type, Callable[[AttemptSoFar, Any, Recorded], None]] = {
    CreatePaymentSuccess: _page,
    CreatePaymentFailure: _no_page,
    PaymentPending: _pending,
    PaymentFailed: _failed,
    PaymentExpired: _expired,
    Paid: _paid,
    **dict.fromkeys(get_args(AuthorizationStamp), _reserved),
}
