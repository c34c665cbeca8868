"""Cancelling a part of an order: some of its pieces are gone, the rest lives (ADR 0027).

The same saga as that of a whole order: the refund is asked for under the cancellation's correlation
id, and once it is accepted the lines are amended under it, too. The last pieces are the order.
"""

from collections.abc import Sequence

from ledger.kernel.money import Money
from ledger.kernel.refusals import NotRefundable, QuoteChanged
from ledger.order import cancellation_policy as cancellation
from ledger.order.amendment import Amendment, fits, takes_all
from ledger.order.cancellation_policy import Why
from ledger.order.commands import CancelPart, ConfirmCancellation
from ledger.order.decisions.staff import MANUAL, manual_refund, require_unmoved
from ledger.order.order import Order
from ledger.order.part_policy import PartQuote, hindrance, quote, staff_hindrance
from ledger.order.payment_attempt import Attempt
from ledger.order.refund import Refund
from ledger.order.stamps import (
    Cancelled,
    Cause,
    CreateRefundRequest,
    ManualRefund,
    OrderAmended,
    OrderStamp,
    SeatsReleased,
)

_NOTHING: tuple[OrderStamp, ...] = ()


def confirm_part(command: ConfirmCancellation, order: Order) -> Sequence[OrderStamp] | None:
    """What the holder of the link wants, for exactly the refund that was shown.

    None: that is all that is left, and the order itself is cancelled.
    """
    offer = quote(order, command.pieces)
    if offer.whole:
        return None
    _require(order, hindrance(order, command.at, used=offer.used))
    _require_shown(command.quote, offer)
    if offer.payment is None:
        return _amended(offer, Cause.CUSTOMER)
    asked = _asked(offer, offer.payment, Cause.CUSTOMER)
    return _with_request(order, asked, offer)


def cancel_part(command: CancelPart, order: Order) -> Sequence[OrderStamp]:
    """What ticket sales want for the holder of an order; all of its pieces are the order."""
    cause = command.correlation_id
    if cause in order.refunds or cause in order.amendments or cause == order.cancelled:
        return _NOTHING
    require_unmoved(command.version, order)
    _require(order, staff_hindrance(order))
    offer = quote(order, command.pieces, waive_fee=command.waive_fee)
    _require_shown(command.quote, offer)
    back = _money_back(command, offer)
    if offer.whole:
        return (*back, Cancelled(cause=Cause.STAFF, reason=command.reason), SeatsReleased())
    if isinstance(asked := next(iter(back), None), CreateRefundRequest):
        return _with_request(order, asked, offer)
    return (*back, *_amended(offer, Cause.STAFF, reason=command.reason))


def _money_back(
    command: CancelPart, offer: PartQuote
) -> Sequence[CreateRefundRequest | ManualRefund]:
    payment = offer.payment
    if payment is None:
        return ()
    if command.by_hand:
        return (manual_refund(command, payment.correlation_id, offer.amount),)
    if payment.provider == MANUAL:
        raise NotRefundable
    return (_asked(offer, payment, Cause.STAFF, reason=command.reason),)


def _with_request(
    order: Order, asked: CreateRefundRequest, offer: PartQuote
) -> Sequence[OrderStamp]:
    """By policy the pieces are gone at once, or when the provider has accepted (SPEC S2)."""
    if not cancellation.cancels_at_request(order):
        return (asked,)
    return (asked, *_amended(offer, asked.cause))


def _require(order: Order, why: Why) -> None:
    if why is not Why.NOTHING:
        raise cancellation.refused(order, why)


def _require_shown(shown: Money | None, offer: PartQuote) -> None:
    if shown is not None and shown != offer.amount:
        raise QuoteChanged(quote=offer.amount)


def _asked(
    offer: PartQuote, payment: Attempt, cause: Cause, *, reason: str | None = None
) -> CreateRefundRequest:
    return CreateRefundRequest(
        payment=payment.correlation_id,
        payment_reference=payment.reference,
        provider=payment.provider,
        amount=offer.amount,
        fee=offer.fee,
        cause=cause,
        pieces=() if offer.whole else offer.pieces,
        reason=reason,
    )


def _amended(offer: PartQuote, cause: Cause, *, reason: str | None = None) -> Sequence[OrderStamp]:
    amended = OrderAmended(
        pieces=offer.pieces, amount=offer.amount, fee=offer.fee, cause=cause, reason=reason
    )
    return (amended, SeatsReleased(pieces=offer.pieces))


def part_completed(order: Order, refund: Refund) -> Sequence[OrderStamp]:
    """What an accepted refund for some pieces leads to: they are gone, with their seats by policy.

    Nothing while it is not accepted, where it was done, or where the pieces went otherwise since.
    """
    request, cause = refund.request, refund.correlation_id
    done = cause in order.amendments or cause == order.cancelled
    if done or request is None or not request.pieces or not refund.was_accepted:
        return _NOTHING
    if not fits(order.terms.lines, order.which_cancelled, request.pieces):
        return _NOTHING
    if takes_all(order.lines, request.pieces):
        gone = (Cancelled(cause=request.cause), SeatsReleased())
        return gone if order.alive else _NOTHING
    amended = OrderAmended(
        pieces=request.pieces, amount=request.amount, fee=request.fee, cause=request.cause
    )
    freed = SeatsReleased(pieces=request.pieces)
    return (amended, freed) if cancellation.releases(order, refund) else (amended,)


def part_freed(order: Order, part: Amendment) -> bool:
    """Whether the seats of a part that is cancelled go back just now."""
    refund = order.refunds.get(part.correlation_id)
    waits = refund is not None and not cancellation.releases(order, refund)
    return part.correlation_id not in order.freed and not waits


def require_same_part(order: Order, refund: Refund) -> None:
    """A refused refund for some pieces is asked for again only while it is still theirs.

    Raises `QuoteChanged` where other parts were cancelled since, or the pieces are gone.
    """
    request = refund.request
    if request is None or not request.pieces or refund.correlation_id in order.amendments:
        return
    offer = quote(order, request.pieces, waive_fee=not request.fee)
    if offer.whole or offer.amount != request.amount:
        raise QuoteChanged(quote=offer.amount)
