"""Deadline, quote and eligibility of self-service cancellation: the single source of truth."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from ledger.kernel.clocks import after, within
from ledger.kernel.money import Money, percent_of, total, zero
from ledger.kernel.refusals import NotCancellable
from ledger.order.admission import any_used, used_pieces
from ledger.order.amendment import left_of
from ledger.order.order import LinkRequest, Order
from ledger.order.refund import Refund
from ledger.order.status import Status, status
from ledger.payments.capabilities import capability
from ledger.shop.stamps import CancellationPolicy, Preferences, Release

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


class Why(StrEnum):
    """What stands in the way of a cancellation: each has one sentence for people."""

    NOTHING = ""
    CANCELLED = "cancelled"
    CANCELLED_NOT_RETURNED = "cancelled_not_returned"
    DISPUTED = "disputed"
    REFUND_UNDER_WAY = "refund_under_way"
    REFUND_FAILED = "refund_failed"
    UNPAID = "unpaid"
    NOT_COME = "not_come"
    AT_THE_BANK = "at_the_bank"
    PART_MISSING = "part_missing"
    AUTHORIZED = "authorized"
    PARTLY_RETURNED = "partly_returned"
    RETURNED = "returned"
    CHARGED_BACK = "charged_back"
    NO_SELF_SERVICE = "no_self_service"
    TOO_LATE = "too_late"
    PAID_BY_HAND = "paid_by_hand"
    SEVERAL_PAYMENTS = "several_payments"
    NO_PARTS = "no_parts"
    REST_IS_FREE = "rest_is_free"
    KEPT = "kept"
    TICKET_USED = "ticket_used"
    SOME_USED = "some_used"
    PIECES_USED = "pieces_used"


# The code of each for programs, where it is not its own: coarser, and older.
_REASONS = {
    Why.CANCELLED_NOT_RETURNED: "cancelled",
    Why.REFUND_FAILED: "refund_under_way",
    Why.UNPAID: "not_paid",
    Why.NOT_COME: "not_paid",
    Why.AT_THE_BANK: "not_paid",
    Why.PART_MISSING: "not_paid",
    Why.AUTHORIZED: "not_paid",
    Why.PARTLY_RETURNED: "not_paid",
    Why.RETURNED: "not_paid",
    Why.CHARGED_BACK: "not_paid",
    Why.PAID_BY_HAND: "not_refundable",
    Why.SEVERAL_PAYMENTS: "not_refundable",
    Why.SOME_USED: "ticket_used",
    Why.PIECES_USED: "ticket_used",
}


def reason_of(why: Why) -> str:
    """Its code for programs."""
    return _REASONS.get(why, str(why))


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligibility:
    """Whether an order may be cancelled by its holder: `why` not, until when, by what.

    `deadline` is None where the policy knows no self-service. `quote` is what it would bring.
    """

    why: Why
    deadline: datetime | None
    quote: Quote
    inputs: Mapping[str, object]

    @property
    def allowed(self) -> bool:
        return self.why is Why.NOTHING

    @property
    def possible(self) -> bool:
        """Whether all of it, or those tickets that nobody has used, may be cancelled."""
        return self.why in (Why.NOTHING, Why.SOME_USED)

    @property
    def reason(self) -> str:
        """The code for programs; empty when allowed."""
        return reason_of(self.why)


def _deadline(order: Order) -> datetime | None:
    """Order time + N days of 24 hours, capped at the shop's start; None without self-service.

    Of a shop that was moved, the latest start that the order was told caps it: a move never takes
    time away that was promised before.
    """
    if order.placed_at is None:
        return None
    return _until(order.terms.cancellation, order.placed_at, order.latest_start)


def _until(policy: CancellationPolicy, placed_at: datetime, start: datetime) -> datetime | None:
    if policy.period_days <= 0:
        return None
    return min(after(placed_at, days=policy.period_days), within(start))


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What an order would be promised if it were placed now and paid.

    `why` it could never be cancelled, else until when, and what would be kept back.
    """

    why: Why
    deadline: datetime | None
    fee: Money


def promise(terms: Preferences, price: Money, now: datetime) -> Promise:
    """The policy's answer before anybody orders: `eligibility` will say the same of the order."""
    until = _until(terms.cancellation, now, terms.starts_at)
    why = Why.NOTHING
    if until is None:
        why = Why.NO_SELF_SERVICE
    elif until <= now:
        why = Why.TOO_LATE
    elif price and capability(terms.provider).by_hand:
        why = Why.PAID_BY_HAND
    return Promise(why=why, deadline=until, fee=_kept_of(terms.cancellation, price))


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
    return _kept_of(order.terms.cancellation, share)


def _kept_of(policy: CancellationPolicy, share: Money) -> Money:
    fee = policy.fee_fixed + percent_of(share, Decimal(policy.fee_percent))
    return min(fee, share)


def eligibility(order: Order, now: datetime) -> Eligibility:
    """Page, letter, API and command all ask here, and nobody answers by themselves (SPEC X1)."""
    until = _deadline(order)
    return Eligibility(
        why=_why_not(order, now, until),
        deadline=until,
        quote=quote(order),
        inputs=_inputs(order, now, until),
    )


