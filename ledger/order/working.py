"""An order while it is being folded: the one place where its axes are changed in place."""

from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from ledger.order.attempt_news import AttemptSoFar
from ledger.order.attempts import Attempt
from ledger.order.changing import fields_of, made, reopened
from ledger.order.disputes import Dispute
from ledger.order.links import LinkRequest
from ledger.order.once import words_of
from ledger.order.posting_news import PostingSoFar, untouched
from ledger.order.postings import Posting
from ledger.order.refund_news import RefundSoFar
from ledger.order.refunds import Refund
from ledger.order.seen import Seen
from ledger.order.state import Order
from ledger.order.withdrawals import Withdrawal
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
    withdrawals: tuple[Withdrawal, ...]
    position: int
    seen: Seen
    answers: dict[Any, Any]


_WORDS = words_of(Order)
_UNBEGUN: Working = fields_of(Order(id=UUID(int=0)))


class Folding:
    """An order while it is folded, and those of its values that this fold may change.

    Nobody else has seen these: the fold began them, or opened a copy. They are found by the number
    of their correlation id, because that is quicker than asking for the id itself.
    """

    __slots__ = ("attempts", "fields", "postings", "refunds")

    def __init__(self, fields: Working) -> None:
        self.fields = fields
        self.attempts: dict[int, AttemptSoFar] = {}
        self.refunds: dict[int, RefundSoFar] = {}
        self.postings: dict[tuple[int, Letter], PostingSoFar] = {}

    def attempt(self, cause: UUID) -> AttemptSoFar | None:
        """The attempt of this correlation id, if there is one."""
        one = self.attempts.get(cause.int)
        if one is None:
            one = reopened(self.fields["attempts"], cause)
            if one is not None:
                self.attempts[cause.int] = one
        return one

    def begin_attempt(self, cause: UUID, one: AttemptSoFar) -> None:
        """This is the attempt of this correlation id from here on."""
        self.attempts[cause.int] = one
        self.fields["attempts"][cause] = made(Attempt, one)

    def refund(self, cause: UUID) -> RefundSoFar | None:
        """The refund of this correlation id, if there is one."""
        one = self.refunds.get(cause.int)
        if one is None:
            one = reopened(self.fields["refunds"], cause)
            if one is not None:
                self.refunds[cause.int] = one
        return one

    def begin_refund(self, cause: UUID, one: RefundSoFar) -> None:
        """This is the refund of this correlation id from here on."""
        self.refunds[cause.int] = one
        self.fields["refunds"][cause] = made(Refund, one)

    def posting(self, cause: UUID, letter: Letter) -> PostingSoFar:
        """The letter under this correlation id, as far as it has come."""
        one = self.postings.get((cause.int, letter))
        if one is None:
            one = reopened(self.fields["postings"], (cause, letter))
            if one is None:
                one = untouched()
                self.fields["postings"][cause, letter] = made(Posting, one)
            self.postings[cause.int, letter] = one
        return one


def unbegun(order_id: UUID) -> Folding:
    """An order without any stamp."""
    return Folding(
        {
            **_UNBEGUN,
            "id": order_id,
            "attempts": {},
            "refunds": {},
            "disputes": {},
            "postings": {},
            "answers": {},
        }
    )


def thawed(order: Order) -> Folding:
    """A working copy: nothing that is done to it is seen through the order."""
    fields: Working = fields_of(order)
    for name in _WORDS & fields.keys():
        del fields[name]  # type: ignore[misc]
    fields["attempts"] = {**order.attempts}
    fields["refunds"] = {**order.refunds}
    fields["disputes"] = {**order.disputes}
    fields["postings"] = {**order.postings}
    fields["answers"] = {}
    return Folding(fields)


def frozen(folding: Folding) -> Order:
    """The order as it stands now. The working copy is not touched again: it *is* the order."""
    return made(Order, folding.fields)
