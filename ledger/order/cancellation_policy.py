"""Deadline, quote and eligibility of self-service cancellation: the single source of truth."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from ledger.kernel.clocks import after, within
from ledger.kernel.money import Money, percent_of, total, zero
from ledger.order.order import LinkRequest, Order
from ledger.order.refund import Refund
from ledger.order.status import Status, status
from ledger.shop.stamps import Release

LINK_LIFETIME = timedelta(hours=24)
LINK_PAUSE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What a cancellation returns, and what is kept back. `payment` is None for a free order."""

    amount: Money
    fee: Money
    payment: UUID | None
    payment_reference: str = ""
    provider: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligibility:
    """Whether an order may be cancelled by its holder. `reason` is a code, empty when allowed."""

    allowed: bool
    reason: str
    deadline: datetime | None
    inputs: Mapping[str, object]


def deadline(order: Order) -> datetime | None:
    """Order time + N days of 24 hours, capped at the shop's start; None without self-service."""
    days = order.terms.cancellation.period_days
    if days <= 0 or order.placed_at is None:
        return None
    return min(after(order.placed_at, days=days), within(order.terms.starts_at))


def quote(order: Order) -> Quote:
    """The refund that a cancellation would bring: what is held of the payment, less the fee.

    Where parts were cancelled before, the fee is what is still to be kept of the fee of all; what
    was kept of it already stays.
    """
    paid = [one for one in order.paid_attempts if order.held_by(one.correlation_id).amount > 0]
    if not paid:
        nothing = zero(order.currency)
        return Quote(amount=nothing, fee=nothing, payment=None)
    held = order.held_by(paid[0].correlation_id)
    share = max(zero(order.currency), held - order.fees_of_parts)
    fee = fee_of(order, share)
    return Quote(
        amount=share - fee,
        fee=fee,
        payment=paid[0].correlation_id,
        payment_reference=paid[0].reference,
        provider=paid[0].provider,
    )


def fee_of(order: Order, share: Money) -> Money:
    """The fee for one more share of the payment.

    It is the fee of all shares together, rounded once, less that of the earlier ones: in however
    many parts an order is cancelled, they come to the fee of the whole, and the fixed amount is
    kept once.
    """
    shares = [one.amount + one.fee for one in order.amendments.values()]
    before = total(shares, order.currency)
    return _fee(order, before + share) - _fee(order, before)


def _fee(order: Order, share: Money) -> Money:
    policy = order.terms.cancellation
    fee = policy.fee_fixed + percent_of(share, Decimal(policy.fee_percent))
    return min(fee, share)


def eligibility(order: Order, now: datetime) -> Eligibility:
    """Page, letter, API and command all ask here (SPEC X1)."""
    until = deadline(order)
    reason = hindrance(order, now, until)
    return Eligibility(
        allowed=not reason, reason=reason, deadline=until, inputs=inputs(order, until)
    )


def inputs(order: Order, until: datetime | None) -> Mapping[str, object]:
    """What the rule looked at, so that every no can explain itself."""
    return {
        "status": status(order).value,
        "deadline": until.isoformat() if until else None,
        "total": order.due.amount,
        "providers": sorted({one.provider for one in order.paid_attempts}),
    }


def hindrance(order: Order, now: datetime, until: datetime | None) -> str:
    """What stands in the way of a cancellation, as a code; empty if nothing does."""
    word = status(order)
    if not order.alive:
        return "cancelled"
    if word is Status.DISPUTED:
        return "disputed"
    if word in (Status.REFUND_REQUESTED, Status.REFUND_FAILED):
        return "refund_under_way"
    if word is not Status.PAID and not only_parts_returned(order):
        return "not_paid"
    if until is None:
        return "no_self_service"
    if now >= until:
        return "too_late"
    refundable = all(one.provider != "manual" for one in order.standing_payments)
    return "" if refundable and _one_payment(order) else "not_refundable"


def only_parts_returned(order: Order) -> bool:
    """Some money went back, and all of it for parts that were cancelled: the rest is paid."""
    if status(order) is not Status.PARTIALLY_REFUNDED:
        return False
    others = (one for one in order.refunds.values() if one.correlation_id not in order.amendments)
    return order.confirmed and not any(one.returned(order.currency) for one in others)


def _one_payment(order: Order) -> bool:
    """Two payments on one order are for a person to sort out first."""
    return len(order.standing_payments) <= 1


def cancels_at_request(order: Order) -> bool:
    """Whether a confirmed cancellation stands whatever its refund's answer will be (SPEC X4)."""
    return order.terms.cancellation.release is Release.AT_REQUEST


def releases(order: Order, refund: Refund) -> bool:
    """Whether the shop's policy frees the seats as this refund stands (SPEC S2)."""
    match order.terms.cancellation.release:
        case Release.AT_REQUEST:
            return True
        case Release.AT_REFUND_ACCEPTED:
            return refund.was_accepted
        case Release.AT_REFUND_SETTLED:
            return bool(refund.returned(order.currency))


def frees_seats(order: Order) -> bool:
    """Whether a cancelled order's seats go back just now; an order that lives keeps its own."""
    if order.released or order.alive:
        return False
    refund = order.refund_of(order.cancelled)
    return refund is None or releases(order, refund)


def link_is_valid(order: Order, link: LinkRequest, now: datetime) -> bool:
    """The newest, younger than 24 hours, and not used by a refund or a cancellation."""
    newest = order.newest_link
    return (
        newest is not None
        and newest.correlation_id == link.correlation_id
        and now < link.requested_at + LINK_LIFETIME
        and link.correlation_id not in order.refunds
        and link.correlation_id not in order.amendments
        and link.correlation_id != order.cancelled
    )
