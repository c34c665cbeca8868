"""The laws that the simulation holds its worlds to; each reads the stamps for itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from ledger.cases.stamps import CaseKind
from ledger.kernel.events import Recorded, identity
from ledger.kernel.seats import seat_changes
from ledger.kernel.store import SeatChange
from ledger.order.admission import used_pieces
from ledger.order.decisions.staff import MANUAL
from ledger.order.evolve import evolve
from ledger.order.issues import troubles
from ledger.order.letters_due import RECEIPTS, letters_due, owed
from ledger.order.order import Order
from ledger.order.payment_attempt import Attempt
from ledger.order.stamps import (
    CancellationWithdrawn,
    Cancelled,
    Cause,
    CreateCaptureRequest,
    CreateRefundFailure,
    CreateRefundRequest,
    CreateRefundSuccess,
    CreateVoidRequest,
    DisputeClosed,
    Disputed,
    Letter,
    ManualRefund,
    OrderAmended,
    OrderPlaced,
    Paid,
    PaymentAssigned,
    PaymentWithdrawn,
    ReceiptSendStarted,
    Refunded,
    RefundFailed,
    SeatsReleased,
    SeatsRetaken,
    StartAccepted,
    StartMoved,
    TicketsIssued,
)
from ledger.shop.stamps import QuotaSet, ShopCancelled, ShopMoved, quota_id
from projections.order_json import order_page

_MONEY = (Paid, PaymentAssigned)
_OF_THE_SHOP = (Cause.SHOP_CANCELLED, Cause.SHOP_MOVED)


def dense_and_once(feed: Any) -> None:
    """Laws 2 and 3."""
    assert [one.position for one in feed] == [*range(1, len(feed) + 1)]
    identities = [identity(one.correlation_id, one.stamp) for one in feed]
    assert len(identities) == len(set(identities))


def never_oversold(feed: Sequence[Recorded]) -> None:
    """Law 8, at every position and for every quota."""
    orders: dict[UUID, Order] = {}
    totals: dict[UUID, list[int]] = {}
    for recorded in feed:
        if isinstance(recorded.stamp, QuotaSet):
            totals[quota_id(recorded.stream, recorded.stamp.slug)] = [recorded.stamp.capacity, 0]
        before = orders.get(recorded.stream, Order(id=recorded.stream))
        if before.placed is None and not isinstance(recorded.stamp, OrderPlaced):
            continue
        after = orders[recorded.stream] = evolve(before, recorded)
        changes = seat_changes(before, after)
        _sold_for_money_that_is_held(after, recorded, changes)
        for change in changes:
            totals[change.quota][1] += change.held + change.sold
        assert all(0 <= taken <= capacity for capacity, taken in totals.values()), totals


def _left_of(order: Order, payment: Attempt) -> int:
    """Cents of one payment that neither went back, nor are promised back, nor a bank took."""
    assert payment.received is not None
    gone = [
        refund.returned("EUR").amount + refund.pending("EUR").amount
        for refund in order.refunds.values()
        if refund.payment == payment.correlation_id
    ]
    taken = [
        dispute.amount.amount
        for dispute in order.disputes.values()
        if dispute.payment == payment.correlation_id and dispute.won is False and dispute.amount
    ]
    return payment.received.amount - sum(gone) - sum(taken)


def _sold_for_money_that_is_held(
    after: Order, recorded: Recorded, changes: Sequence[SeatChange]
) -> None:
    """Law 8: nothing is sold or taken again for money that came once and left again."""
    if isinstance(recorded.stamp, SeatsRetaken):
        kept = sum(_left_of(after, one) for one in after.paid_attempts)
        assert max(kept, after.reserved.amount) >= after.due.amount
    elif isinstance(recorded.stamp, CancellationWithdrawn) and after.sold:
        assert after.confirmed or not after.lost
    elif sum(change.sold for change in changes) > 0 and isinstance(recorded.stamp, _MONEY):
        came = [
            one.received.amount
            for one in after.paid_attempts
            if one.received is not None
            and (_left_of(after, one) > 0 or one.correlation_id == recorded.correlation_id)
        ]
        assert sum(came) >= after.due.amount


def nothing_is_left_to_do(order: Order) -> None:
    """A dead order of which nothing is held, promised or kept ready has no open case of money."""
    if order.alive or order.disputed or order.refund_pending or order.reservations():
        return
    if not any(_left_of(order, one) for one in order.paid_attempts):
        kinds = {one.kind for one in troubles(order)}
        assert kinds <= {CaseKind.LETTER_FAILED, CaseKind.LETTER_UNKNOWN}, kinds


def tickets_follow_seats(order: Order, history: Sequence[Recorded[object]]) -> None:
    """R4: one set. Each piece is one seat and one ticket here: as many are valid as are sold."""
    issued = [one.stamp for one in history if isinstance(one.stamp, TicketsIssued)]
    assert len(issued) <= 1
    if issued:
        assert len(order.valid_tickets) == sum(sold for _, sold in order.seats.values())
        assert not order.tickets_wanted


def money_is_whole(order: Order, history: Any) -> None:
    """Law 7: integers, and never more asked back than was held when it was asked."""
    so_far = Order(id=order.id)
    for recorded in history:
        stamp = recorded.stamp
        if isinstance(stamp, PaymentWithdrawn):
            assert stamp.amount == so_far.held_by(stamp.payment)
        if isinstance(stamp, CreateRefundRequest | ManualRefund):
            assert 0 < stamp.amount.amount <= so_far.held_by(stamp.payment).amount
        _reservations_are_whole(so_far, recorded)
        if isinstance(stamp, ReceiptSendStarted) and stamp.letter in RECEIPTS[:3]:
            owing = {(due.correlation_id, due.letter) for due in owed(so_far)}
            assert (recorded.correlation_id, stamp.letter) in owing
        _parts_are_whole(so_far, recorded)
        _used_tickets_stay(so_far, recorded)
        so_far = evolve(so_far, recorded)
    assert isinstance(order.received.amount, int)


def _used_tickets_stay(before: Order, recorded: Recorded) -> None:
    """No customer is promised money for pieces that somebody came in with by then (ADR 0064)."""
    stamp, cause = recorded.stamp, recorded.correlation_id
    asked = isinstance(stamp, CreateRefundRequest) and stamp.try_number == 1
    at_once = isinstance(stamp, OrderAmended) and cause not in before.refunds
    if (asked or at_once) and stamp.cause is Cause.CUSTOMER:
        used = used_pieces(before)
        for some in stamp.pieces:
            assert not {*some.which} & used.get(some.line, frozenset())
        assert stamp.pieces or not used


def _parts_are_whole(before: Order, recorded: Recorded) -> None:
    """Laws 7 and 8: never more pieces than were bought, for their price, their seats once."""
    stamp, cause = recorded.stamp, recorded.correlation_id
    if isinstance(stamp, OrderAmended):
        assert cause not in before.amendments
        bought = [before.lines[some.line] for some in stamp.pieces]
        pairs = [*zip(bought, stamp.pieces, strict=True)]
        assert all(0 < some.quantity <= line.quantity for line, some in pairs)
        price = sum(line.unit_price.amount * some.quantity for line, some in pairs)
        assert (stamp.amount + stamp.fee).amount == price
        assert min(stamp.amount.amount, stamp.fee.amount) >= 0
        refund = before.refunds.get(cause)
        assert (stamp.amount.amount > 0) == (refund is not None)
        left = [line.quantity for line in evolve(before, recorded).lines]
        assert sum(left) > 0
        gone = before.which_cancelled
        for some in stamp.pieces:
            assert len({*some.which}) == some.quantity
            assert not {*some.which} & gone.get(some.line, frozenset())
    elif isinstance(stamp, SeatsReleased) and stamp.pieces:
        assert stamp.pieces == before.amendments[cause].pieces
        assert cause not in before.freed


def _reservations_are_whole(before: Order, recorded: Recorded) -> None:
    """Law 7, SPEC G1: at most what is authorized, and captured or given up, never both at once."""
    asked = recorded.stamp
    if isinstance(asked, CreateCaptureRequest):
        attempt = before.attempts[recorded.correlation_id]
        assert attempt.reserved is not None
        assert 0 < asked.amount.amount <= attempt.reserved.amount
        assert before.covered + asked.amount <= before.due
        assert before.alive
        assert attempt.authorization is not None
        assert not attempt.authorization.voids
    if isinstance(asked, CreateVoidRequest):
        attempt = before.attempts[asked.payment]
        assert attempt.reserved is not None
        assert not attempt.capture_unanswered
        assert not attempt.void_unanswered


@dataclass
class Books:
    """Money as a bookkeeper would count it from the stamps, without asking the order."""

    price: int = 0
    came: dict[UUID, int] = field(default_factory=dict)
    asked: dict[tuple[UUID, int], int] = field(default_factory=dict)
    answered: set[tuple[UUID, int]] = field(default_factory=set)
    names: dict[tuple[UUID, str], int] = field(default_factory=dict)
    settled: set[tuple[UUID, str]] = field(default_factory=set)
    failed: set[tuple[UUID, str]] = field(default_factory=set)
    by_hand: dict[UUID, int] = field(default_factory=dict)
    disputes: dict[str, int] = field(default_factory=dict)
    ended: dict[str, bool] = field(default_factory=dict)

    def book(self, recorded: Recorded[object]) -> None:
        """One more stamp."""
        cause = recorded.correlation_id
        match recorded.stamp:
            case OrderPlaced() as stamp:
                self.price = stamp.total.amount
            case OrderAmended() as stamp:
                self.price -= stamp.amount.amount
            case Paid() | PaymentAssigned() as stamp:
                self.came[cause] = stamp.amount.amount
            case PaymentWithdrawn() as stamp:
                del self.came[stamp.payment]
            case ManualRefund() as stamp:
                self.by_hand[cause] = stamp.amount.amount
            case Disputed() as stamp:
                self.disputes[stamp.provider_reference] = stamp.amount.amount
            case DisputeClosed() as stamp:
                self.ended[stamp.provider_reference] = stamp.won
            case _:
                self._refund(recorded.stamp, cause)

    def _refund(self, stamp: object, cause: UUID) -> None:
        match stamp:
            case CreateRefundRequest():
                self.asked[cause, stamp.try_number] = stamp.amount.amount
            case CreateRefundFailure():
                self.answered.add((cause, stamp.try_number))
            case CreateRefundSuccess():
                self.answered.add((cause, stamp.try_number))
                self.names[cause, stamp.provider_reference] = stamp.amount.amount
            case Refunded():
                told = (cause, stamp.provider_reference)
                self.names[told] = stamp.amount.amount
                self.settled.add(told)
                of_try = stamp.provider_reference.rpartition("_")[2]
                self.answered.add((cause, int(of_try) if of_try.isdigit() else 0))
            case RefundFailed():  # it may come before the answer to our question, and is none
                self.failed.add((cause, stamp.provider_reference))

    def sums(self) -> Mapping[str, int]:
        """In the words of the contract."""
        open_ = {name: cents for name, cents in self.disputes.items() if name not in self.ended}
        lost = [cents for name, cents in self.disputes.items() if self.ended.get(name) is False]
        back = [self.names[one] for one in self.settled - self.failed]
        unanswered = [cents for one, cents in self.asked.items() if one not in self.answered]
        promised = {*self.names} - self.settled - self.failed
        return {
            "due": self.price,
            "received": sum(self.came.values()),
            "refund_pending": sum(unanswered) + sum(self.names[one] for one in promised),
            "refunded": sum(back) + sum(self.by_hand.values()),
            "disputed": sum(open_.values()),
            "charged_back": sum(lost),
        }


def money_sums_up(order: Order, history: Sequence[Recorded[object]]) -> None:
    """Law 7: the sums of the contract are the bookkeeper's, at every position."""
    books, so_far = Books(), Order(id=order.id)
    for recorded in history:
        books.book(recorded)
        so_far = evolve(so_far, recorded)
        sums = books.sums()
        assert _told(so_far) == sums, recorded
        there = sums["received"] - sums["refunded"] - sums["charged_back"]
        held = there - sums["refund_pending"] - sums["disputed"]
        assert held == so_far.held.amount
        assert held == sum(so_far.held_by(one).amount for one in so_far.attempts)
        lines = sum(one.unit_price.amount * one.quantity for one in so_far.lines)
        assert sums["due"] == lines + so_far.fees_of_parts.amount >= 0
    page = order_page(order, history[-1].recorded_at, "en")
    assert page["money"] == {**books.sums(), "fees": order.fees_of_parts.amount}


