"""An order while it is being folded: the one place where its axes are changed in place."""

from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from ledger.kernel.changing import fields_of, made, reopened
from ledger.kernel.once import words_of
from ledger.order.attempt_news import AttemptSoFar
from ledger.order.correction import Withdrawal
from ledger.order.letter_delivery import Posting
from ledger.order.order import Dispute, LinkRequest, Order
from ledger.order.payment_attempt import Attempt
from ledger.order.posting_news import PostingSoFar, untouched
from ledger.order.refund import Refund
from ledger.order.refund_news import RefundSoFar
from ledger.order.seen_stamps import Seen
from ledger.order.stamps import Cause, Letter, OrderPlaced


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
    """An order while it is folded, and what of it this fold may change.

    Nobody else has seen that: the fold began it, or opened a copy. A room is copied before its
    first change, a value in it before its own. Values are found by the number of their correlation
    id, because that is quicker than asking for the id itself.
    """

    __slots__ = ("_open", "fields")

    def __init__(self, fields: Working) -> None:
        self.fields = fields
        self._open: dict[Any, Any] = {}

    def room(self, name: str) -> dict[Any, Any]:
        """All values of one axis, by its name among the fields, for changing."""
        room: dict[Any, Any] | None = self._open.get(name)
        if room is None:
            room = {**self.fields[name]}  # type: ignore[literal-required]
            self._open[name] = self.fields[name] = room  # type: ignore[literal-required]
        return room

    def attempt(self, cause: UUID) -> AttemptSoFar | None:
        """The attempt of this correlation id, if there is one."""
        one: AttemptSoFar | None = self._open.get(cause.int)
        if one is None and self.fields["attempts"]:
            one = self._open[cause.int] = reopened(self.room("attempts"), cause)
        return one

    def begin_attempt(self, cause: UUID, one: AttemptSoFar) -> None:
        """This is the attempt of this correlation id from here on."""
        self._open[cause.int] = one
        self.room("attempts")[cause] = made(Attempt, one)

    def refund(self, cause: UUID) -> RefundSoFar | None:
        """The refund of this correlation id, if there is one."""
        one: RefundSoFar | None = self._open.get((cause.int, Refund))
        if one is None and self.fields["refunds"]:
            one = self._open[cause.int, Refund] = reopened(self.room("refunds"), cause)
        return one

    def begin_refund(self, cause: UUID, one: RefundSoFar) -> None:
        """This is the refund of this correlation id from here on."""
        self._open[cause.int, Refund] = one
        self.room("refunds")[cause] = made(Refund, one)

    def posting(self, cause: UUID, letter: Letter) -> PostingSoFar:
        """The letter under this correlation id, as far as it has come."""
        one: PostingSoFar | None = self._open.get((cause.int, letter))
        if one is None:
            room = self.room("postings")
            one = reopened(room, (cause, letter))
            if one is None:
                one = untouched()
                room[cause, letter] = made(Posting, one)
            self._open[cause.int, letter] = one
        return one


def unbegun(order_id: UUID) -> Folding:
    """An order without any stamp."""
    fields = _UNBEGUN.copy()
    fields["id"], fields["answers"] = order_id, {}
    return Folding(fields)


def thawed(order: Order) -> Folding:
    """A working copy: nothing that is done to it is seen through the order."""
    fields: Working = fields_of(order)
    if len(fields) > len(_UNBEGUN):
        for name in _WORDS & fields.keys():
            del fields[name]  # type: ignore[misc]
    fields["answers"] = {}
    return Folding(fields)
