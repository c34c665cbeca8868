"""What of an order's money a provider paid out, beside what the order itself has of it."""

from uuid import UUID, uuid5

from ledger.kernel.money import Money, zero
from ledger.order.order import Order
from ledger.order.refund import Refund
from ledger.order.stamps import PaidOut

_PAYOUTS = UUID("5c0e6a37-7d3f-4a53-9b52-6f0f4d0f7f3e")


def payout_cause(stamp: PaidOut, *, account: str) -> UUID:
    """The correlation id of such news: one payment, or refund, is paid out once (law 3)."""
    kind = "refund" if stamp.kept_back else "payment"
    return uuid5(_PAYOUTS, f"{stamp.provider}/{account}/{kind}/{stamp.provider_reference}")


def kept_before(order: Order, stamp: PaidOut) -> PaidOut | None:
    """The refund that a payout kept back, if another brings it again because it failed."""
    if stamp.kept_back:
        return None
    return next((one for one in order.payouts.values() if _undoes(stamp, one)), None)


def _undoes(came: PaidOut, kept: PaidOut) -> bool:
    """One name is one refund: a payment's is another."""
    same = (came.provider, came.provider_reference) == (kept.provider, kept.provider_reference)
    return same and kept.kept_back and not came.kept_back


def by_our_books(order: Order, stamp: PaidOut) -> Money:
    """How much the payment, or the refund, is that a provider paid out; nothing if not known.

    A refund that failed, and was kept back and given again, is what it was both times.
    """
    others = order.payouts.values()
    if any(_undoes(stamp, one) or _undoes(one, stamp) for one in others):
        return stamp.amount
    if stamp.kept_back:
        known = (_of_refund(one, stamp) for one in order.refunds.values())
    else:
        known = (
            one.received
            for one in order.attempts.values()
            if (one.provider, one.reference) == (stamp.provider, stamp.provider_reference)
        )
    return next((one for one in known if one is not None), zero(stamp.amount.currency))


def _of_refund(refund: Refund, stamp: PaidOut) -> Money | None:
    name = stamp.provider_reference
    if name in refund.gone:
        return None
    return refund.settled.get(name, refund.accepted.get(name))
