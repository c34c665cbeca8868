"""Which letters an order owes, and which of them are still due (SPEC R1)."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from ledger.order.attempts import Attempt
from ledger.order.once import once
from ledger.order.refunds import Refund
from ledger.order.state import Order
from ledger.order.withdrawals import Withdrawal
from ledger.stamps import Letter

RECEIPTS = (Letter.PAID, Letter.REFUNDED, Letter.CANCELLED, Letter.CORRECTION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A letter that an order calls for. `position` is that of the stamp which called."""

    correlation_id: UUID
    letter: Letter
    position: int


def letters_due(order: Order) -> tuple[Due, ...]:
    """Letters owed that were neither sent nor given up; a claimed one is still due."""
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
    return (*receipts.values(), *_corrections(order), *_link(order))


def _paid(order: Order) -> Iterator[Due]:
    if order.free_confirmed is not None:
        yield Due(correlation_id=order.free_confirmed, letter=Letter.PAID, position=1)
    for attempt in order.paid_attempts:
        if order.paid_through(attempt) and not _came_too_late(order, attempt):
            yield Due(
                correlation_id=attempt.correlation_id,
                letter=Letter.PAID,
                position=attempt.paid_position,
            )


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
    if order.cancelled is None or _waits(order):
        return
    if order.free_confirmed is not None or _was_paid(order):
        yield Due(
            correlation_id=order.cancelled,
            letter=Letter.CANCELLED,
            position=order.cancelled_position,
        )


def _was_paid(order: Order) -> bool:
    """Whether the order had been paid in full when it was cancelled."""
    before = (one for one in order.paid_attempts if one.paid_position < order.cancelled_position)
    return any(order.paid_through(one) for one in before)


def _waits(order: Order) -> bool:
    """The refund that shares the cancellation's id has no outcome yet."""
    refund = order.refund_of(order.cancelled)
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
    if link is None or link.correlation_id in order.refunds or not order.alive:
        return
    yield Due(correlation_id=link.correlation_id, letter=Letter.LINK, position=link.position)
