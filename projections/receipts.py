"""The receipts that orders call for: one per correlation id, and a correction where one failed."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from ledger.kernel.money import Money, total, zero
from ledger.order.due import Due
from ledger.order.letter_delivery import Posting
from ledger.order.letters_due import RECEIPTS, owed
from ledger.order.order import Order
from ledger.order.refund import Refund
from ledger.order.stamps import Letter
from projections.engine.projection import Projection, column


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """`number` comes with the first try to send it; `state` is how far its letter has come."""

    stream: UUID
    correlation_id: UUID
    kind: str
    number: int | None
    amount: int
    currency: str
    state: str


def receipts(order: Order) -> Sequence[Receipt]:
    """The receipts of an order, sent or not."""
    return [_receipt(order, due) for due in owed(order) if due.letter in RECEIPTS]


def _receipt(order: Order, due: Due) -> Receipt:
    posting = order.postings.get((due.correlation_id, due.letter), Posting())
    return Receipt(
        stream=order.id,
        correlation_id=due.correlation_id,
        kind=str(due.letter),
        number=posting.number,
        amount=column(_amount(order, due).amount),
        currency=order.currency,
        state=posting.state,
    )


def _amount(order: Order, due: Due) -> Money:
    """What the receipt is about: what came, or what goes back; a cancellation moves nothing."""
    if due.letter is Letter.PAID:
        attempt = order.attempts.get(due.correlation_id)
        return (attempt.marked if attempt else None) or zero(order.currency)
    if due.letter is Letter.CORRECTION:
        taken = (one.amount for one in order.withdrawals if one.under == due.correlation_id)
        return next(taken, None) or _returned(order, due)
    return _returned(order, due)


def _returned(order: Order, due: Due) -> Money:
    refund, nothing = order.refunds.get(due.correlation_id), zero(order.currency)
    return nothing if refund is None or due.letter is Letter.CANCELLED else _promised(refund, order)


def _promised(refund: Refund, order: Order) -> Money:
    by_hand = [refund.manual] if refund.manual else []
    if refund.request is not None:
        beside = by_hand if refund.swapped else []
        return total([refund.request.amount, *beside], order.currency)
    told = {**refund.accepted, **refund.settled}
    return total([*told.values(), *by_hand], order.currency)


RECEIPTS_OWED = Projection(
    name="receipts",
    version=2,
    row=Receipt,
    key=("correlation_id", "kind"),
    rows={Order: receipts},
)
