"""When an authorization is captured, and when it is given up instead (SPEC G1-G4).

Cancelling and capturing are decided by one append each on the order's stream: whoever commits
first wins, and the other one, deciding again on the order as it stands then, sees it and stops.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from ledger.kernel.clocks import after
from ledger.kernel.money import Money, zero
from ledger.kernel.refusals import LateCancel, PartialCapture
from ledger.order.authorization import Authorization
from ledger.order.commands import CancelInGrace, CaptureAuthorization, VoidAuthorization
from ledger.order.order import Order
from ledger.order.payment_attempt import Attempt
from ledger.order.stamps import (
    Cancelled,
    Cause,
    CreateCaptureRequest,
    CreateVoidRequest,
    OrderStamp,
    SeatsReleased,
)

# An executed refusal is tried again with a new number (SPEC P11), each time after a longer pause.
MOST_TRIES = 12
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=10), timedelta(hours=12)


def capture_due_at(order: Order, attempt: Attempt) -> datetime | None:
    """From when this reservation may be captured; None while or when it may not."""
    kept = attempt.authorization
    if kept is None or not to_capture(order, attempt) or kept.voids:
        return None
    return _due_at(kept, grace_ends(order), tries=kept.last_capture)


def void_due_at(order: Order, attempt: Attempt) -> datetime | None:
    """From when this reservation may be voided; None while somebody needs it."""
    kept = attempt.authorization
    if kept is None or not needless(order, attempt):
        return None
    return _due_at(kept, None, tries=kept.last_void)


def _due_at(kept: Authorization, earliest: datetime | None, *, tries: int) -> datetime | None:
    if kept.capture_unanswered or kept.void_unanswered or tries >= MOST_TRIES:
        return None
    if tries and kept.refused_at is not None:
        pause: timedelta = _FIRST_PAUSE * 2 ** (tries - 1)
        return kept.refused_at + min(pause, _LONGEST_PAUSE)
    return earliest or kept.authorized_at


_NOTHING: tuple[OrderStamp, ...] = ()


def grace_ends(order: Order) -> datetime | None:
    """Until when an order can be cancelled at once; None when its payments are captured at once.

    Counted from placing, so that it is known from the beginning and paying late wins no time.
    """
    seconds = order.terms.grace_period
    if seconds is None or order.placed_at is None:
        return None
    return after(order.placed_at, seconds=seconds)


def in_grace(order: Order, at: datetime) -> bool:
    """Whether the order's grace period is running."""
    until = grace_ends(order)
    return until is not None and at < until


def capture_under_way(order: Order) -> bool:
    """Whether a provider was ever asked to capture, or captured without being asked."""
    return any(
        attempt.received is not None or (kept is not None and bool(kept.captures))
        for attempt in order.attempts.values()
        for kept in (attempt.authorization,)
    )


def partially_captured(order: Order) -> bool:
    """Whether less came than was authorized, of any payment."""
    return any(
        attempt.received is not None and attempt.received.amount < kept.amount.amount
        for attempt in order.attempts.values()
        if (kept := attempt.authorization) is not None and kept.amount is not None
    )


def late_to_cancel(order: Order, at: datetime) -> PartialCapture | LateCancel | None:
    """Why a living order cannot be cancelled at once any more; None while it can."""
    if partially_captured(order):
        return PartialCapture()
    late = capture_under_way(order) or not in_grace(order, at)
    return LateCancel() if late else None


def cancel_in_grace(command: CancelInGrace, order: Order) -> Sequence[OrderStamp]:
    """Cancelled, seats free, authorizations given up: all in one append, or a refusal.

    One may be on its way out already: of a cancellation that was taken back since.
    """
    if not order.alive:
        return _NOTHING
    if (refused := late_to_cancel(order, command.at)) is not None:
        raise refused
    kept = [one for one in order.reservations() if not one.void_unanswered]
    voids = [given_up(one) for one in kept]
    return (Cancelled(cause=Cause.CUSTOMER), SeatsReleased(), *voids)


def to_capture(order: Order, attempt: Attempt) -> Money:
    """How much of a reservation the order still needs: never more than was authorized (P4)."""
    if attempt.reserved is None or not order.alive:
        return zero(order.currency)
    return max(zero(order.currency), min(attempt.reserved, order.missing))


def capture_authorization(command: CaptureAuthorization, order: Order) -> Sequence[OrderStamp]:
    """Ask for the money of one authorization, once its grace period is over."""
    attempt = order.attempts.get(command.correlation_id)
    if attempt is None or attempt.authorization is None or in_grace(order, command.at):
        return _NOTHING
    kept, amount = attempt.authorization, to_capture(order, attempt)
    if not amount or kept.voids or kept.capture_unanswered or _another_is_asked(order, attempt):
        return _NOTHING
    asked = CreateCaptureRequest(
        amount=amount,
        provider=attempt.provider,
        provider_reference=attempt.reference,
        try_number=kept.last_capture + 1,
    )
    return (asked,)


def _another_is_asked(order: Order, attempt: Attempt) -> bool:
    """Of two authorizations for one order, one is captured, and the other waits for its fate."""
    others = (one for one in order.attempts.values() if one is not attempt)
    return any(one.capture_unanswered for one in others)


def needless(order: Order, attempt: Attempt) -> bool:
    """Whether nobody will want this reservation: the order is cancelled, or paid already."""
    if attempt.reserved is None or attempt.capture_unanswered:
        return False
    return not order.alive or order.confirmed


def void_authorization(command: VoidAuthorization, order: Order) -> Sequence[OrderStamp]:
    """Give up one reservation that nobody needs; after a refusal, a new try."""
    attempt = order.attempts.get(command.payment)
    if attempt is None or attempt.authorization is None or attempt.void_unanswered:
        return _NOTHING
    if not needless(order, attempt):
        return _NOTHING
    return (given_up(attempt),)


def given_up(attempt: Attempt) -> CreateVoidRequest:
    """The intent to give up one authorization, as its next try."""
    assert attempt.authorization is not None, "only what was authorized is given up"
    return CreateVoidRequest(
        payment=attempt.correlation_id,
        provider=attempt.provider,
        provider_reference=attempt.reference,
        try_number=attempt.authorization.last_void + 1,
    )