def _told(order: Order) -> Mapping[str, int]:
    return {
        "due": order.due.amount,
        "received": order.received.amount,
        "refund_pending": order.refund_pending.amount,
        "refunded": order.refunded.amount,
        "disputed": order.disputed.amount,
        "charged_back": order.lost.amount,
    }


def letters_agree(order: Order) -> None:
    """No letter that is to go out says what another one, or the order, denies."""
    due = [(one.letter, one.correlation_id) for one in letters_due(order)]
    assert len(due) == len(set(due))
    kinds, under = {letter for letter, _ in due}, dict[UUID, set[Letter]]()
    for letter, cause in due:
        under.setdefault(cause, set()).add(letter)
    if not order.alive or order.confirmed:
        assert Letter.HOW_TO_PAY not in kinds  # nothing is to be paid
    if not order.alive:
        begun = {letter for (_, letter), one in order.postings.items() if one.state == "started"}
        assert kinds.isdisjoint({Letter.MOVED, Letter.LINK} - begun)  # nobody comes, or can cancel
    assert sum(letter is Letter.MOVED for letter, _ in due) <= 1  # one start
    assert sum(letter is Letter.LINK for letter, _ in due) <= 1  # the newest
    ends = {Letter.REFUNDED, Letter.CANCELLED}
    for cause, letters in under.items():
        assert not ends <= letters
        told = (cause, Letter.WITHDRAWAL) in order.postings
        assert told or Letter.WITHDRAWAL not in letters or not ends & letters
    _paid_letters_agree(order, {cause for letter, cause in due if letter is Letter.PAID})


