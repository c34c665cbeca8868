"""A letter goes out again because staff want it to: its own fact, with who and why (SPEC R6)."""

from collections.abc import Sequence
from uuid import UUID

from ledger.kernel.refusals import LetterNotDue
from ledger.order.commands import ResendLetter
from ledger.order.letters_due import RECEIPTS, owed
from ledger.order.order import Order
from ledger.order.stamps import Letter, OrderStamp, ReceiptResendRequested

Key = tuple[UUID, Letter]


def resend(command: ResendLetter, order: Order) -> Sequence[OrderStamp]:
    """A letter that was tried before is due once more, if the order still calls for it."""
    if any(one.again_under == command.correlation_id for one in order.postings.values()):
        return ()
    tried = [key for key in _called_for(order) if key in order.postings and _meant(command, key)]
    if not tried:
        raise LetterNotDue
    receipt, letter = max(tried, key=lambda key: _last_moved(order, key))
    if order.postings[receipt, letter].state == "due":
        raise LetterNotDue  # asked for again already, it waits to go out
    return (ReceiptResendRequested(receipt=receipt, letter=letter, reason=command.reason),)


def _called_for(order: Order) -> list[Key]:
    return [(due.correlation_id, due.letter) for due in owed(order) if due.letter in RECEIPTS]


def _meant(command: ResendLetter, key: Key) -> bool:
    receipt, letter = key
    return command.receipt in (None, receipt) and command.letter in (None, letter)


def _last_moved(order: Order, key: Key) -> tuple[str, str]:
    """The one that moved last; a tie is broken the same way each time."""
    moved = order.postings[key].changed_at
    return (moved.isoformat() if moved else "", str(key))
