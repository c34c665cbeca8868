"""The letters of an order: which it called for, how far each has come, and as it was written."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from ledger.kernel.values import replace as copied
from ledger.order.evolve import fold
from ledger.order.letters_due import RECEIPTS, letters_due, owed
from ledger.order.order import Order
from ledger.order.stamps import Letter, ReceiptSendStarted
from web.wiring.parts import Parts


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterShown:
    """A letter of the order: due, sent or not, and when that was so."""

    correlation_id: UUID
    letter: Letter
    state: str
    number: int | None
    tries: int
    at: datetime | None


def letters_of(order: Order) -> list[LetterShown]:
    """Every letter that the order called for or that was tried, the oldest first."""
    due = {(one.correlation_id, one.letter) for one in letters_due(order)}
    keys = dict.fromkeys(
        [*((one.correlation_id, one.letter) for one in owed(order)), *order.postings]
    )
    shown = []
    for key in keys:
        posting = order.postings.get(key)
        if posting is None and key not in due:
            continue
        shown.append(
            LetterShown(
                correlation_id=key[0],
                letter=key[1],
                state=posting.state if posting else "due",
                number=posting.number if posting else None,
                tries=posting.last_try if posting else 0,
                at=posting.changed_at if posting else None,
            )
        )
    return shown


def as_written(parts: Parts, order: Order, shown: LetterShown) -> Order:
    """The order as it stood when the letter was begun the last time."""
    history = parts.orders.history(order.id)
    begun = [
        one.version
        for one in history
        if isinstance(one.stamp, ReceiptSendStarted)
        and (one.correlation_id, one.stamp.letter) == (shown.correlation_id, shown.letter)
    ]
    return fold(order.id, history[: begun[-1]]) if begun else order


def without_codes(order: Order) -> Order:
    """Whoever reads a letter here may not do what its link lets the customer do."""
    moves = (replace(one, stamp=replace(one.stamp, code=None)) for one in order.moves)
    links = (replace(one, code=None) for one in order.links)
    sendings = (copied(one, code=None) for one in order.sendings)
    return copied(order, links=tuple(links), moves=tuple(moves), sendings=tuple(sendings))


def text_of(parts: Parts, order: Order, shown: LetterShown) -> str:
    """A letter in words, its one-time codes left out; without the person, once they are erased."""
    written = without_codes(as_written(parts, order, shown))
    return parts.letter_text(written, shown.letter, shown.correlation_id, shown.number)


def receipts_of(order: Order) -> Sequence[LetterShown]:
    """Receipts and credit notes that have their number, the oldest first."""
    found = [one for one in letters_of(order) if one.letter in RECEIPTS and one.number]
    return sorted(found, key=lambda one: one.number or 0)
