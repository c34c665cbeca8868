"""What we owe an order because of the facts it holds: our own next decision, one at a time."""

from collections.abc import Iterator
from datetime import datetime

from ledger.kernel.events import derived
from ledger.kernel.money import Money
from ledger.order.cancellation_policy import frees_seats
from ledger.order.commands import (
    CompleteCancellation,
    OrderCommand,
    ReleaseSeats,
    RetakeSeats,
    ReturnPayment,
    VoidAuthorization,
)
from ledger.order.decisions.capture import needless
from ledger.order.decisions.part import part_completed, part_freed
from ledger.order.decisions.shop_change import still_owed
from ledger.order.decisions.staff import MANUAL
from ledger.order.order import Order
from ledger.order.payable import came_late
from ledger.order.payment_attempt import Attempt
from ledger.order.stamps import Cause
from ledger.shop.stamps import Surplus


def surplus(order: Order) -> Iterator[tuple[Attempt, Money]]:
    """What is held beyond the price, by payment: the newest in the ledger is the surplus one."""
    left = order.surplus
    for attempt in reversed(order.paid_attempts):
        kept = min(left, order.held_by(attempt.correlation_id))
        if kept.amount > 0:
            yield attempt, kept
            left -= kept


def return_surplus(order: Order, at: datetime, *, actor: str) -> ReturnPayment | None:
    """Send a surplus back against its own reference, if the shop wants that: once per payment.

    Beside an open dispute nothing goes back by itself; nor does money that came by hand.
    """
    if order.terms.overpaid is not Surplus.REFUND or order.disputed:
        return None
    for attempt, amount in surplus(order):
        refund_id = derived(attempt.correlation_id, "surplus")
        if refund_id not in order.refunds and attempt.provider != MANUAL:
            return ReturnPayment(
                correlation_id=refund_id,
                actor=actor,
                at=at,
                payment=attempt.correlation_id,
                cause=Cause.OVERPAID,
                amount=amount,
            )
    return None


ACTOR = "ledger"


def next_step(order: Order, at: datetime) -> OrderCommand | None:
    """The next command of ours that is due, or None. Taking it makes it not due any more."""
    return (
        _completion(order, at)
        or _release(order, at)
        or _late_payment(order, at)
        or _owed_by_shop(order, at)
        or return_surplus(order, at, actor=ACTOR)
        or _reservation(order, at)
    )


def _completion(order: Order, at: datetime) -> OrderCommand | None:
    """The refund of a cancellation was accepted: now the order, or its part, is cancelled (X4)."""
    links = {link.correlation_id for link in order.links}
    for refund in order.refunds.values():
        if refund.request is not None and refund.request.pieces:
            due = bool(part_completed(order, refund))
        else:
            ours = refund.correlation_id in links and order.cancelled is None
            due = ours and refund.was_accepted
        if due:
            return CompleteCancellation(correlation_id=refund.correlation_id, actor=ACTOR, at=at)
    return None


def _release(order: Order, at: datetime) -> OrderCommand | None:
    for part in order.amendments.values():
        if part_freed(order, part):
            return ReleaseSeats(correlation_id=part.correlation_id, actor=ACTOR, at=at)
    if order.cancelled is None or not frees_seats(order):
        return None
    return ReleaseSeats(correlation_id=order.cancelled, actor=ACTOR, at=at)


def _late_payment(order: Order, at: datetime) -> OrderCommand | None:
    """Money that came after a cancellation is decided upon once (SPEC P6)."""
    for attempt in order.paid_attempts:
        step = _decision(order, attempt, at) if _undecided(order, attempt) else None
        if step is not None:
            return step
    return None


def _undecided(order: Order, attempt: Attempt) -> bool:
    after = order.cancelled is not None and attempt.paid_position > order.cancelled_position
    return after and not order.alive and order.held_by(attempt.correlation_id).amount > 0


def _decision(order: Order, attempt: Attempt, at: datetime) -> OrderCommand | None:
    payment = attempt.correlation_id
    if came_late(order):
        again = derived(payment, "retake")
        return RetakeSeats(correlation_id=again, actor=ACTOR, at=at, payment=payment)
    return return_late(order, attempt, at)


def return_late(order: Order, attempt: Attempt, at: datetime) -> OrderCommand | None:
    """Send a late payment back; None once that was tried, or when only people can return it."""
    refund_id = derived(attempt.correlation_id, "late")
    if refund_id in order.refunds or attempt.provider == MANUAL:
        return None
    return ReturnPayment(
        correlation_id=refund_id,
        actor=ACTOR,
        at=at,
        payment=attempt.correlation_id,
        cause=Cause.LATE_PAYMENT,
    )


def _owed_by_shop(order: Order, at: datetime) -> OrderCommand | None:
    """Whatever its shop still owes: a second payment, or one that won its dispute since."""
    for payment in still_owed(order):
        assert order.cancelled_cause is not None, "it is cancelled"
        return ReturnPayment(
            correlation_id=derived(payment, "shop"),
            actor=ACTOR,
            at=at,
            payment=payment,
            cause=order.cancelled_cause,
        )
    return None


def _reservation(order: Order, at: datetime) -> OrderCommand | None:
    """An authorization that nobody needs is given up, once (SPEC G3); its retries are later."""
    for attempt in order.reservations():
        assert attempt.authorization is not None, "it is a reservation"
        if needless(order, attempt) and not attempt.authorization.voids:
            return _taken_up(order, attempt, at) or _given_up(attempt, at)
    return None


def _taken_up(order: Order, attempt: Attempt, at: datetime) -> OrderCommand | None:
    """Authorized after the time-out: the order lives again if there is room, as with money (P6)."""
    if not came_late(order):
        return None
    payment = attempt.correlation_id
    again = derived(payment, "retake")
    return RetakeSeats(correlation_id=again, actor=ACTOR, at=at, payment=payment)


def _given_up(attempt: Attempt, at: datetime) -> OrderCommand:
    payment = attempt.correlation_id
    return VoidAuthorization(
        correlation_id=derived(payment, "void"), actor=ACTOR, at=at, payment=payment
    )


def without_room(order: Order, attempt: Attempt, at: datetime) -> OrderCommand | None:
    """What becomes of a late payment when its seats are gone: sent back, or never taken."""
    if attempt.received is None:
        return _given_up(attempt, at)
    return return_late(order, attempt, at)
