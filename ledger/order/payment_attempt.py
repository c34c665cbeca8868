"""One payment attempt: what was asked for, and what became of it."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from ledger.kernel.money import Money
from ledger.order.authorization import Authorization
from ledger.order.correction import Withdrawal
from ledger.order.tries import CallState, Tries, last_try, turned_down, waiting


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
