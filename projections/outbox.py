"""Letters: owed and not yet begun, on their way, sent, or of unknown fate."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ledger.order.due import Due
from ledger.order.holders_letters import sending_of, told_of_move
from ledger.order.letter_delivery import Posting
from ledger.order.letters_due import owed
from ledger.order.order import Order
from ledger.order.stamps import Letter
from projections.engine.projection import Projection


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One letter. `state` is due, started, sent, failed or unknown; `try_number` 0 before a try.

    `owed` is False when the order no longer calls for a letter that was begun. `since` is when
    the order began to call for it, or from when on it may go, where that is known.
    """

    stream: UUID
    correlation_id: UUID
    letter: str
    owed: bool
    state: str
    try_number: int
    since: datetime | None
    changed_at: datetime | None
    permanent: bool


def outbox(order: Order) -> Sequence[Outgoing]:
    """Every letter that the order calls for, or once did."""
    called_for = {(due.correlation_id, due.letter): due for due in owed(order)}
    every = [*{**called_for, **dict.fromkeys(order.postings)}]
    return [_outgoing(order, key, due=called_for.get(key)) for key in every]


def _outgoing(order: Order, key: tuple[UUID, Letter], *, due: Due | None) -> Outgoing:
    posting = order.postings.get(key, Posting())
    return Outgoing(
        stream=order.id,
        correlation_id=key[0],
        letter=str(key[1]),
        owed=due is not None,
        state=posting.state,
        try_number=posting.last_try,
        since=(due and due.begin) or _since(order, *key) or posting.started_at,
        changed_at=posting.changed_at,
        permanent=posting.permanent,
    )


def _since(order: Order, cause: UUID, letter: Letter) -> datetime | None:
    match letter:
        case Letter.PAID:
            attempt = order.attempts.get(cause)
            return attempt.paid_at if attempt else order.placed_at
        case Letter.CANCELLED:
            return order.cancelled_at
        case Letter.LINK:
            asked = (link.requested_at for link in order.links if link.correlation_id == cause)
            return next(asked, None)
        case Letter.MOVED:
            told = (one.told_at for one in order.moves if one.correlation_id == cause)
            return next(told, None)
        case Letter.TICKET | Letter.TICKET_VOID:
            sending, move = sending_of(order, cause), told_of_move(order, cause)
            return move.told_at if move else sending.sent_at if sending else None
        case _:
            taken = (one.at for one in order.withdrawals if one.under == cause)
            refund = order.refunds.get(cause)
            return refund.requested_at if refund else next(taken, None)


OUTBOX = Projection(
    name="outbox",
    version=6,
    row=Outgoing,
    key=("correlation_id", "letter"),
    rows={Order: outbox},
)
