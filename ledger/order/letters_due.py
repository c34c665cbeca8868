"""Which letters an order owes, and which of them are still due (SPEC R1)."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from ledger.kernel.clocks import after
from ledger.kernel.events import derived
from ledger.kernel.fast import once
from ledger.kernel.money import total
from ledger.order.correction import Withdrawal
from ledger.order.due import Due
from ledger.order.holders_letters import holders_letters
from ledger.order.order import Order
from ledger.order.payable import awaits_payer, pay_by
from ledger.order.payment_attempt import Attempt
from ledger.order.refund import OWED_BY_SHOP, Refund
from ledger.order.stamps import Cause, Letter

# Most refunds are accepted within seconds, and their letter acknowledges the withdrawal, too.
ACKNOWLEDGED_WITHIN = timedelta(minutes=2)
_WISHES = (Cause.CUSTOMER, Cause.SHOP_MOVED)
RECEIPTS = (Letter.PAID, Letter.REFUNDED, Letter.CANCELLED, Letter.CORRECTION)


def letters_due(order: Order) -> tuple[Due, ...]:
    """Letters owed that were neither sent nor given up; a claimed one is still due.

    Nobody is written to once they were erased.
    """
    if order.erased or order.anonymous:
        return ()
    return tuple(due for due in owed(order) if _open(order, due))


def letters_left(order: Order) -> tuple[Due, ...]:
    """Letters that were claimed and are no longer owed: that nobody knows their fate is told."""
    called_for = {(due.correlation_id, due.letter) for due in owed(order)}
    return tuple(
        Due(correlation_id=cause, letter=letter, position=order.position)
        for (cause, letter), posting in order.postings.items()
        if posting.state == "started" and (cause, letter) not in called_for
    )


def _open(order: Order, due: Due) -> bool:
    posting = order.postings.get((due.correlation_id, due.letter))
    return posting is None or (posting.state != "sent" and not posting.permanent)


@once
def owed(order: Order) -> tuple[Due, ...]:
    """Every letter that the order calls for as it stands, sent or not. One receipt per id."""
    if order.placed is None:
        return ()
    receipts: dict[UUID, Due] = {}
    for due in (*_paid(order), *_refunded(order), *_cancelled(order), *_begun(order)):
        receipts.setdefault(due.correlation_id, due)
    return (*receipts.values(), *_corrections(order), *_link(order), *_beside(order))


def _beside(order: Order) -> Iterator[Due]:
    """What is no receipt and has a time of its own."""
    yield from _how_to_pay(order)
    yield from _moved(order)
    yield from _withdrawal(order)
    yield from holders_letters(order)
    yield from _to_buyers(order)


def _paid(order: Order) -> Iterator[Due]:
    if order.free_confirmed is not None:
        yield Due(correlation_id=order.free_confirmed, letter=Letter.PAID, position=1)
    for attempt in order.paid_attempts:
        told = order.paid_through(attempt) and not _came_too_late(order, attempt)
        if told and not _only_a_part(order, attempt):
            yield Due(
                correlation_id=attempt.correlation_id,
                letter=Letter.PAID,
                position=attempt.paid_position,
            )


def _only_a_part(order: Order, attempt: Attempt) -> bool:
    """Money that was too little when it came: the one receipt of the sale is that of the rest."""
    standing = order.standing_payments
    if attempt not in standing:
        return False
    until = standing[: standing.index(attempt) + 1]
    came = total([one.received for one in until if one.received], order.currency)
    return came < (order.due_at(attempt.paid_position) if order.amendments else order.due)


def _begun(order: Order) -> Iterator[Due]:
    """A letter about a mistake that is on its way just now: its fate is awaited, then corrected."""
    for taken in order.withdrawals:
        letter = Letter.CANCELLED if taken.amount is None else Letter.PAID
        posting = order.postings.get((taken.about, letter))
        if posting is not None and posting.state == "started":
            yield Due(correlation_id=taken.about, letter=letter, position=taken.position)


def _came_too_late(order: Order, attempt: Attempt) -> bool:
    """Money after a cancellation says nothing until it is decided what becomes of it (P6)."""
    if order.cancelled is None or attempt.paid_position <= order.cancelled_position:
        return False
    return not order.alive or attempt not in order.standing_payments


def _refunded(order: Order) -> Iterator[Due]:
    for refund in order.refunds.values():
        if refund.was_accepted or _announced(order, refund):
            yield Due(
                correlation_id=refund.correlation_id,
                letter=Letter.REFUNDED,
                position=refund.first_position,
            )


def _announced(order: Order, refund: Refund) -> bool:
    """A letter that was begun stays owed: what was said cannot be unsaid, only corrected."""
    return (refund.correlation_id, Letter.REFUNDED) in order.postings


def _cancelled(order: Order) -> Iterator[Due]:
    for part in order.amendments.values():
        if not _waits(order, part.correlation_id):
            yield Due(
                correlation_id=part.correlation_id, letter=Letter.CANCELLED, position=part.position
            )
    if order.cancelled is None or _waits(order, order.cancelled):
        return
    with_shop = order.cancelled_cause in OWED_BY_SHOP
    if with_shop or order.free_confirmed is not None or _was_paid(order):
        yield Due(
            correlation_id=order.cancelled,
            letter=Letter.CANCELLED,
            position=order.cancelled_position,
        )


def _was_paid(order: Order) -> bool:
    """Whether the order had been paid in full when it was cancelled."""
    before = (one for one in order.paid_attempts if one.paid_position < order.cancelled_position)
    return any(order.paid_through(one) for one in before)


def _waits(order: Order, cancellation: UUID) -> bool:
    """The refund that shares the cancellation's id has no outcome yet."""
    refund = order.refund_of(cancellation)
    return refund is not None and refund.unanswered


