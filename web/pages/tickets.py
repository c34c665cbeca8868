"""The tickets of an order: how they stand, and the files that the order's address gives."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from flask import Blueprint, Response

from ledger.kernel.refusals import UnknownOrder
from ledger.kernel.values import replace
from ledger.order.admission import TicketState, entries_of, state, tickets
from ledger.order.order import Order
from ledger.order.tickets import Ticket
from web.http.addresses import order_in
from web.http.current import parts
from web.i18n.format import local, moment
from web.i18n.gettext import _, ngettext
from web.pages.buyer import is_buyer_here
from web.pages.names_due import answers_due, way_to_names

pages = Blueprint("tickets", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketsShown:
    """What the page of an order says of its tickets. `files`: they can be downloaded.

    `names` leads to names and to sending on, where there is any of it; `answer_by` is until when
    an answer that has to come is waited for.
    `states`, once they were issued: the sign, the ticket and how it stands (SPEC A5).
    """

    heading: str
    text: str
    files: bool = False
    names: str = ""
    answer_by: datetime | None = None
    states: tuple[tuple[str, str, str], ...] = ()


def shown(order: Order, at: datetime) -> TicketsShown | None:
    """Reserved until the order is paid, valid as long as its seats are sold (R4, A5).

    None for an order that is for none, or never came to have them.
    """
    count = (
        len(order.own_tickets)
        or len(order.valid_tickets)
        or sum(one.quantity * one.tickets for one in order.lines)
    )
    text = _standing(order)
    if not count or not text:
        return None
    heading = ngettext("%(num)d ticket", "%(num)d tickets", count)
    return TicketsShown(
        heading=heading,
        text=text,
        files=bool(order.own_tickets),
        names=way_to_names(order),
        answer_by=answers_due(order, at),
        states=tuple(_states(order)) if order.tickets else (),
    )


_SIGNS = {
    TicketState.RESERVED: "wait",
    TicketState.CONFIRMED: "good",
    TicketState.CHECKED_IN: "quiet",
    TicketState.REVOKED: "bad",
}


def _states(order: Order) -> Iterator[tuple[str, str, str]]:
    for one in tickets(order):
        how = state(order, one)
        name = _("Ticket %(number)s: %(title)s", number=one.number, title=local(one.line.title))
        yield _SIGNS[how], name, _stands(order, one, how)


def _stands(order: Order, ticket: Ticket, how: TicketState) -> str:
    match how:
        case TicketState.RESERVED:
            return _("Reserved")
        case TicketState.CONFIRMED:
            return _("Valid")
        case TicketState.REVOKED:
            return _("Not valid any more")
        case TicketState.CHECKED_IN:
            last = max(entries_of(order, ticket), key=lambda one: one.at)
            return _("Used %(time)s", time=moment(last.at))
        case _:
            assert_never(how)


def _standing(order: Order) -> str:
    if order.valid_tickets and not order.own_tickets:
        return _("All of them were sent on: their holders got them by email.")
    if order.valid_tickets:
        return _(
            "Show them at the door, on your phone or on paper. Each code lets one person in, once:"
            " keep them to yourself."
        )
    if order.erased:
        return ""
    if order.tickets is not None:
        return _("The tickets of this order are not valid any more: nobody gets in with them.")
    if order.admits:
        # They are issued with the letter that brings them, a moment after the order is paid.
        return _("On the way: look into your email in a moment, or come back to this page.")
    if order.alive:
        return _("Reserved for you. You get them as soon as the order is paid.")
    return ""


@pages.get("/<shop>/orders/<order>/tickets.pdf")
def pdf(shop: str, order: str) -> Response:
    """All valid tickets of an order. Its address is the only key to them, but not to any name."""
    found = order_in(shop, order)
    told = found if is_buyer_here(found) else replace(found, answers={})
    printed = parts().ticket_pdf(told, None)
    if printed is None:
        raise UnknownOrder
    return _file(printed, "application/pdf", f"tickets-{found.number:06d}.pdf")


@pages.get("/<shop>/orders/<order>/event.ics")
def event(shop: str, order: str) -> Response:
    """The event of an order that has valid tickets, for a calendar."""
    found = order_in(shop, order)
    if not found.valid_tickets:
        raise UnknownOrder
    return _file(parts().event_ics(found), "text/calendar; charset=utf-8", "event.ics")


def _file(content: bytes, kind: str, name: str) -> Response:
    """For whoever asked, and kept by nobody in between."""
    return Response(
        content,
        content_type=kind,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
        },
    )
