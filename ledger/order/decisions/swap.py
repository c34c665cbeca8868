"""Swapping lines: pieces of one order go, and a new order has what comes for them (ADR 0061).

The old order's side. The new one is placed by `place`, in the same append.
"""

from collections.abc import Sequence
from uuid import UUID

from ledger.kernel.events import derived
from ledger.kernel.money import Money, zero
from ledger.kernel.refusals import NotRefundable
from ledger.order import cancellation_policy as cancellation
from ledger.order.cancellation_policy import Why
from ledger.order.commands import SwapLines, TakenOver
from ledger.order.decisions.staff import MANUAL, require_unmoved
from ledger.order.order import Order
from ledger.order.part_policy import PartQuote, quote, staff_hindrance
from ledger.order.payable import awaits_payer
from ledger.order.stamps import (
    Cancelled,
    Cause,
    CreateRefundRequest,
    LinesSwapped,
    ManualRefund,
    OrderAmended,
    OrderStamp,
    SeatsReleased,
)


def placed_under(swap: UUID) -> UUID:
    """The correlation id under which the new order of a swap is placed."""
    return derived(swap, "swap")


def swap_lines(command: SwapLines, order: Order) -> Sequence[OrderStamp]:
    """What the old order gives up, and what of its money is set against the new one.

    Raises what cancelling a part raises.
    """
    if command.correlation_id in order.swaps:
        return ()
    require_unmoved(command.version, order)
    if awaits_payer(order):
        gone = Cancelled(cause=Cause.STAFF, reason=command.reason)
        return (_swapped(command, zero(order.currency)), gone, SeatsReleased())
    offer = _offer(command, order)
    price = command.place.expected_total
    assert price is not None, "what the new order costs was shown"
    set_off = min(offer.amount, price)
    back = _money(command, offer, set_off)
    told = _swapped(command, set_off)
    if offer.whole:
        return (*back, told, Cancelled(cause=Cause.STAFF, reason=command.reason), SeatsReleased())
    amended = OrderAmended(
        pieces=offer.pieces,
        amount=offer.amount,
        fee=offer.fee,
        cause=Cause.STAFF,
        reason=command.reason,
    )
    return (*back, told, amended, SeatsReleased(pieces=offer.pieces))


def _swapped(command: SwapLines, amount: Money) -> LinesSwapped:
    return LinesSwapped(order=command.place.order, amount=amount)


def _offer(command: SwapLines, order: Order) -> PartQuote:
    """The pieces and their price. All that is left may go though the shop sells no parts."""
    why = staff_hindrance(order)
    if why not in (Why.NOTHING, Why.NO_PARTS):
        raise cancellation.refused(order, why)
    offer = quote(order, command.pieces, waive_fee=True)
    if why is Why.NO_PARTS and not offer.whole:
        raise cancellation.refused(order, why)
    return offer


def _money(command: SwapLines, offer: PartQuote, set_off: Money) -> Sequence[OrderStamp]:
    """One part is returned by hand, as the new order's money; the rest as it came, or by hand."""
    payment, rest = offer.payment, offer.amount - set_off
    if payment is None:
        return ()
    by_hand = offer.amount if command.by_hand else set_off
    handed = ManualRefund(payment=payment.correlation_id, amount=by_hand, reason=command.reason)
    stamps: list[OrderStamp] = [handed] if by_hand else []
    if rest and not command.by_hand:
        if payment.provider == MANUAL:
            raise NotRefundable
        stamps.append(
            CreateRefundRequest(
                payment=payment.correlation_id,
                payment_reference=payment.reference,
                provider=payment.provider,
                amount=rest,
                fee=zero(rest.currency),
                cause=Cause.STAFF,
                reason=command.reason,
            )
        )
    return stamps


def taken_over(order: Order, stamps: Sequence[OrderStamp]) -> TakenOver | None:
    """What the new order takes over by these stamps of the old one; None where they are none."""
    live = all(one.live for one in order.attempts.values())
    for one in stamps:
        if isinstance(one, LinesSwapped):
            return TakenOver(order=order.id, amount=one.amount, live=live)
    return None