def _corrections(order: Order) -> Iterator[Due]:
    for refund in order.refunds.values():
        posting = order.postings.get((refund.correlation_id, Letter.REFUNDED))
        if refund.failed_late and posting is not None and posting.state in ("sent", "unknown"):
            yield Due(
                correlation_id=refund.correlation_id,
                letter=Letter.CORRECTION,
                position=refund.last_position,
            )
    for taken in order.withdrawals:
        if _was_told(order, taken):
            yield Due(correlation_id=taken.under, letter=Letter.CORRECTION, position=taken.position)


def _was_told(order: Order, taken: Withdrawal) -> bool:
    """The mistake stood in a letter: it is corrected in one. Who heard nothing hears nothing."""
    letters = (Letter.PAID,) if taken.amount else (Letter.CANCELLED, Letter.REFUNDED)
    told = (order.postings.get((taken.about, letter)) for letter in letters)
    return any(one is not None and one.state in ("sent", "unknown") for one in told)


def _link(order: Order) -> Iterator[Due]:
    """Only the newest link, and only while nothing was done with it."""
    link = order.newest_link
    if link is None or not order.alive:
        return
    if link.correlation_id in order.refunds or link.correlation_id in order.amendments:
        return
    yield Due(correlation_id=link.correlation_id, letter=Letter.LINK, position=link.position)


def how_to_pay_id(order: Order) -> UUID:
    """The identity of the letter that tells how to pay: of the placing, there is one."""
    return derived(order.correlation_id or order.id, "how_to_pay")


def _how_to_pay(order: Order) -> Iterator[Due]:
    """Once, while the customer is asked to pay; after a correction, that one has told (R1)."""
    wanted, placed_at = order.terms.payment_letter, order.placed_at
    if wanted is None or placed_at is None or order.withdrawals or not awaits_payer(order):
        return
    yield Due(
        correlation_id=how_to_pay_id(order),
        letter=Letter.HOW_TO_PAY,
        position=1,
        begin=after(placed_at, seconds=wanted.after),
        end=pay_by(order),
    )


def _moved(order: Order) -> Iterator[Due]:
    """Who bought for another start is told of the last one, until that has come."""
    move = order.move
    if move is None or not order.alive or not (order.confirmed or order.reserved):
        return
    yield Due(
        correlation_id=move.correlation_id,
        letter=Letter.MOVED,
        position=move.position,
        end=move.stamp.starts_at,
    )


def _to_buyers(order: Order) -> Iterator[Due]:
    """What the shop writes to all of its buyers, once it has reached the order."""
    for cause in order.mailings:
        yield Due(correlation_id=cause, letter=Letter.BUYERS, position=1)


def _withdrawal(order: Order) -> Iterator[Due]:
    """A wish to cancel is acknowledged without delay, whatever becomes of its refund (X8)."""
    for refund in order.refunds.values():
        request, cause = refund.request, refund.correlation_id
        if request is None or request.cause not in _WISHES:
            continue
        told = refund.was_accepted or _announced(order, refund)
        gone = order.cancelled == cause or cause in order.amendments
        told = told or (gone and not refund.unanswered)
        if told and (cause, Letter.WITHDRAWAL) not in order.postings:
            continue
        yield Due(
            correlation_id=cause,
            letter=Letter.WITHDRAWAL,
            position=refund.first_position,
            begin=refund.requested_at + ACKNOWLEDGED_WITHIN if refund.requested_at else None,
        )