def _paid_letters_agree(order: Order, paid: set[UUID]) -> None:
    """P6: of money that came too late one letter tells, that it goes back."""
    late = {
        refund.payment
        for refund in order.refunds.values()
        if refund.request is not None and refund.request.cause is Cause.LATE_PAYMENT
    }
    begun = {cause for (cause, letter) in order.postings if letter is Letter.PAID}
    assert not (paid - begun) & late
    gone = {one.about for one in order.withdrawals}
    assert not (paid - begun) & gone


def shop_is_followed(
    feed: Sequence[Recorded[Any]], orders: Mapping[UUID, Order], asked: set[UUID]
) -> None:
    """A shop that is cancelled or moved: each order follows once, and gets all its money back.

    `feed` is of this shop and its orders; `asked` are those that were asked to follow since the
    shop's last word.
    """
    cancelled = [one.position for one in feed if isinstance(one.stamp, ShopCancelled)]
    assert len(cancelled) <= 1
    after = [one.stamp for one in feed if cancelled and one.position > cancelled[0]]
    assert not any(isinstance(one, OrderPlaced | SeatsRetaken | ShopMoved) for one in after)
    followed = [
        (one.stream, one.correlation_id, type(one.stamp))
        for one in feed
        if isinstance(one.stamp, StartMoved) or getattr(one.stamp, "cause", "") in _OF_THE_SHOP
        if not isinstance(one.stamp, CreateRefundRequest)
    ]
    assert len(followed) == len(set(followed))
    for order in orders.values():
        _start_is_followed(order, [one for one in feed if one.stream == order.id])
        if not order.alive and order.cancelled_cause in _OF_THE_SHOP:
            _all_goes_back(order)
        if cancelled and order.id in asked:
            assert not order.alive or _is_leaving(order)


