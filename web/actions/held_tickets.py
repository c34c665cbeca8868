"""A ticket that somebody else bought: all that is told of it to whoever holds it, or held it."""

from collections.abc import Mapping, Sequence
from typing import Any

from ledger.order import admission
from ledger.order.holder import Sending
from ledger.order.holders_letters import TO_HOLDERS, sending_of
from ledger.order.order import Order
from ledger.order.tickets import Ticket
from projections.order_json import moment
from web.actions.letters import LetterShown, letters_of
from web.actions.place import holders
from web.wiring.parts import Parts

_TAKEN_BACK = "taken_back"


def held_tickets(parts: Parts, order: Order, email_index: str) -> Sequence[Mapping[str, Any]]:
    """Tickets of somebody else's order that an address holds, and all that is told of each.

    Theirs are those that were sent on to them, and those about which their address was told; what
    is told of the others is other people's. Of one that is theirs no more, only what they were
    sent.
    """
    sent = {one.ticket: one for one in order.sendings if one.email_index == email_index}
    return [
        _held(order, one, sent.get(one.number))
        for one in admission.tickets(order)
        if one.number in sent or _names(parts, order.answers.get(one.number, {}), email_index)
    ]


def is_to_holder(order: Order, letter: LetterShown, email_index: str) -> bool:
    """Whether a letter goes to this address, because a ticket was sent on to it."""
    about = sending_of(order, letter.correlation_id) if letter.letter in TO_HOLDERS else None
    return about is not None and about.email_index == email_index


def _held(order: Order, ticket: Ticket, sent: Sending | None) -> Mapping[str, Any]:
    theirs = sent is None or not sent.ended_position
    return {
        "ticket": ticket.number,
        "product": ticket.line.product,
        "title": dict(ticket.line.title),
        "starts_at": moment(order.starts_at),
        "state": str(admission.state(order, ticket)) if theirs else _TAKEN_BACK,
        "sent_to_you_at": moment(sent.sent_at) if sent else None,
        "answers": dict(order.answers.get(ticket.number, {})) if theirs else {},
        "letters": _letters(order, sent) if sent else [],
        "at_the_door": _at_the_door(order, ticket) if theirs else [],
    }


def _letters(order: Order, sent: Sending) -> Sequence[Mapping[str, Any]]:
    mine = [one for one in letters_of(order) if sending_of(order, one.correlation_id) == sent]
    return [
        {"letter": str(one.letter), "state": one.state, "at": moment(one.at)}
        for one in mine
        if one.letter in TO_HOLDERS
    ]


def _at_the_door(order: Order, ticket: Ticket) -> Sequence[Mapping[str, Any]]:
    scans = [
        scan
        for place, there in order.attendance.items()
        if ticket.code and place.ticket == ticket.code
        for scan in (*there.entries, *there.exits)
    ]
    return [
        {"at": moment(one.at), "door": one.door, "came_in": one.inward}
        for one in sorted(scans, key=lambda one: one.at)
    ]


def _names(parts: Parts, answers: Mapping[str, str], email_index: str) -> bool:
    return email_index in holders(parts, [answers]).values()
