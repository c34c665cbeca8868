"""What each stamp changes in an order. Total: whatever the ledger holds can be folded."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar, assert_never
from uuid import UUID

from ledger.order import money_axis
from ledger.order.state import LinkRequest, Order, Posting
from ledger.recorded import Recorded
from ledger.series import PAYMENT_REFERENCES, order_numbers, payment_reference, receipt_numbers
from ledger.stamp import bound, identity
from ledger.stamps import (
    CancellationRequested,
    Cancelled,
    CreatePaymentFailure,
    CreatePaymentRequest,
    CreatePaymentSuccess,
    CreateRefundFailure,
    CreateRefundRequest,
    CreateRefundSuccess,
    DisputeClosed,
    Disputed,
    Letter,
    ManualRefund,
    OrderPlaced,
    OrderStamp,
    Paid,
    PaymentExpired,
    PaymentFailed,
    PaymentPending,
    ReceiptFailed,
    ReceiptSendStarted,
    ReceiptSent,
    ReceiptUnknown,
    Refunded,
    RefundFailed,
    SeatsReleased,
    SeatsRetaken,
    ZeroPrice,
)

_K = TypeVar("_K")
_V = TypeVar("_V")


def fold(order_id: UUID, history: Iterable[Recorded]) -> Order:
    """The order as it stands after these stamps."""
    order = Order(id=order_id)
    for recorded in history:
        order = evolve(order, recorded)
    return order


def evolve(order: Order, recorded: Recorded) -> Order:
    """The order after one more stamp."""
    known = identity(recorded.correlation_id, recorded.stamp)
    order = replace(
        order,
        version=recorded.version,
        position=recorded.position,
        seen={**order.seen, known: bound(recorded.stamp)},
    )
    return _changed(order, recorded.stamp, recorded)


def _changed(  # noqa: C901 (a dispatching match)
    order: Order, stamp: OrderStamp, recorded: Recorded
) -> Order:
    cause = recorded.correlation_id
    match stamp:
        case OrderPlaced():
            return _placed(order, stamp, recorded)
        case ZeroPrice():
            return replace(order, free_confirmed=cause)
        case (
            CreatePaymentRequest()
            | CreatePaymentSuccess()
            | CreatePaymentFailure()
            | PaymentPending()
            | PaymentFailed()
            | PaymentExpired()
            | Paid()
        ):
            attempt = money_axis.attempt(order.attempts.get(cause), stamp, recorded)
            return (
                order
                if attempt is None
                else replace(order, attempts={**order.attempts, cause: attempt})
            )
        case (
            CreateRefundRequest()
            | CreateRefundSuccess()
            | CreateRefundFailure()
            | Refunded()
            | RefundFailed()
            | ManualRefund()
        ):
            refund = money_axis.refund(order.refunds.get(cause), stamp, recorded)
            return replace(order, refunds={**order.refunds, cause: refund})
        case Disputed() | DisputeClosed():
            dispute = money_axis.dispute(order.disputes.get(stamp.provider_reference), stamp)
            return replace(order, disputes={**order.disputes, stamp.provider_reference: dispute})
        case CancellationRequested():
            return replace(order, links=(*order.links, _link(stamp, recorded)))
        case Cancelled():
            return _cancelled(order, stamp, recorded)
        case SeatsReleased():
            return replace(order, released=True)
        case SeatsRetaken():
            return replace(order, released=False, retaken_position=recorded.position)
        case ReceiptSendStarted() | ReceiptSent() | ReceiptFailed() | ReceiptUnknown():
            return replace(order, postings=_posted(order.postings, stamp, recorded, order))
        case _:
            assert_never(stamp)


def _placed(order: Order, stamp: OrderPlaced, recorded: Recorded) -> Order:
    number = recorded.numbers.get(PAYMENT_REFERENCES, 0)
    return replace(
        order,
        placed=stamp,
        placed_at=recorded.recorded_at,
        correlation_id=recorded.correlation_id,
        number=recorded.numbers.get(order_numbers(stamp.shop), 0),
        payment_reference=payment_reference(recorded.recorded_at.year, number),
    )


def _cancelled(order: Order, stamp: Cancelled, recorded: Recorded) -> Order:
    return replace(
        order,
        cancelled=recorded.correlation_id,
        cancelled_cause=stamp.cause,
        cancelled_position=recorded.position,
        cancelled_at=recorded.recorded_at,
    )


def _link(stamp: CancellationRequested, recorded: Recorded) -> LinkRequest:
    return LinkRequest(
        correlation_id=recorded.correlation_id,
        code_hash=stamp.code_hash,
        code=stamp.code,
        requested_at=recorded.recorded_at,
        position=recorded.position,
    )


_WORDS: Mapping[type, str] = {
    ReceiptSendStarted: "started",
    ReceiptSent: "sent",
    ReceiptFailed: "failed",
    ReceiptUnknown: "unknown",
}


def _posted(
    postings: Mapping[tuple[UUID, Letter], Posting],
    stamp: ReceiptSendStarted | ReceiptSent | ReceiptFailed | ReceiptUnknown,
    recorded: Recorded,
    order: Order,
) -> Mapping[tuple[UUID, Letter], Posting]:
    key = (recorded.correlation_id, stamp.letter)
    before = postings.get(key, Posting())
    number = recorded.numbers.get(receipt_numbers(order.terms.shop), before.number)
    after = replace(
        before,
        number=number,
        tries={**before.tries, stamp.try_number: _word(before, stamp)},
        changed_at=recorded.recorded_at,
        permanent=before.permanent or getattr(stamp, "permanent", False),
        started_at=_started(before, stamp, recorded),
    )
    return {**postings, key: after}


def _word(before: Posting, stamp: Any) -> str:
    """An answer that comes after all is better than not knowing; a claim is worth the least."""
    word, known = _WORDS[type(stamp)], before.tries.get(stamp.try_number, "")
    rank = ("", "started", "unknown", "failed", "sent")
    return max(word, known, key=rank.index)


def _started(before: Posting, stamp: Any, recorded: Recorded) -> Any:
    return recorded.recorded_at if isinstance(stamp, ReceiptSendStarted) else before.started_at
