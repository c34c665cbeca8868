"""What was returned by hand, with the account that it went to: opens what is sealed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ledger.kernel.bank_transfer import in_fours
from ledger.kernel.money import Money
from ledger.order.stamps import ManualRefund
from web.wiring.parts import Parts


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedByHand:
    """Once. `account` is in groups of four; empty where it was cash, or the person was erased."""

    correlation_id: UUID
    payment: UUID
    amount: Money
    account: str
    at: datetime
    actor: str


def returned_by_hand(parts: Parts, order: UUID) -> Sequence[ReturnedByHand]:
    """Oldest first; for staff only. Raises `UnknownOrder`."""
    return [
        ReturnedByHand(
            correlation_id=one.correlation_id,
            payment=one.stamp.payment,
            amount=one.stamp.amount,
            account=in_fours(one.stamp.account or ""),
            at=one.recorded_at,
            actor=one.actor,
        )
        for one in parts.orders.history(order)
        if isinstance(one.stamp, ManualRefund)
    ]
