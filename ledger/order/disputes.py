"""One dispute: a payer's bank took money back, for now or for good."""

from dataclasses import dataclass
from uuid import UUID

from ledger.kernel.changing import changed
from ledger.kernel.events import Recorded
from ledger.kernel.money import Money
from ledger.order.stamps import DisputeClosed, Disputed


@dataclass(frozen=True, kw_only=True)
class Dispute:
    """A payer's bank took money back: open, then won or lost. `ended_position` is its end's."""

    payment: UUID
    amount: Money | None
    won: bool | None = None
    ended_position: int = 0


def dispute(before: Dispute | None, recorded: Recorded) -> Dispute:
    """The dispute after a stamp about it; its end may be told before its beginning."""
    stamp: Disputed | DisputeClosed = recorded.stamp
    known = before or Dispute(payment=stamp.payment, amount=None)
    if isinstance(stamp, Disputed):
        return changed(known, amount=stamp.amount)
    return changed(known, won=stamp.won, ended_position=recorded.position)
