"""What each stamp changes in an order. Total: whatever the ledger holds can be folded."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast, get_args
from uuid import UUID

from ledger.order.attempts import PaymentStamp, attempt, reserving
from ledger.order.authorizations import AuthorizationStamp
from ledger.order.changing import made
from ledger.order.disputes import dispute
from ledger.order.links import link_request
from ledger.order.postings import PostingStamp, posting, wanted_again
from ledger.order.refunds import RefundStamp, refund
from ledger.order.state import Order
from ledger.order.working import Working, thawed
from ledger.recorded import Recorded
from ledger.series import PAYMENT_REFERENCES, order_numbers, receipt_numbers
from ledger.stamps import (
    CancellationRequested,
    Cancelled,
    CreateVoidRequest,
    DisputeClosed,
    Disputed,
    OrderPlaced,
    ReceiptResendRequested,
    SeatsReleased,
    SeatsRetaken,
    ZeroPrice,
)


def fold(order_id: UUID, history: Iterable[Recorded]) -> Order:
    """The order as it stands after these stamps."""
    return _after(_begun(order_id), history)


def begun(order_id: UUID) -> Order:
    """An order without any stamp."""
    return _after(_begun(order_id), ())


def evolve(order: Order, recorded: Recorded) -> Order:
    """The order after one more stamp."""
    return _after(thawed(order), (recorded,))


def folded_on(order: Order, history: Iterable[Recorded]) -> Order:
    """The order after these further stamps."""
    return _after(thawed(order), history)


def _after(state: Working, history: Iterable[Recorded]) -> Order:
    """All stamps change one working state that nobody else sees; what leaves here is frozen."""
    for recorded in history:
        stamp = recorded.stamp
        state["version"], state["position"] = recorded.version, recorded.position
        state["seen"] = (state["seen"], recorded.correlation_id, stamp)
        CHANGES[type(stamp)](state, stamp, recorded)
    return made(Order, cast(dict[str, Any], state))


_UNBEGUN = Order(id=UUID(int=0))


def _begun(order_id: UUID) -> Working:
    """A copy of an empty order: cheaper than running the initializer of so many fields."""
    state = thawed(_UNBEGUN)
    state["id"] = order_id
    return state


def _placed(state: Working, stamp: OrderPlaced, recorded: Recorded) -> None:
    state["placed"] = stamp
    state["placed_at"] = recorded.recorded_at
    state["correlation_id"] = recorded.correlation_id
    state["number"] = recorded.numbers.get(order_numbers(stamp.shop), 0)
    state["payment_number"] = recorded.numbers.get(PAYMENT_REFERENCES, 0)


def _free(state: Working, stamp: ZeroPrice, recorded: Recorded) -> None:
    state["free_confirmed"] = recorded.correlation_id


def _paying(state: Working, stamp: PaymentStamp, recorded: Recorded) -> None:
    cause = recorded.correlation_id
    after = attempt(state["attempts"].get(cause), stamp, recorded)
    if after is not None:
        state["attempts"][cause] = after


def _reserving(state: Working, stamp: AuthorizationStamp, recorded: Recorded) -> None:
    cause = recorded.correlation_id
    if isinstance(stamp, CreateVoidRequest):
        cause = stamp.payment
    before = state["attempts"].get(cause)
    if before is not None:
        state["attempts"][cause] = reserving(before, stamp, recorded)


def _refunding(state: Working, stamp: RefundStamp, recorded: Recorded) -> None:
    cause = recorded.correlation_id
    state["refunds"][cause] = refund(state["refunds"].get(cause), stamp, recorded)


def _disputing(state: Working, stamp: Disputed | DisputeClosed, recorded: Recorded) -> None:
    reference = stamp.provider_reference
    state["disputes"][reference] = dispute(state["disputes"].get(reference), stamp)


def _linked(state: Working, stamp: CancellationRequested, recorded: Recorded) -> None:
    state["links"] = (*state["links"], link_request(stamp, recorded))


def _cancelled(state: Working, stamp: Cancelled, recorded: Recorded) -> None:
    state["cancelled"] = recorded.correlation_id
    state["cancelled_cause"] = stamp.cause
    state["cancelled_position"] = recorded.position
    state["cancelled_at"] = recorded.recorded_at


def _released(state: Working, stamp: SeatsReleased, recorded: Recorded) -> None:
    state["released"] = True


def _retaken(state: Working, stamp: SeatsRetaken, recorded: Recorded) -> None:
    state["released"] = False
    state["retaken_position"] = recorded.position


def _posting(state: Working, stamp: PostingStamp, recorded: Recorded) -> None:
    assert state["placed"] is not None, "a letter of an order that was never placed"
    key = (recorded.correlation_id, stamp.letter)
    series = receipt_numbers(state["placed"].shop)
    state["postings"][key] = posting(state["postings"].get(key), stamp, recorded, series=series)


def _wanted_again(state: Working, stamp: ReceiptResendRequested, recorded: Recorded) -> None:
    key = (stamp.receipt, stamp.letter)
    state["postings"][key] = wanted_again(state["postings"].get(key), stamp, recorded)


# What changes an order, by type of stamp: each room's own `match` ends in `assert_never`, and a
# test compares this table with the union of all stamps. A table, because a fold is run for every
# stamp of the ledger, and a `match` asks type after type.
CHANGES: Mapping[type, Callable[[Working, Any, Recorded], None]] = {
    OrderPlaced: _placed,
    ZeroPrice: _free,
    **dict.fromkeys(get_args(PaymentStamp), _paying),
    **dict.fromkeys(get_args(AuthorizationStamp), _reserving),
    **dict.fromkeys(get_args(RefundStamp), _refunding),
    Disputed: _disputing,
    DisputeClosed: _disputing,
    CancellationRequested: _linked,
    Cancelled: _cancelled,
    SeatsReleased: _released,
    SeatsRetaken: _retaken,
    **dict.fromkeys(get_args(PostingStamp), _posting),
    ReceiptResendRequested: _wanted_again,
}
