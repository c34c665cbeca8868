"""An order as its stamps tell it, with one word for each question people ask of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from ledger.money import Money, total, zero
from ledger.stamp import Identity
from ledger.stamps import Cause, CreateRefundRequest, Letter, OrderPlaced, SeatClaim


class CallState(StrEnum):
    """How far one try to ask a provider has come."""

    REQUESTED = "requested"
    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One payment attempt. `asked` is what we asked for; `received` what came."""

    correlation_id: UUID
    provider: str
    account: str
    live: bool
    asked: Money
    requested_at: datetime
    tries: Mapping[int, CallState] = field(default_factory=dict)
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

    @property
    def last_try(self) -> int:
        return max(self.tries, default=0)

    @property
    def unanswered(self) -> bool:
        """The provider was asked for a payment page and has not answered."""
        return self.tries.get(self.last_try) is CallState.REQUESTED and self.received is None

    @property
    def refused(self) -> bool:
        return self.tries.get(self.last_try) is CallState.REFUSED

    @property
    def failed(self) -> bool:
        """Its last word, by the provider's time, is failure."""
        if self.received is not None:
            return False
        if self.refused or self.expired:
            return True
        return self.failed_at is not None and (
            self.pending_at is None or self.failed_at >= self.pending_at
        )

    @property
    def open(self) -> bool:
        """Its payment page may still bring money."""
        return self.received is None and not self.expired and not self.refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """One refund attempt. `request` is None when it was made at the provider, not by us."""

    correlation_id: UUID
    payment: UUID | None
    first_position: int
    request: CreateRefundRequest | None = None
    requested_at: datetime | None = None
    tries: Mapping[int, CallState] = field(default_factory=dict)
    accepted: Mapping[str, Money] = field(default_factory=dict)
    settled: Mapping[str, Money] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)
    refusal: str = ""
    manual: Money | None = None
    last_position: int = 0

    @property
    def last_try(self) -> int:
        return max(self.tries, default=0)

    @property
    def unanswered(self) -> bool:
        """The provider was asked and has not answered: the outcome is unknown."""
        waiting = self.tries.get(self.last_try) is CallState.REQUESTED
        return waiting and not self.settled and not self.accepted

    @property
    def was_refused(self) -> bool:
        """The provider refused, and no later report says otherwise."""
        refused = self.tries.get(self.last_try) is CallState.REFUSED
        return refused and not self.accepted and not self.settled

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
        waiting = [money for name, money in self.accepted.items() if name not in done]
        return total(waiting, currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """A payer's bank took money back: open, then won or lost."""

    payment: UUID
    amount: Money | None
    won: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRequest:
    """A cancellation link that was asked for."""

    correlation_id: UUID
    code_hash: str
    code: str | None
    requested_at: datetime
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """How far one letter has come. `tries` by number; `changed_at` is the last news of it."""

    number: int | None = None
    tries: Mapping[int, str] = field(default_factory=dict)
    changed_at: datetime | None = None
    permanent: bool = False
    started_at: datetime | None = None

    @property
    def last_try(self) -> int:
        return max(self.tries, default=0)

    @property
    def state(self) -> str:
        """started, sent, failed or unknown: of the last try, but sent once is sent."""
        if "sent" in self.tries.values():
            return "sent"
        return self.tries.get(self.last_try, "due")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """The fold of one order's stamps. Axes are separate; words combine them, each once."""

    id: UUID
    version: int = 0
    placed: OrderPlaced | None = None
    number: int = 0
    payment_reference: str = ""
    placed_at: datetime | None = None
    correlation_id: UUID | None = None
    free_confirmed: UUID | None = None
    attempts: Mapping[UUID, Attempt] = field(default_factory=dict)
    refunds: Mapping[UUID, Refund] = field(default_factory=dict)
    disputes: Mapping[str, Dispute] = field(default_factory=dict)
    cancelled: UUID | None = None
    cancelled_cause: Cause | None = None
    cancelled_position: int = 0
    cancelled_at: datetime | None = None
    released: bool = False
    retaken_position: int = 0
    links: tuple[LinkRequest, ...] = ()
    postings: Mapping[tuple[UUID, Letter], Posting] = field(default_factory=dict)
    seen: Mapping[Identity, tuple[object, ...]] = field(default_factory=dict)
    position: int = 0

    @property
    def terms(self) -> OrderPlaced:
        """What was agreed when the order was placed. Only asked of an order that exists."""
        assert self.placed is not None, f"order {self.id} was never placed"
        return self.placed

    @property
    def currency(self) -> str:
        return self.terms.total.currency

    @property
    def due(self) -> Money:
        """What the order costs."""
        return self.terms.total

    @property
    def received(self) -> Money:
        """Everything that came, over all attempts."""
        came = [one.received for one in self.attempts.values() if one.received is not None]
        return total(came, self.currency)

    @property
    def refunded(self) -> Money:
        """Everything that went back and stayed there."""
        return total([one.returned(self.currency) for one in self.refunds.values()], self.currency)

    @property
    def refund_pending(self) -> Money:
        return total([one.pending(self.currency) for one in self.refunds.values()], self.currency)

    @property
    def disputed(self) -> Money:
        """Money in disputes that are open."""
        return self._disputes(won=None)

    @property
    def lost(self) -> Money:
        """Money that disputes took for good."""
        return self._disputes(won=False)

    def _disputes(self, *, won: bool | None) -> Money:
        wanted = [d.amount for d in self.disputes.values() if d.won is won and d.amount]
        return total(wanted, self.currency)

    def held_by(self, payment: UUID) -> Money:
        """What may still be asked back of one payment: received, less all that is promised."""
        attempt = self.attempts.get(payment)
        if attempt is None or attempt.received is None:
            return zero(self.currency)
        gone = [
            one.returned(self.currency) + one.pending(self.currency)
            for one in self.refunds.values()
            if one.payment == payment
        ]
        taken = [
            d.amount for d in self.disputes.values() if d.payment == payment and d.won is not True
        ]
        return attempt.received - total([*gone, *(t for t in taken if t)], self.currency)

    @property
    def paid_attempts(self) -> tuple[Attempt, ...]:
        """Attempts that brought money, in ledger order."""
        paid = (one for one in self.attempts.values() if one.received is not None)
        return tuple(sorted(paid, key=lambda one: one.paid_position))

    @property
    def confirmed(self) -> bool:
        """Paid in full at some time, or free and confirmed."""
        if self.free_confirmed is not None:
            return True
        return bool(self.due) and self.received.amount >= self.due.amount

    @property
    def alive(self) -> bool:
        """Not cancelled, or taken up again after a cancellation."""
        return self.cancelled is None or self.retaken_position > self.cancelled_position

    @property
    def seats(self) -> Mapping[UUID, tuple[int, int]]:
        """(held, sold) per quota that this order takes just now."""
        if self.placed is None or self.released:
            return {}
        return {claim.quota: self._taken(claim) for claim in self.placed.seats}

    def _taken(self, claim: SeatClaim) -> tuple[int, int]:
        return (0, claim.seats) if self.confirmed else (claim.seats, 0)

    @property
    def newest_link(self) -> LinkRequest | None:
        return max(self.links, key=lambda one: one.position, default=None)

    @property
    def fee_kept(self) -> Money:
        """What cancellations kept back, over all refunds that were not refused."""
        fees = [r.request.fee for r in self.refunds.values() if r.request and not r.was_refused]
        return total(fees, self.currency)

    def refund_of(self, correlation_id: UUID | None) -> Refund | None:
        return self.refunds.get(correlation_id) if correlation_id else None

    def replaced(self, refund: Refund) -> bool:
        """A later refund of the same payment took its place.

        News of two refunds made at the provider has no order of its own (law 5): of those, the
        one that went well counts as the later.
        """
        return any(_later(other, refund) for other in self.refunds.values())

    def unanswered_payments(self) -> Iterable[Attempt]:
        return (one for one in self.attempts.values() if one.unanswered)

    def unanswered_refunds(self) -> Iterable[Refund]:
        return (one for one in self.refunds.values() if one.unanswered)


def _later(other: Refund, refund: Refund) -> bool:
    if other.payment != refund.payment:
        return False
    if other.request is None and refund.request is None:
        return other.was_accepted
    return other.first_position > refund.first_position
