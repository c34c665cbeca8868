"""What becomes of an order whose whole shop is cancelled or moved, and what its customer chooses.

Each order decides for itself, once: whoever asks it again, after whatever crash, is told nothing
more. Money goes back whole, without a fee, whatever the policy of the order says.
"""

import hmac
from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from ledger.kernel.money import Money, total, zero
from ledger.kernel.refusals import LinkInvalid
from ledger.order.cancellation_policy import Why, code_hash, refused
from ledger.order.commands import CancelWithShop, ChooseAfterMove, MoveWithShop
from ledger.order.decisions.capture import given_up
from ledger.order.decisions.staff import MANUAL
from ledger.order.order import Order
from ledger.order.payment_attempt import Attempt
from ledger.order.refund import OWED_BY_SHOP
from ledger.order.stamps import (
    Cancelled,
    Cause,
    CreateRefundRequest,
    OrderStamp,
    SeatsReleased,
    StartAccepted,
    StartMoved,
)

_NOTHING: tuple[OrderStamp, ...] = ()


class Fate(StrEnum):
    """What the cancellation of its shop means for an order, as it stands."""

    REFUND = "refund"
    BY_HAND = "return by hand"
    VOID = "give up the authorization"
    FREE = "free"
    UNPAID = "unpaid"
    DISPUTED = "disputed"
    RETURNED = "nothing held any more"
    LEAVING = "its customer is cancelling it"
    CANCELLED = "cancelled already"


def fate(order: Order) -> Fate:
    """One word for what is to be done; the last two are left alone."""
    if not order.alive:
        return Fate.CANCELLED
    if leaving(order):
        return Fate.LEAVING
    if order.disputed:
        return Fate.DISPUTED
    if to_refund(order):
        return Fate.REFUND
    if by_hand(order):
        return Fate.BY_HAND
    if order.reserved:
        return Fate.VOID
    if order.free_confirmed is not None:
        return Fate.FREE
    return Fate.RETURNED if order.received else Fate.UNPAID


def leaving(order: Order) -> bool:
    """Its customer's own cancellation is under way, and comes to its end by itself."""
    links = (order.refund_of(link.correlation_id) for link in order.links)
    asked = (one for one in links if one and one.correlation_id not in order.amendments)
    return order.alive and any(one.unanswered or one.was_accepted for one in asked)


def holding(order: Order) -> Iterator[tuple[Attempt, Money]]:
    """Payments of which something is held, in ledger order."""
    for attempt in order.paid_attempts:
        held = order.held_by(attempt.correlation_id)
        if held.amount > 0:
            yield attempt, held


def to_refund(order: Order) -> Money:
    """What is held and can go back through providers."""
    return total([held for one, held in holding(order) if one.provider != MANUAL], order.currency)


def by_hand(order: Order) -> Money:
    """What is held and only people can return."""
    return total([held for one, held in holding(order) if one.provider == MANUAL], order.currency)


def cancel_with_shop(command: CancelWithShop, order: Order) -> Sequence[OrderStamp]:
    """Cancelled at once, the money asked back and authorizations given up, in one append.

    One whose customer is cancelling it comes to its own end first; if that fails, this follows.
    """
    if not order.alive or leaving(order):
        return _NOTHING
    cancelled = Cancelled(cause=Cause.SHOP_CANCELLED, reason=command.reason)
    return (*_asked_back(order, Cause.SHOP_CANCELLED), cancelled, *_let_go(order))


def _asked_back(order: Order, cause: Cause) -> Sequence[OrderStamp]:
    """The first payment shares the identity of the cancellation, so that one letter tells both.

    Any other follows by `next_step`. Beside an open dispute nothing goes back before its end.
    """
    if order.disputed:
        return _NOTHING
    through = ((one, held) for one, held in holding(order) if one.provider != MANUAL)
    first = next(through, None)
    return _NOTHING if first is None else (refund_request(*first, cause=cause),)


def refund_request(attempt: Attempt, held: Money, *, cause: Cause) -> CreateRefundRequest:
    """All that is held of one payment, without a fee."""
    return CreateRefundRequest(
        payment=attempt.correlation_id,
        payment_reference=attempt.reference,
        provider=attempt.provider,
        amount=held,
        fee=zero(held.currency),
        cause=cause,
    )


def _let_go(order: Order) -> Sequence[OrderStamp]:
    waiting = (one for one in order.reservations() if not one.capture_unanswered)
    return (SeatsReleased(), *(given_up(one) for one in waiting if not one.void_unanswered))


def still_owed(order: Order) -> Iterator[UUID]:
    """Payments of an order that its shop gives back, of which nobody has asked for the money yet.

    A refund that was refused is for people: it is a case, and not asked for again by itself.
    """
    if order.alive or order.cancelled_cause not in OWED_BY_SHOP or order.disputed:
        return
    asked = {
        refund.payment
        for refund in order.refunds.values()
        if refund.request is not None and refund.request.cause in OWED_BY_SHOP
    }
    for attempt, _ in holding(order):
        if attempt.provider != MANUAL and attempt.correlation_id not in asked:
            yield attempt.correlation_id


def move_with_shop(command: MoveWithShop, order: Order) -> Sequence[OrderStamp]:
    """The order is of the new start; one that is cancelled, or knows it already, is left."""
    if not order.alive or order.starts_at == command.starts_at:
        return _NOTHING
    offered = command.refunds_until is not None and bool(command.code)
    moved = StartMoved(
        move=command.move,
        before=order.starts_at,
        starts_at=command.starts_at,
        reason=command.reason,
        refunds_until=command.refunds_until if offered else None,
        code_hash=code_hash(command.code) if offered else "",
        code=command.code if offered else None,
    )
    return (moved,)


def choice_hindrance(order: Order, at: datetime) -> Why:
    """Why the customer cannot choose any more; nothing while they can."""
    move = order.move
    until = move.stamp.refunds_until if move else None
    if not order.alive:
        return Why.CANCELLED
    if move is None or until is None:
        return Why.NO_SELF_SERVICE
    if move.accepted:
        return Why.KEPT
    if at >= until:
        return Why.TOO_LATE
    if order.disputed:
        return Why.DISPUTED
    if leaving(order):
        return Why.REFUND_UNDER_WAY
    return Why.NOTHING if order.confirmed else Why.UNPAID


def choose(command: ChooseAfterMove, order: Order) -> Sequence[OrderStamp]:
    """Keep, or have the money back; decided once, and until its date. Afterwards it is kept."""
    move = order.move
    if move is None or move.correlation_id != command.correlation_id:
        raise LinkInvalid
    if not hmac.compare_digest(move.stamp.code_hash, code_hash(command.code)):
        raise LinkInvalid
    if _chosen(order) == (move.correlation_id, command.refund):
        return _NOTHING
    if why := choice_hindrance(order, command.at):
        raise refused(order, why, command.at)
    if not command.refund:
        return (StartAccepted(move=move.stamp.move),)
    cancelled = Cancelled(cause=Cause.SHOP_MOVED)
    return (*_asked_back(order, Cause.SHOP_MOVED), cancelled, *_let_go(order))


def _chosen(order: Order) -> tuple[UUID, bool] | None:
    """The move that was decided upon, and whether for the money."""
    move = order.move
    if move is None:
        return None
    if order.cancelled == move.correlation_id:
        return move.correlation_id, True
    return (move.correlation_id, False) if move.accepted else None
