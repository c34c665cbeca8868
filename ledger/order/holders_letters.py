"""Letters to whom tickets were sent on: their ticket, when to come, and that it is not valid."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

from ledger.kernel.events import derived
from ledger.order.due import Due
from ledger.order.holder import Sending
from ledger.order.letter_delivery import Posting
from ledger.order.order import Order, StartMove
from ledger.order.stamps import Letter

# Letters that go to a holder, not to whoever ordered.
TO_HOLDERS = (Letter.TICKET, Letter.TICKET_VOID)
# Of unknown fate counts as told: whoever may believe in a ticket hears that it is void.
_TOLD = ("sent", "unknown")


def holders_letters(order: Order) -> Iterator[Due]:
    """For each sending the word that is true now, unless it is the last one that was told.

    Tickets are known by their hashes here: projections and the worker's first look read sealed
    parts closed, and have to see the same letters.
    """
    issued = order.tickets.hashes if order.tickets else ()
    valid = {one.number for one in order.tickets_with(issued)}
    for one in order.sendings:
        stands = not one.ended_position and one.ticket in valid
        yield from _of_sending(order, one, Letter.TICKET if stands else Letter.TICKET_VOID)


def sending_of(order: Order, letter_id: UUID) -> Sending | None:
    """The sending that a letter of this correlation id is about."""
    return next((one for one in order.sendings if letter_id in letter_ids(order, one)), None)


def letter_ids(order: Order, one: Sending) -> tuple[UUID, ...]:
    """Under which its letters stand: its own id, and another one after each turn of its order.

    Whose cancelled order was taken up again has a valid ticket again, and whose event was moved
    one for another time: both are told so once more.
    """
    return (one.correlation_id, *(letter for _, letter in sorted(_turns(order, one))))


def _turns(order: Order, one: Sending) -> Iterator[tuple[int, UUID]]:
    cancellations = (each for each in order.withdrawals if each.amount is None)
    later = [each for each in cancellations if each.position > one.position]
    for nth, each in enumerate(later, 1):
        yield each.position, derived(one.correlation_id, f"again/{nth}")
    for move in order.moves:
        if one.position < move.position and not 0 < one.ended_position < move.position:
            yield move.position, _moved_id(one, move)


def _moved_id(one: Sending, move: StartMove) -> UUID:
    return derived(one.correlation_id, f"moved/{move.correlation_id}")


def told_of_move(order: Order, letter_id: UUID) -> StartMove | None:
    """The other start that a letter of this correlation id to a holder tells of."""
    one = sending_of(order, letter_id)
    moves = order.moves if one is not None else ()
    return next((move for move in moves if one and _moved_id(one, move) == letter_id), None)


def _of_sending(order: Order, one: Sending, wanted: Letter) -> Iterator[Due]:
    ids = letter_ids(order, one)
    known = {
        (cause, letter): order.postings[cause, letter]
        for cause in ids
        for letter in TO_HOLDERS
        if (cause, letter) in order.postings
    }
    under_way = [key for key, posting in known.items() if posting.state == "started"]
    if under_way:
        yield from (_due(one, *key) for key in under_way)  # its fate is awaited first
        return
    told = _last_told(known)
    move = told_of_move(order, ids[-1]) if wanted is Letter.TICKET else None
    if (told is None and wanted is Letter.TICKET_VOID) or (
        told is wanted and move is None and (ids[-1], wanted) not in known
    ):
        return
    due = _due(one, ids[-1], wanted)
    yield replace(due, position=move.position, end=move.stamp.starts_at) if move else due


def _last_told(known: dict[tuple[UUID, Letter], Posting]) -> Letter | None:
    told = [letter for (_, letter), posting in known.items() if posting.state in _TOLD]
    return told[-1] if told else None


def _due(one: Sending, cause: UUID, letter: Letter) -> Due:
    position = one.ended_position if letter is Letter.TICKET_VOID else one.position
    return Due(correlation_id=cause, letter=letter, position=position or one.position)
