"""An order while it is being folded: the one place where its axes are changed in place."""

from datetime import datetime
from typing import Any, TypedDict, cast
from uuid import UUID

from ledger.order.attempts import Attempt
from ledger.order.disputes import Dispute
from ledger.order.links import LinkRequest
from ledger.order.once import words_of
from ledger.order.postings import Posting
from ledger.order.refunds import Refund
from ledger.order.seen import Seen
from ledger.order.state import Order
from ledger.stamps import Cause, Letter, OrderPlaced


class Working(TypedDict):
    """The fields of an `Order`, one by one. A test compares the two."""

    id: UUID
    version: int
    placed: OrderPlaced | None
    number: int
    payment_number: int
    placed_at: datetime | None
    correlation_id: UUID | None
    free_confirmed: UUID | None
    attempts: dict[UUID, Attempt]
    refunds: dict[UUID, Refund]
    disputes: dict[str, Dispute]
    cancelled: UUID | None
    cancelled_cause: Cause | None
    cancelled_position: int
    cancelled_at: datetime | None
    released: bool
    retaken_position: int
    links: tuple[LinkRequest, ...]
    postings: dict[tuple[UUID, Letter], Posting]
    position: int
    seen: Seen
    answers: dict[Any, Any]


_WORDS = words_of(Order)


def thawed(order: Order) -> Working:
    """A working copy: nothing that is done to it is seen through the order."""
    fields = order.__dict__.copy()
    for name in _WORDS & fields.keys():
        del fields[name]
    state = cast(Working, fields)
    state["attempts"] = {**order.attempts}
    state["refunds"] = {**order.refunds}
    state["disputes"] = {**order.disputes}
    state["postings"] = {**order.postings}
    state["answers"] = {}
    return state
