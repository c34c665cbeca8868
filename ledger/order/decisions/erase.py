"""Whether an order's person can be erased, and what stands in the way while it cannot."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ledger.cases.stamps import CaseKind
from ledger.kernel.erasure import Erased
from ledger.kernel.money import Money
from ledger.kernel.refusals import StillOpen
from ledger.order.commands import ErasePerson
from ledger.order.issues import troubles
from ledger.order.letters_due import letters_due
from ledger.order.next_step import next_step
from ledger.order.order import Order
from ledger.order.payable import pay_by, payable
from ledger.order.retention import event_over_at, person_is_here
from ledger.order.stamps import OrderStamp

# Letters that were not taken for a whole day are waited for no longer.
_LETTERS_TAKE = timedelta(days=1)
# What no money and no ticket waits for.
_HARMLESS = (CaseKind.LETTER_FAILED, CaseKind.LETTER_UNKNOWN)


class Open(StrEnum):
    """What is open about an order."""

    UNPAID = "unpaid"
    PAYMENT = "payment"
    RESERVED = "reserved"
    REFUND = "refund"
    TRANSFER = "transfer"
    MONEY = "money"
    TICKETS = "tickets"
    LETTERS = "letters"
    STEP = "step"
    CASE = "case"
    APPROVAL = "approval"
    BY_LAW = "by_law"
    NEWS = "news"
    STAFF = "staff"
    VOUCHER = "voucher"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hindrance:
    """One thing that stands in the way: how much money it is about, until when it lasts."""

    open: Open
    amount: Money | None = None
    until: datetime | None = None
    case: CaseKind | None = None


def hindrances(order: Order, at: datetime) -> tuple[Hindrance, ...]:
    """Everything about money and tickets that is open, as the order stands."""
    if order.placed is None:
        return ()
    return (*_of_payments(order), *_of_money(order), *_of_tickets(order, at), *_owed(order, at))


def erase_person(command: ErasePerson, order: Order) -> Sequence[OrderStamp]:
    """The stamp that destroys the order's key; nothing where nothing is left. Raises `StillOpen`.

    What was told after an erasure, such as a late dispute's message, is erased by another one.
    """
    if not person_is_here(order):
        return ()
    if open := hindrances(order, command.at):
        raise StillOpen(open=tuple(str(one.open) for one in open))
    return (Erased(subject=order.id, ground=command.ground),)


def _of_payments(order: Order) -> Iterator[Hindrance]:
    if order.alive and payable(order):
        yield Hindrance(open=Open.UNPAID, amount=order.missing, until=pay_by(order))
    for attempt in order.attempts.values():
        if attempt.under_way or (attempt.silent and order.alive):
            yield Hindrance(open=Open.PAYMENT, amount=attempt.asked)
    if order.reserved:
        yield Hindrance(open=Open.RESERVED, amount=order.reserved)


def _of_money(order: Order) -> Iterator[Hindrance]:
    if order.refund_pending or any(True for _ in order.unanswered_refunds()):
        yield Hindrance(open=Open.REFUND, amount=order.refund_pending)
    for trouble in troubles(order):
        if trouble.kind not in _HARMLESS:
            yield Hindrance(open=Open.MONEY, amount=trouble.amount, case=trouble.kind)


def _of_tickets(order: Order, at: datetime) -> Iterator[Hindrance]:
    over = event_over_at(order)
    if order.admits and at < over:
        yield Hindrance(open=Open.TICKETS, until=over)


def _owed(order: Order, at: datetime) -> Iterator[Hindrance]:
    """What we do by ourselves in a moment: the next decision, and letters on their way."""
    if next_step(order, at) is not None:
        yield Hindrance(open=Open.STEP)
    fresh = order.changed_at is not None and at < order.changed_at + _LETTERS_TAKE
    if fresh and any(one.is_due(at) for one in letters_due(order)):
        yield Hindrance(open=Open.LETTERS)
