"""What each stamp changes in an order. Total: whatever the ledger holds can be folded."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from ledger.kernel.changing import made
from ledger.kernel.events import Recorded
from ledger.order import attempt_news, posting_news, refund_news
from ledger.order.attempt_news import AttemptSoFar
from ledger.order.correction import withdrawal
from ledger.order.numbers import PAYMENT_REFERENCES, order_numbers
from ledger.order.order import Order, dispute, link_request
from ledger.order.posting_news import PostingSoFar
from ledger.order.refund_news import RefundSoFar
from ledger.order.stamps import (
    CancellationRequested,
    CancellationWithdrawn,
    Cancelled,
    CreatePaymentRequest,
    CreateVoidRequest,
    DisputeClosed,
    Disputed,
    OrderPlaced,
    PaymentAssigned,
    PaymentWithdrawn,
    ReceiptResendRequested,
    SeatsReleased,
    SeatsRetaken,
    ZeroPrice,
)
from ledger.order.working import Folding, thawed, unbegun

Change = Callable[[Folding, Any, Recorded], None]


def fold(order_id: UUID, history: Iterable[Recorded]) -> Order:
    """The order as it stands after these stamps."""
    return _after(unbegun(order_id), history)


def begun(order_id: UUID) -> Order:
    """An order without any stamp."""
    return _after(unbegun(order_id), ())


def evolve(order: Order, recorded: Recorded) -> Order:
    """The order after one more stamp."""
    return _after(thawed(order), (recorded,))


def folded_on(order: Order, history: Iterable[Recorded]) -> Order:
    """The order after these further stamps."""
    return _after(thawed(order), history)


def _after(folding: Folding, history: Iterable[Recorded]) -> Order:
    """All stamps change one working copy that nobody else sees; what leaves here is frozen."""
    fields, recorded = folding.fields, None
    seen = fields["seen"]
    for recorded in history:
        stamp = recorded.stamp
        seen = (seen, recorded.correlation_id, stamp)
        CHANGES[type(stamp)](folding, stamp, recorded)
    if recorded is not None:
        fields["version"], fields["position"] = recorded.version, recorded.position
        fields["seen"] = seen
    return made(Order, fields)


def _placed(folding: Folding, stamp: OrderPlaced, recorded: Recorded) -> None:
    fields, numbers = folding.fields, recorded.numbers
    fields["placed"] = stamp
    fields["placed_at"] = recorded.recorded_at
    fields["correlation_id"] = recorded.correlation_id
    fields["number"] = numbers.get(order_numbers(stamp.shop), 0) if numbers else 0
    fields["payment_number"] = numbers.get(PAYMENT_REFERENCES, 0)


def _free(folding: Folding, stamp: ZeroPrice, recorded: Recorded) -> None:
    folding.fields["free_confirmed"] = recorded.correlation_id


def _asked(folding: Folding, stamp: CreatePaymentRequest, recorded: Recorded) -> None:
    cause = recorded.correlation_id
    one = folding.attempt(cause)
    if one is None:
        folding.begin_attempt(cause, attempt_news.requested(stamp, recorded))
    else:
        attempt_news.requested_again(one, stamp)


def _assigned(folding: Folding, stamp: PaymentAssigned, recorded: Recorded) -> None:
    folding.begin_attempt(recorded.correlation_id, attempt_news.assigned(stamp, recorded))


def _of_attempt(change: Callable[[AttemptSoFar, Any, Recorded], None]) -> Change:
    """News of an attempt that we never made changes nothing."""

    def told(folding: Folding, stamp: Any, recorded: Recorded) -> None:
        one = folding.attempt(recorded.correlation_id)
        if one is not None:
            change(one, stamp, recorded)

    return told


def _voiding(folding: Folding, stamp: CreateVoidRequest, recorded: Recorded) -> None:
    """It stands under what called for it, and names the attempt."""
    one = folding.attempt(stamp.payment)
    if one is not None:
        attempt_news.NEWS[CreateVoidRequest](one, stamp, recorded)


def _of_refund(change: Callable[[RefundSoFar, Any, Recorded], None]) -> Change:
    """A refund that we never asked for begins with its first news."""

    def told(folding: Folding, stamp: Any, recorded: Recorded) -> None:
        cause = recorded.correlation_id
        one = folding.refund(cause)
        if one is None:
            one = refund_news.first_told(stamp, recorded)
            folding.begin_refund(cause, one)
        change(one, stamp, recorded)
        one["last_position"] = recorded.position

    return told


def _disputing(folding: Folding, stamp: Disputed | DisputeClosed, recorded: Recorded) -> None:
    disputes, reference = folding.room("disputes"), stamp.provider_reference
    disputes[reference] = dispute(disputes.get(reference), recorded)


def _linked(folding: Folding, stamp: CancellationRequested, recorded: Recorded) -> None:
    fields = folding.fields
    fields["links"] = (*fields["links"], link_request(stamp, recorded))


def _cancelled(folding: Folding, stamp: Cancelled, recorded: Recorded) -> None:
    fields = folding.fields
    fields["cancelled"] = recorded.correlation_id
    fields["cancelled_cause"] = stamp.cause
    fields["cancelled_position"] = recorded.position
    fields["cancelled_at"] = recorded.recorded_at


def _released(folding: Folding, stamp: SeatsReleased, recorded: Recorded) -> None:
    folding.fields["released"] = True


def _retaken(folding: Folding, stamp: SeatsRetaken, recorded: Recorded) -> None:
    folding.fields["released"] = False
    folding.fields["retaken_position"] = recorded.position


def _payment_withdrawn(folding: Folding, stamp: PaymentWithdrawn, recorded: Recorded) -> None:
    fields, taken = folding.fields, withdrawal(stamp, recorded)
    fields["withdrawals"] = (*fields["withdrawals"], taken)
    one = folding.attempt(stamp.payment)
    if one is not None:
        attempt_news.taken_back(one, taken)


def _cancellation_withdrawn(
    folding: Folding, stamp: CancellationWithdrawn, recorded: Recorded
) -> None:
    fields = folding.fields
    fields["withdrawals"] = (*fields["withdrawals"], withdrawal(stamp, recorded))
    fields["cancelled"], fields["cancelled_cause"] = None, None
    fields["cancelled_position"], fields["cancelled_at"] = 0, None
    fields["released"] = False


def _of_letter(change: Callable[[PostingSoFar, Any, Recorded], None]) -> Change:
    def told(folding: Folding, stamp: Any, recorded: Recorded) -> None:
        change(folding.posting(recorded.correlation_id, stamp.letter), stamp, recorded)

    return told


def _wanted_again(folding: Folding, stamp: ReceiptResendRequested, recorded: Recorded) -> None:
    """It names the letter that was sent, or tried, before."""
    posting_news.wanted_again(folding.posting(stamp.receipt, stamp.letter), stamp, recorded)


# What changes an order, by type of stamp. A test compares this table with the union of all stamps.
# A table, because a fold is run for every stamp of the ledger, and a `match` asks type after type.
CHANGES: Mapping[type, Change] = {
    OrderPlaced: _placed,
    ZeroPrice: _free,
    CreatePaymentRequest: _asked,
    PaymentAssigned: _assigned,
    **{kind: _of_attempt(change) for kind, change in attempt_news.NEWS.items()},
    CreateVoidRequest: _voiding,
    **{kind: _of_refund(change) for kind, change in refund_news.NEWS.items()},
    Disputed: _disputing,
    DisputeClosed: _disputing,
    CancellationRequested: _linked,
    Cancelled: _cancelled,
    SeatsReleased: _released,
    SeatsRetaken: _retaken,
    PaymentWithdrawn: _payment_withdrawn,
    CancellationWithdrawn: _cancellation_withdrawn,
    **{kind: _of_letter(change) for kind, change in posting_news.NEWS.items()},
    ReceiptResendRequested: _wanted_again,
}
