"""When an authorization is to be captured or voided, or asked for once more after a refusal."""

from datetime import datetime, timedelta

from ledger.order.authorization import Authorization
from ledger.order.decisions.capture import grace_ends, needless, to_capture
from ledger.order.order import Order
from ledger.order.payment_attempt import Attempt

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
