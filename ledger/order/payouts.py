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


def by_our_books(order: Order, stamp: PaidOut) -> Money:
    """How much the payment, or the refund, is that a provider paid out; nothing if not known."""
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
