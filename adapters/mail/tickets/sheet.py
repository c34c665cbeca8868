"""What stands on the tickets of an order, the same whenever it is asked: of people a name alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import msgspec

from adapters.mail.letters.language import Speech
from adapters.mail.letters.letter import one_line
from ledger.order.order import Order
from ledger.order.ticket_answers import holder_name
from ledger.order.tickets import Ticket

# Whatever draws the same sheet in another way has another number: what is cached is not mixed up.
LAYOUT = b"3"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedTicket:
    """One ticket. `number` is in words, such as “1 of 3”; `holder` is a name, if one was told."""

    code: str
    title: str
    number: str
    holder: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketSheet:
    """All tickets of an order, in its language. `facts` are labelled values; `rule` is for all."""

    language: str
    title: str
    event: str
    order: str
    seller: str
    facts: Sequence[tuple[str, str]]
    labels: tuple[str, str]
    rule: str
    tickets: Sequence[PrintedTicket]

    @property
    def content_hash(self) -> bytes:
        """The same for what looks the same."""
        return sha256(LAYOUT + msgspec.json.encode(self)).digest()


def sheet_of(
    order: Order, codes: Sequence[str] | None = None, *, only: int | None = None
) -> TicketSheet | None:
    """The tickets that are the buyer's own to use; None if there are none that are valid.

    `codes` are those that are about to be issued; with `only` it is this one alone, whoever holds
    it, by its number, and nothing tells how many there are.
    """
    tickets = order.own_tickets if codes is None else order.tickets_with(codes)
    if only is not None:
        tickets = tuple(one for one in order.valid_tickets if one.number == only)
    if not tickets:
        return None
    terms = order.terms
    speech = Speech(terms.language, timezone=terms.timezone)
    event, number = one_line(speech.of(terms.shop_name)), f"#{order.number:06d}"
    return TicketSheet(
        language=speech.language,
        title=speech.say("Tickets of order %(order)s", order=number) if only is None else event,
        event=event,
        order=number,
        seller=one_line(terms.seller.name),
        facts=_facts(order, speech),
        labels=(speech.say("Order"), speech.say("Ticket")),
        rule=speech.say("This code lets one person in, once. Show it to nobody else."),
        tickets=[_printed(order, one, speech, alone=only is not None) for one in tickets],
    )


def _facts(order: Order, speech: Speech) -> Sequence[tuple[str, str]]:
    """When to come, and where if the order says so."""
    known, when = order.visit, speech.moment(order.starts_at)
    if known is None:
        return ((speech.say("When"), when),)
    if known.doors_at is not None:
        same = speech.same_day(known.doors_at, order.starts_at)
        doors = speech.time(known.doors_at) if same else speech.moment(known.doors_at)
        when = speech.say("%(when)s, doors open at %(doors)s", when=when, doors=doors)
    where = ", ".join(filter(None, (speech.of(known.venue) if known.venue else "", known.address)))
    place = ((speech.say("Where"), one_line(where)),) if where else ()
    return ((speech.say("When"), when), *place)


def _printed(order: Order, ticket: Ticket, speech: Speech, *, alone: bool) -> PrintedTicket:
    """A holder is not told how many others there are."""
    number = speech.say("%(number)d of %(count)d", number=ticket.number, count=ticket.count)
    return PrintedTicket(
        code=ticket.code,
        title=one_line(speech.of(ticket.line.title)),
        number=str(ticket.number) if alone else number,
        holder=one_line(holder_name(order, ticket)),
    )
