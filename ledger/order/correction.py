"""What staff took back because it was a mistake, as the order remembers it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ledger.kernel.events import Recorded
from ledger.kernel.money import Money
from ledger.order.stamps import CancellationWithdrawn, PaymentWithdrawn


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """A payment or a cancellation that was taken back. `amount` is None of a cancellation.

    `under` is the correlation id of the correction, `about` that of what it corrects.
    """

    under: UUID
    about: UUID
    position: int
    at: datetime
    amount: Money | None = None


def withdrawal(
    stamp: PaymentWithdrawn | CancellationWithdrawn, recorded: Recorded[object]
) -> Withdrawal:
    """What a stamp took back."""
    if isinstance(stamp, PaymentWithdrawn):
        return _taken(stamp.payment, stamp.amount, recorded)
    return _taken(stamp.cancellation, None, recorded)


def _taken(about: UUID, amount: Money | None, recorded: Recorded[object]) -> Withdrawal:
    return Withdrawal(
        under=recorded.correlation_id,
        about=about,
        position=recorded.position,
        at=recorded.recorded_at,
        amount=amount,
    )
