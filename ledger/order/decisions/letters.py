"""A letter is claimed: by the stamp that only one sender can append."""

from collections.abc import Sequence

from ledger.kernel.refusals import LetterNotDue
from ledger.order.commands import StartLetter
from ledger.order.letters_due import RECEIPTS, letters_due
from ledger.order.order import Order
from ledger.order.stamps import LetterWordsUsed, OrderStamp, ReceiptSendStarted, TicketsIssued
from ledger.order.tickets import LETTERS_WITH_TICKETS, may_be_issued

_NOTHING: tuple[OrderStamp, ...] = ()


def start_letter(command: StartLetter, order: Order) -> Sequence[OrderStamp]:
    """The claim of a letter that is due, with its tickets and the words that it is written in.

    Raises `LetterNotDue`.
    """
    wanted = (command.correlation_id, command.letter)
    due = (one for one in letters_due(order) if one.is_due(command.at))
    if not any((one.correlation_id, one.letter) == wanted for one in due):
        raise LetterNotDue
    posting = order.postings.get(wanted)
    if command.try_number != (posting.last_try if posting else 0) + 1:
        raise LetterNotDue
    first = command.letter in RECEIPTS and (posting is None or posting.number is None)
    numbered_for = order.terms.shop if first else None
    return (
        *_tickets(command, order),
        *_words(command),
        ReceiptSendStarted(
            letter=command.letter, try_number=command.try_number, numbered_for=numbered_for
        ),
    )


def _words(command: StartLetter) -> Sequence[OrderStamp]:
    if not command.words:
        return _NOTHING
    number = command.try_number
    return (LetterWordsUsed(letter=command.letter, try_number=number, version=command.words),)


def _tickets(command: StartLetter, order: Order) -> Sequence[OrderStamp]:
    """Issued in the append that claims their letter: both or neither, and never twice (R4).

    Whoever brought other codes than are wanted looked at another state of the order.
    """
    wanted = order.tickets_wanted
    if not wanted or command.letter not in LETTERS_WITH_TICKETS:
        return _NOTHING
    if not may_be_issued(command.tickets, wanted=wanted):
        raise LetterNotDue
    return (
        TicketsIssued(
            hashes=tuple(one.hash for one in command.tickets),
            codes=tuple(one.code for one in command.tickets),
        ),
    )
