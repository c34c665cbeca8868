"""One refund: what was asked back, what was promised, and what really went."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from ledger.money import Money, total, zero
from ledger.order.calls import Tries, last_try, turned_down, waiting
from ledger.stamps import Cause, CreateRefundRequest

_UNWANTED = (Cause.LATE_PAYMENT, Cause.OVERPAID)


@dataclass(frozen=True, kw_only=True)
class Refund:
    """One refund attempt. `request` is None when it was made at the provider, not by us."""

    correlation_id: UUID
    payment: UUID | None
    first_position: int
    request: CreateRefundRequest | None = None
    requested_at: datetime | None = None
    tries: Tries = field(default_factory=dict)
    accepted: Mapping[str, Money] = field(default_factory=dict)
    settled: Mapping[str, Money] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)
    refusal: str = ""
    manual: Money | None = None
    last_position: int = 0

    @property
    def last_try(self) -> int:
        return last_try(self.tries)

    @property
    def unanswered(self) -> bool:
        """The provider was asked and has not answered: the outcome is unknown."""
        return waiting(self.tries) and not self.settled and not self.accepted

    @property
    def was_refused(self) -> bool:
        """The provider refused, and no later report says otherwise."""
        return turned_down(self.tries) and not self.accepted and not self.settled

    @property
    def unwanted(self) -> bool:
        """It returns money that the order did not want: too late, or beyond the price."""
        return self.request is not None and self.request.cause in _UNWANTED

    @property
    def was_accepted(self) -> bool:
        """Some of it was accepted or settled and did not fail afterwards."""
        if self.manual is not None:
            return True
        return any(reference not in self.failed for reference in (*self.accepted, *self.settled))

    @property
    def failed_late(self) -> bool:
        """Everything that was accepted failed afterwards."""
        return bool(self.failed) and not self.was_accepted

    def returned(self, currency: str) -> Money:
        """Money that went back and did not fail."""
        kept = [money for name, money in self.settled.items() if name not in self.failed]
        return total([*kept, self.manual or zero(currency)], currency)

    def pending(self, currency: str) -> Money:
        """Money that is promised: asked for without an answer, or accepted and not settled."""
        if self.unanswered and self.request is not None:
            return self.request.amount
        done = {*self.settled, *self.failed}
        return total([money for name, money in self.accepted.items() if name not in done], currency)


def later(other: Refund, one: Refund) -> bool:
    """Whether the other came later, of the same payment.

    News of two refunds made at the provider has no order of its own (law 5): of those, the one
    that went well counts as the later.
    """
    if other.payment != one.payment:
        return False
    if other.request is None and one.request is None:
        return other.was_accepted
    return other.first_position > one.first_position
