"""A ticket is sent on to its holder, and taken back: one holder at a time, one code at a time."""

from collections.abc import Sequence

from ledger.kernel.refusals import (
    AnswersMoved,
    CustomerInvalid,
    PersonErased,
    TicketNotSendable,
)
from ledger.order.cancellation_policy import code_hash
from ledger.order.commands import SendTicket, TakeTicketBack
from ledger.order.order import Order
from ledger.order.retention import event_over_at
from ledger.order.stamps import OrderStamp, TicketSentOn, TicketTakenBack
from ledger.order.tickets import TicketCode
from ledger.shop.mail_address import is_recipient
from ledger.tickets.code import is_code

# Each sends a letter to an address that somebody typed.
MOST_SENDINGS = 10


def send_ticket(command: SendTicket, order: Order) -> Sequence[OrderStamp]:
    """Whoever held it before, the buyer too, holds it no more: what they have lets nobody in."""
    if any(one.correlation_id == command.correlation_id for one in order.sendings):
        return ()
    held = order.holders.get(command.ticket)
    if held is not None and held.email == command.email:
        return ()
    _require_unseen(command, order)
    _require_valid(command, order)
    if not is_recipient(command.email):
        raise CustomerInvalid(field="email", rule="email")
    if sum(one.ticket == command.ticket for one in order.sendings) >= MOST_SENDINGS:
        raise TicketNotSendable(ticket=command.ticket, rule="too_often")
    _require_fresh(command.ticket_code, order)
    return (
        TicketSentOn(
            ticket=command.ticket,
            language=command.language,
            email_index=command.email_index,
            link_hash=code_hash(command.code),
            hash=command.ticket_code.hash,
            email=command.email,
            code=command.code,
            ticket_code=command.ticket_code.code,
        ),
    )


def take_ticket_back(command: TakeTicketBack, order: Order) -> Sequence[OrderStamp]:
    """The buyer's again. What is the buyer's already stays so."""
    held = order.holders.get(command.ticket)
    if held is None:
        known = order.terms.customer is not None
        if known and any(one.number == command.ticket for one in order.valid_tickets):
            return ()
        raise TicketNotSendable(ticket=command.ticket, rule="not_sent")
    _require_unseen(command, order)
    _require_valid(command, order)
    _require_fresh(command.ticket_code, order)
    return (
        TicketTakenBack(
            sending=held.correlation_id,
            ticket=command.ticket,
            hash=command.ticket_code.hash,
            ticket_code=command.ticket_code.code,
        ),
    )


def _require_unseen(command: SendTicket | TakeTicketBack, order: Order) -> None:
    """Who pressed on an older page may not know whose the ticket is since."""
    moved = (one.version for one in order.sendings if one.ticket == command.ticket)
    if command.seen is not None and max(moved, default=0) > command.seen:
        raise AnswersMoved


def _require_valid(command: SendTicket | TakeTicketBack, order: Order) -> None:
    if order.terms.customer is None:
        raise PersonErased
    if order.tickets is None:
        raise TicketNotSendable(ticket=command.ticket, rule="not_issued")
    if command.at >= event_over_at(order):
        raise TicketNotSendable(ticket=command.ticket, rule="over")
    if all(one.number != command.ticket for one in order.valid_tickets):
        raise TicketNotSendable(ticket=command.ticket, rule="not_valid")
    if _was_used(command.ticket, order):
        raise TicketNotSendable(ticket=command.ticket, rule="used")


def _was_used(ticket: int, order: Order) -> bool:
    """Whether somebody came in with it, under whatever code: another one would let in again."""
    issued = order.tickets
    assert issued is not None, "asked only of valid tickets"
    known = {issued.hashes[ticket - 1], *(one for one, of in issued.former if of == ticket)}
    return any(at.ticket in known and there.entries for at, there in order.attendance.items())


def _require_fresh(drawn: TicketCode, order: Order) -> None:
    """A code that was never this order's."""
    issued = order.tickets
    assert issued is not None, "asked only of valid tickets"
    known = {*issued.hashes, *(one for one, _ in issued.former)}
    if not is_code(drawn.code) or drawn.hash in known:
        raise TicketNotSendable(ticket=0, rule="code")