def refused(order: Order, why: Why, now: datetime | None = None) -> NotCancellable:
    """The no that this is, with everything that the rule looked at; `now` where time counts."""
    inputs = _inputs(order, now, _deadline(order))
    return NotCancellable(code=reason_of(why), why=why, inputs=inputs)


def _inputs(order: Order, now: datetime | None, until: datetime | None) -> Mapping[str, object]:
    """What the rule looks at, so that every no can explain itself."""
    return {
        "at": now.isoformat() if now else None,
        "status": status(order).value,
        "cancelled": not order.alive,
        "placed_at": order.placed_at.isoformat() if order.placed_at else None,
        "period_days": order.terms.cancellation.period_days,
        "starts_at": order.starts_at.isoformat(),
        "deadline": until.isoformat() if until else None,
        "total": order.due.amount,
        "received": order.received.amount,
        "providers": sorted({one.provider for one in order.paid_attempts}),
        "payments": len(order.standing_payments),
        "under_way": bool(order.under_way),
        "ticket_used": any_used(order),
    }


def apart_from_time(order: Order) -> Eligibility:
    """The answer as it is just before the deadline, however late it is."""
    until = _deadline(order) or order.placed_at
    assert until is not None, "only asked of an order that was placed"
    return eligibility(order, until - timedelta(microseconds=1))


def _why_not(order: Order, now: datetime, until: datetime | None) -> Why:
    word = status(order)
    if not order.alive:
        failed = word is Status.REFUND_FAILED
        return Why.CANCELLED_NOT_RETURNED if failed else Why.CANCELLED
    if word in _IN_THE_WAY:
        return _IN_THE_WAY[word]
    if word is not Status.PAID and not only_parts_returned(order):
        return _why_unpaid(order, word)
    why = _why_no_more(order, now, until)
    if any_used(order):
        return Why.SOME_USED if why is Why.NOTHING and _some_unused(order) else Why.TICKET_USED
    return why


def _why_no_more(order: Order, now: datetime, until: datetime | None) -> Why:
    if until is None:
        return Why.NO_SELF_SERVICE
    if now >= until:
        return Why.TOO_LATE
    return _why_not_refundable(order)


def _some_unused(order: Order) -> bool:
    """Whether there are pieces that may go by themselves, and that nobody came in with."""
    used, gone, lines = used_pieces(order), order.which_cancelled, order.terms.lines
    return order.terms.cancellation.parts and any(
        not used.get(place, frozenset()).issuperset(left_of(lines, gone, place))
        for place in range(len(lines))
    )


def only_parts_returned(order: Order) -> bool:
    """Some money went back, and all of it for parts that were cancelled: the rest is paid."""
    if status(order) is not Status.PARTIALLY_REFUNDED:
        return False
    others = (one for one in order.refunds.values() if one.correlation_id not in order.amendments)
    return order.confirmed and not any(one.returned(order.currency) for one in others)


_IN_THE_WAY = {
    Status.DISPUTED: Why.DISPUTED,
    Status.REFUND_REQUESTED: Why.REFUND_UNDER_WAY,
    Status.REFUND_FAILED: Why.REFUND_FAILED,
}
_UNPAID = {
    Status.AUTHORIZED: Why.AUTHORIZED,
    Status.PENDING: Why.NOT_COME,
    Status.PARTIALLY_REFUNDED: Why.PARTLY_RETURNED,
    Status.REFUNDED: Why.RETURNED,
    Status.CHARGED_BACK: Why.CHARGED_BACK,
}


def _why_unpaid(order: Order, word: Status) -> Why:
    if order.under_way:
        return Why.AT_THE_BANK
    if word is Status.PENDING and order.received:
        return Why.PART_MISSING
    return _UNPAID.get(word, Why.UNPAID)


def _why_not_refundable(order: Order) -> Why:
    """Every payment is by a provider that can refund; two are for a person to sort out first."""
    if any(capability(one.provider).by_hand for one in order.standing_payments):
        return Why.PAID_BY_HAND
    return Why.SEVERAL_PAYMENTS if len(order.standing_payments) > 1 else Why.NOTHING


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


def link_is_used(order: Order, link: LinkRequest) -> bool:
    """Whether this link's cancellation, of the order or of a part, was confirmed."""
    return link.correlation_id in (*order.refunds, *order.amendments, order.cancelled)


def code_hash(code: str) -> str:
    """How a one-time code is stored: SHA-256 in hexadecimal; the code has 256 bits of its own."""
    return hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()


def link_is_valid(order: Order, link: LinkRequest, now: datetime) -> bool:
    """The newest, younger than 24 hours, and not used by a refund or a cancellation."""
    newest = order.newest_link
    return (
        newest is not None
        and newest.correlation_id == link.correlation_id
        and now < link.requested_at + LINK_LIFETIME
        and not link_is_used(order, link)
    )


def link_just_sent(order: Order, now: datetime) -> bool:
    """Whether the newest link is so young that no other is sent yet."""
    newest = order.newest_link
    return newest is not None and now < newest.requested_at + LINK_PAUSE