def _start_is_followed(order: Order, history: Sequence[Recorded[Any]]) -> None:
    """Of one start to the next; kept or given back once, while there is time, and then for good."""
    starts, until, chosen = order.terms.starts_at, None, False
    for recorded in history:
        stamp = recorded.stamp
        if isinstance(stamp, StartMoved):
            assert stamp.before == starts != stamp.starts_at
            starts, until, chosen = stamp.starts_at, stamp.refunds_until, False
        back = isinstance(stamp, Cancelled) and stamp.cause is Cause.SHOP_MOVED
        if isinstance(stamp, StartAccepted) or back:
            assert not chosen
            assert until is not None
            assert recorded.recorded_at < until
            chosen = True
    assert order.starts_at == starts


def _all_goes_back(order: Order) -> None:
    """Without a fee: asked of the provider, kept back by a dispute, or on a person's desk."""
    asked = [one.request for one in order.refunds.values() if one.request is not None]
    ours = [one for one in asked if one.cause in _OF_THE_SHOP]
    assert all(one.fee.amount == 0 for one in ours)
    on_desk = {one.about for one in troubles(order)}
    for attempt in order.paid_attempts:
        payment = attempt.correlation_id
        if order.disputed or order.held_by(payment).amount <= 0:
            continue
        if attempt.provider == MANUAL:
            assert payment in on_desk
        else:
            requests = [one for one in order.refunds.values() if one.payment == payment]
            told = any(one.correlation_id in on_desk for one in requests)
            assert told or payment in on_desk


def _is_leaving(order: Order) -> bool:
    """Its customer's own cancellation was asked of the provider, and is not at its end."""
    links = {one.correlation_id for one in order.links}
    own = [one for one in order.refunds.values() if one.correlation_id in links]
    return any(one.unanswered or one.was_accepted for one in own)
