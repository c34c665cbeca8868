"""An order as its stamps tell it, with one word for each question people ask of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import assert_never
from uuid import UUID

from msgspec import Struct, field

from ledger.kernel.events import Recorded
from ledger.kernel.money import Money, total, zero
from ledger.kernel.values import replace
from ledger.order.amendment import Amendment, counted, lines_of, seats_of, which_of, without
from ledger.order.attendance import NOBODY, Attendance, Scan, TicketAtDoor, attendances
from ledger.order.correction import Withdrawal
from ledger.order.holder import Sending
from ledger.order.letter_delivery import Posting
from ledger.order.numbers import payment_reference
from ledger.order.payment_attempt import Attempt
from ledger.order.refund import Refund, later
from ledger.order.seen_stamps import Seen
from ledger.order.stamps import (
    BuyerAddressed,
    CancellationRequested,
    Cause,
    DisputeClosed,
    Disputed,
    Letter,
    Line,
    LinesSwapped,
    OrderPlaced,
    PaidOut,
    Pieces,
    StartMoved,
    Visit,
)
from ledger.order.tickets import Ticket, TicketSet, ticket_count, tickets_of
from ledger.shop.questions import Questions


class Dispute(Struct, frozen=True, kw_only=True):
    """A payer's bank took money back: open, then won or lost. `ended_position` is its end's."""

    payment: UUID
    amount: Money | None
    won: bool | None = None
    ended_position: int = 0


def told_dispute(
    before: Dispute | None, stamp: Disputed | DisputeClosed, recorded: Recorded[object]
) -> Dispute:
    """The dispute after a stamp about it; its end may be told before its beginning."""
    known = before or Dispute(payment=stamp.payment, amount=None)
    match stamp:
        case Disputed():
            return replace(known, amount=stamp.amount)
        case DisputeClosed():
            return replace(known, won=stamp.won, ended_position=recorded.position)
        case _:
            assert_never(stamp)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRequest:
    """A cancellation link that was asked for. `code` is None once its person was erased."""

    correlation_id: UUID
    code_hash: str
    code: str | None
    requested_at: datetime
    position: int


def link_request(stamp: CancellationRequested, recorded: Recorded[object]) -> LinkRequest:
    """The link that a stamp calls for."""
    return LinkRequest(
        correlation_id=recorded.correlation_id,
        code_hash=stamp.code_hash,
        code=stamp.code,
        requested_at=recorded.recorded_at,
        position=recorded.position,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StartMove:
    """The order was told of another start, and whether its customer has accepted that."""

    correlation_id: UUID
    stamp: StartMoved
    position: int
    told_at: datetime
    accepted: bool = False


class Note(Struct, frozen=True, kw_only=True):
    """What staff wrote for each other. `text` is None once the order's person was erased."""

    correlation_id: UUID
    text: str | None
    actor: str
    at: datetime


