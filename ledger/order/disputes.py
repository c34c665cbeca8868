"""One dispute: a payer's bank took money back, for now or for good."""

from dataclasses import dataclass
from uuid import UUID

from ledger.money import Money
from ledger.order.changing import changed
from ledger.stamps import DisputeClosed, Disputed


@dataclass(frozen=True, kw_only=True)
class Dispute:
    """A payer's bank took money back: open, then won or lost."""

    payment: UUID
    amount: Money | None
    won: bool | None = None


def dispute(before: Dispute | None, stamp: Disputed | DisputeClosed) -> Dispute:
    """The dispute after a stamp; its end may be told before its beginning."""
    known = before or Dispute(payment=stamp.payment, amount=None)
    if isinstance(stamp, Disputed):
        return changed(known, amount=stamp.amount)
    return changed(known, won=stamp.won)