class Order(Struct, frozen=True, kw_only=True, dict=True):
    """The fold of one order's stamps. Axes are separate; words combine them, each once."""

    id: UUID
    version: int = 0
    placed: OrderPlaced | None = None
    number: int = 0
    payment_number: int = 0
    placed_at: datetime | None = None
    correlation_id: UUID | None = None
    free_confirmed: UUID | None = None
    attempts: Mapping[UUID, Attempt] = field(default_factory=dict)
    refunds: Mapping[UUID, Refund] = field(default_factory=dict)
    disputes: Mapping[str, Dispute] = field(default_factory=dict)
    payouts: Mapping[UUID, PaidOut] = field(default_factory=dict)
    cancelled: UUID | None = None
    cancelled_cause: Cause | None = None
    cancelled_position: int = 0
    cancelled_at: datetime | None = None
    released: bool = False
    released_position: int = 0
    amendments: Mapping[UUID, Amendment] = field(default_factory=dict)
    freed: Mapping[UUID, tuple[Pieces, ...]] = field(default_factory=dict)
    retaken_position: int = 0
    shop_reason: str = ""
    moves: tuple[StartMove, ...] = ()
    links: tuple[LinkRequest, ...] = ()
    postings: Mapping[tuple[UUID, Letter], Posting] = field(default_factory=dict)
    withdrawals: tuple[Withdrawal, ...] = ()
    swaps: Mapping[UUID, LinesSwapped] = field(default_factory=dict)
    mailings: Mapping[UUID, BuyerAddressed] = field(default_factory=dict)
    tickets: TicketSet | None = None
    scans: Mapping[UUID, Scan] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    labels: tuple[str, ...] = ()
    asked: Mapping[int, Questions] = field(default_factory=dict)
    answers: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    answered_at: Mapping[int, int] = field(default_factory=dict)
    sendings: tuple[Sending, ...] = ()
    holder_addresses: frozenset[str] = frozenset()
    former_addresses: tuple[str, ...] = ()
    erased_at: datetime | None = None
    erased_position: int = 0
    changed_at: datetime | None = None
    position: int = 0
    seen: Seen | None = None

    @property
    def terms(self) -> OrderPlaced:
        """What was agreed when the order was placed, with whom as it was told last.

        Only asked of an order that exists.
        """
        assert self.placed is not None, f"order {self.id} was never placed"
        return self.placed

    @property
    def erased(self) -> bool:
        """Whether its person was erased, whatever was told of the order since."""
        return self.erased_at is not None

    @property
    def anonymous(self) -> bool:
        """Whether it was sold to somebody who did not say who they are: nobody is written to."""
        known = self.placed.customer if self.placed else None
        return known is not None and not known.email

    @property
    def move(self) -> StartMove | None:
        """The last word about another start."""
        return self.moves[-1] if self.moves else None

    @property
    def starts_at(self) -> datetime:
        """When it takes place, as the order was told last."""
        return self.moves[-1].stamp.starts_at if self.moves else self.terms.starts_at

    @property
    def visit(self) -> Visit | None:
        """Where it is, when doors open and when it ends, as the order was told last."""
        known, later = self.terms.visit, self.starts_at - self.terms.starts_at
        if known is None or not later:
            return known
        return Visit(
            venue=known.venue,
            address=known.address,
            doors_at=known.doors_at + later if known.doors_at else None,
            ends_at=known.ends_at + later if known.ends_at else None,
        )

    @property
    def latest_start(self) -> datetime:
        """The latest start that the order was ever told: what was promised by it stays so."""
        return max([self.terms.starts_at, *(one.stamp.starts_at for one in self.moves)])

    @property
    def currency(self) -> str:
        return self.terms.total.currency

    @property
    def due(self) -> Money:
        """What the order costs: its price, less what goes back for pieces that were cancelled."""
        price = self.terms.total
        return price - self._amended if self.amendments else price

    @cached_property
    def _amended(self) -> Money:
        return total([one.amount for one in self.amendments.values()], self.currency)

    def due_at(self, position: int) -> Money:
        """What the order cost at a position of the ledger."""
        amended = [one.amount for one in self.amendments.values() if one.position < position]
        return self.terms.total - total(amended, self.currency)

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """What is left of each line, maybe nothing; each at the place where it was ordered."""
        return without(self.terms.lines, self.cancelled_pieces)

    @cached_property
    def cancelled_pieces(self) -> Mapping[int, int]:
        """How many pieces of each line were cancelled as a part, by the line's place from 0."""
        return counted(one.pieces for one in self.amendments.values())

    @cached_property
    def freed_pieces(self) -> Mapping[int, int]:
        """How many pieces of each line gave their seats back while the rest of the order lives."""
        return counted(self.freed.values())

    @cached_property
    def which_cancelled(self) -> Mapping[int, frozenset[int]]:
        """Which pieces of each line were cancelled as a part, by their places in it, from 0."""
        parts = [one.pieces for one in self.amendments.values()]
        return which_of(self.terms.lines, parts) if parts else {}

    @cached_property
    def which_freed(self) -> Mapping[int, frozenset[int]]:
        """Which of them gave their seats back: their tickets are good no more."""
        return which_of(self.terms.lines, self.freed.values()) if self.freed else {}

    @property
    def fees_of_parts(self) -> Money:
        """What was kept of the price of pieces that were cancelled: it is part of what is due."""
        return total([one.fee for one in self.amendments.values()], self.currency)

    @cached_property
    def payment_reference(self) -> str:
        """What a payer may write on a bank transfer; empty before the order was placed."""
        if self.placed_at is None:
            return ""
        return payment_reference(self.placed_at.year, self.payment_number)

    @cached_property
    def received(self) -> Money:
        """Everything that came, over all attempts."""
        came = [one.received for one in self.attempts.values() if one.received is not None]
        return total(came, self.currency)

    @cached_property
    def reserved(self) -> Money:
        """Everything that payers' banks keep ready for us: authorized, not captured."""
        kept = [one.reserved for one in self.attempts.values() if one.reserved is not None]
        return total(kept, self.currency)

    @cached_property
    def refunded(self) -> Money:
        """Everything that went back and stayed there."""
        if not self.refunds:
            return zero(self.currency)
        return total([one.returned(self.currency) for one in self.refunds.values()], self.currency)

    @property
    def given_over(self) -> Money:
        """What of it was set against the price of orders that its lines were swapped for."""
        gone = [one.amount for one in self.swaps.values() if not one.came]
        return total(gone, self.currency)

    @cached_property
    def refund_pending(self) -> Money:
        """Everything that is promised to go back and has not gone yet."""
        if not self.refunds:
            return zero(self.currency)
        return total([one.pending(self.currency) for one in self.refunds.values()], self.currency)

    @cached_property
    def disputed(self) -> Money:
        """Money in disputes that are open."""
        return self._disputes(won=None)

    @cached_property
    def lost(self) -> Money:
        """Money that payers' banks took back for good: disputes that were lost."""
        return self._disputes(won=False)

    @cached_property
    def held(self) -> Money:
        """What is there of all that came: less what went or shall go back, or a bank took."""
        gone = self.refunded + self.refund_pending + self.lost + self.disputed
        return self.received - gone

    def _disputes(self, *, won: bool | None, of: UUID | None = None) -> Money:
        if not self.disputes:
            return zero(self.currency)
        alike = [d for d in self.disputes.values() if d.won is won and of in (None, d.payment)]
        return total([d.amount for d in alike if d.amount], self.currency)

    def held_by(self, payment: UUID) -> Money:
        """What may still be asked back of one payment: received, less all that is promised."""
        return self._held.get(payment) or zero(self.currency)

    @cached_property
    def _held(self) -> Mapping[UUID, Money]:
        """By payment; those that brought nothing hold nothing."""
        held = {one.correlation_id: one.received for one in self.paid_attempts if one.received}
        for refund in self.refunds.values():
            if refund.payment in held:
                gone = refund.returned(self.currency) + refund.pending(self.currency)
                held[refund.payment] -= gone
        for dispute in self.disputes.values():
            if dispute.payment in held and dispute.won is not True and dispute.amount:
                held[dispute.payment] -= dispute.amount
        return held

    @cached_property
    def covered(self) -> Money:
        """How much of the price is paid by money that is there.

        A payment of which nothing is left counts for nothing. Of any other counts what came, less
        what banks took for good and what went back because nobody wanted it, or for pieces that
        cost nothing any more; the rest of what went back was given back of the price, which is
        paid all the same. While a dispute is open, its money counts.
        """
        return total([self._counted(one) for one in self.standing_payments], self.currency)

    def _counted(self, attempt: Attempt) -> Money:
        counted = attempt.received or zero(self.currency)
        for refund in self.refunds.values():
            if refund.payment != attempt.correlation_id:
                continue
            if part := self.amendments.get(refund.correlation_id):
                counted -= part.amount
            elif refund.unwanted:
                counted -= refund.returned(self.currency) + refund.pending(self.currency)
        return counted - self._disputes(won=False, of=attempt.correlation_id)

    @cached_property
    def standing_payments(self) -> tuple[Attempt, ...]:
        """Payments of which something is there, in ledger order; an open dispute leaves it."""
        return tuple(one for one in self.paid_attempts if self._stands(one.correlation_id))

    def _stands(self, payment: UUID) -> bool:
        return (self.held_by(payment) + self._disputes(won=None, of=payment)).amount > 0

    @property
    def surplus(self) -> Money:
        """What is held beyond the price, and is not owed for a part whose refund failed."""
        if not self.amendments:
            return self.held - self.due
        owed = [self._owed_back(part) for part in self.amendments.values()]
        return self.held - self.due - total(owed, self.currency)

    def _owed_back(self, part: Amendment) -> Money:
        refund = self.refunds.get(part.correlation_id)
        if refund is None or not (refund.was_refused or refund.failed_late):
            return zero(self.currency)
        if self.replaced(refund):
            return zero(self.currency)
        # What was set against another order went, whatever became of the rest.
        went = refund.manual if refund.swapped else None
        return part.amount - went if went else part.amount

    @property
    def missing(self) -> Money:
        """What is still to be paid of the price."""
        return max(zero(self.currency), self.due - self.covered)

    @cached_property
    def under_way(self) -> tuple[Attempt, ...]:
        """Payments that are pending at a bank: their payers have nothing more to do."""
        return tuple(one for one in self.attempts.values() if one.under_way)

    @cached_property
    def paid_attempts(self) -> tuple[Attempt, ...]:
        """Attempts that brought money, in ledger order."""
        paid = (one for one in self.attempts.values() if one.received is not None)
        return tuple(sorted(paid, key=lambda one: one.paid_position))

    @cached_property
    def confirmed(self) -> bool:
        """Paid in full by money that is there, or free and confirmed (law 8)."""
        if self.free_confirmed is not None:
            return True
        return bool(self.due) and self.covered.amount >= self.due.amount

    @property
    def lacking(self) -> bool:
        """It lives, and what came is less than its price, or a bank took some of it back."""
        came = bool(self.standing_payments) or (bool(self.received) and bool(self.lost))
        return self.alive and came and not self.confirmed

    @cached_property
    def sold(self) -> bool:
        """Whether its seats count as sold: free and confirmed, or paid in full by some payment.

        Seats that were sold stay so until they are released, whatever becomes of the money.
        """
        if self.free_confirmed is not None:
            return True
        return any(self.paid_through(one) for one in self.paid_attempts)

    def paid_through(self, attempt: Attempt) -> bool:
        """Whether the order was paid in full with this payment.

        One of which nothing is left counts alone, another one with those that stand beside it:
        money that left again never helps other money to pay the order (law 8).
        """
        standing = self.standing_payments
        together = standing if attempt in standing else (attempt,)
        came = total([one.received for one in together if one.received], self.currency)
        due = self.due_at(attempt.paid_position) if self.amendments else self.due
        return bool(due) and came >= due

    @property
    def alive(self) -> bool:
        """Not cancelled, or taken up again after a cancellation."""
        return self.cancelled is None or self.retaken_position > self.cancelled_position

    @cached_property
    def seats(self) -> Mapping[UUID, tuple[int, int]]:
        """(held, sold) per quota that this order takes just now."""
        if self.placed is None or self.released:
            return {}
        if self.freed:
            return self._seats_left(self.placed)
        return {claim.quota: self._taken(claim.seats) for claim in self.placed.seats}

    def _seats_left(self, placed: OrderPlaced) -> Mapping[UUID, tuple[int, int]]:
        freed = seats_of(
            line for part in self.freed.values() for line in lines_of(placed.lines, part)
        )
        left = {claim.quota: claim.seats - freed.get(claim.quota, 0) for claim in placed.seats}
        return {quota: self._taken(seats) for quota, seats in left.items() if seats > 0}

    def _taken(self, seats: int) -> tuple[int, int]:
        return (0, seats) if self.sold else (seats, 0)

    @property
    def admits(self) -> bool:
        """Whether its tickets are valid, or would be if they were issued: its seats are sold."""
        return self.placed is not None and self.sold and not self.released

    @cached_property
    def valid_tickets(self) -> tuple[Ticket, ...]:
        """Those that open the door: none before they are issued, nor once their seats are gone.

        Nobody knows them any more once the order's person was erased.
        """
        issued = self.tickets.codes if self.tickets else None
        return self.tickets_with(issued or ())

    def tickets_with(self, codes: Sequence[str]) -> tuple[Ticket, ...]:
        """The tickets that would be valid under these codes, one for each that was ordered."""
        if not self.admits:
            return ()
        every = tickets_of(self.terms, codes)
        return tuple(one for one in every if one.outlasts(self.which_freed))

    @cached_property
    def attendance(self) -> Mapping[TicketAtDoor, Attendance]:
        """Who came in with its tickets, by ticket, day and door."""
        return attendances([*self.scans.values()], self.renewed_codes) if self.scans else {}

    def attended(self, ticket: str, day: str, door: str) -> Attendance:
        """The same of one ticket, by the hash of any code that it ever had."""
        today = self.renewed_codes.get(ticket, ticket)
        return self.attendance.get(TicketAtDoor(today, day, door), NOBODY)

    @property
    def renewed_codes(self) -> Mapping[str, str]:
        """The hash of each former code, with that of the code its ticket has today."""
        if self.tickets is None:
            return {}
        return {hashed: self.tickets.hashes[of - 1] for hashed, of in self.tickets.former}

    @cached_property
    def holders(self) -> Mapping[int, Sending]:
        """To whom tickets were sent on, by their numbers; those that are the buyer's are not in it.

        A ticket has one holder at most: whoever it was sent to last, until it is taken back.
        """
        return {one.ticket: one for one in self.sendings if not one.ended_position}

    @property
    def own_tickets(self) -> tuple[Ticket, ...]:
        """Those valid tickets that are the buyer's own to use."""
        return tuple(one for one in self.valid_tickets if one.number not in self.holders)

    @property
    def tickets_wanted(self) -> int:
        """How many tickets are to be issued: all of them, once, or none."""
        if self.placed is None or self.tickets is not None or not self.admits:
            return 0
        return ticket_count(self.placed)

    @property
    def newest_link(self) -> LinkRequest | None:
        return max(self.links, key=lambda one: one.position, default=None)

    @property
    def fee_kept(self) -> Money:
        """What cancellations kept back, over all refunds that were not refused."""
        whole = (one for one in self.refunds.values() if one.correlation_id not in self.amendments)
        fees = [one.request.fee for one in whole if one.request and not one.was_refused]
        return total(fees, self.currency) + self.fees_of_parts

    def refund_of(self, correlation_id: UUID | None) -> Refund | None:
        return self.refunds.get(correlation_id) if correlation_id else None

    def refund_known_as(self, name: str) -> Refund | None:
        """The refund that the provider calls so; None without one, and for no name at all."""
        found = (one for one in self.refunds.values() if name in (*one.accepted, *one.settled))
        return next(found, None) if name else None

    def replaced(self, refund: Refund) -> bool:
        """A later refund of the same payment took its place, or nothing of it is left to return."""
        held = self._held.get(refund.payment) if refund.payment else None
        if held is not None and held.amount <= 0:
            return True
        return any(later(other, refund) for other in self.refunds.values())

    def unanswered_payments(self) -> Iterable[Attempt]:
        return (one for one in self.attempts.values() if one.unanswered)

    def reservations(self) -> tuple[Attempt, ...]:
        """Attempts with an authorization that still stands, in ledger order."""
        kept = [one for one in self.attempts.values() if one.reserved is not None]
        return tuple(sorted(kept, key=_authorized_at))

    def unanswered_refunds(self) -> Iterable[Refund]:
        return (one for one in self.refunds.values() if one.unanswered)


def _authorized_at(attempt: Attempt) -> int:
    assert attempt.authorization is not None, "only asked of reservations"
    return attempt.authorization.position
