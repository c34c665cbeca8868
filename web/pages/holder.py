"""The page of one ticket for who holds it: the ticket, and what is told about them. No more."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answered

from ledger.kernel import refusals as no
from ledger.order.holder import Sending
from ledger.order.order import Order
from ledger.order.ticket_answers import AskedTicket, asked_tickets
from ledger.order.tickets import Ticket
from ledger.tickets.code import in_groups
from web.actions import answers as actions
from web.actions.wish import Wish
from web.http.addresses import now
from web.http.current import parts
from web.http.rate_limit import slow_down
from web.i18n.format import local, told_in
from web.i18n.gettext import _
from web.pages.answers import AskedPart, parts_of_tickets, told_of, wrong
from web.pages.forms import PressForm
from web.pages.visit import times

pages = Blueprint("holder", __name__)
Answer = str | Answered | tuple[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldTicket:
    """A ticket that a link opens. `ticket` is None once it is theirs no more, or not valid."""

    order: Order
    sending: Sending
    ticket: Ticket | None

    @property
    def asked(self) -> list[AskedTicket]:
        """What is asked about this ticket alone, if anything."""
        every = asked_tickets(self.order) if self.ticket else ()
        return [one for one in every if one.ticket.number == self.sending.ticket]


@pages.get("/<shop>/tickets/<code>")
def page(shop: str, code: str) -> Answer:
    """The ticket, as long as it is theirs."""
    held = _held(shop, code)
    shown = _page(held, code)
    return shown if held.ticket else (shown, 410)


@pages.post("/<shop>/tickets/<code>")
def answer(shop: str, code: str) -> Answer:
    """What the holder tells about themselves."""
    slow_down("names", limit=60)
    held = _held(shop, code)
    open_ones = [one for one in held.asked if now() < one.until]
    asked = parts_of_tickets(open_ones, request.form, complain=True)
    if wrong(asked):
        return _page(held, code, complain=True), 422
    wish = Wish(correlation_id=uuid4(), actor=actions.HOLDER, at=now())
    word = request.form.get("seen", "")
    seen = int(word) if word.isascii() and word.isdecimal() and len(word) < 10 else None
    try:
        actions.answer(parts(), held.order.id, wish, tickets=told_of(asked), seen=seen)
    except no.AnswersMoved:
        text = _("Somebody answered meanwhile. What they wrote stands; look at it again.")
        return _page(_held(shop, code), code, complaint=text), 412
    except (no.AnswersClosed, no.PersonErased, no.AnswersInvalid):
        text = _("The time to answer is over. Ticket sales can help you.")
        return _page(_held(shop, code), code, complaint=text), 409
    return redirect(url_for("holder.page", shop=shop, code=code, done=1), 303)


@pages.get("/<shop>/tickets/<code>/ticket.pdf")
def pdf(shop: str, code: str) -> Response:
    """The one ticket, in the language of its letter."""
    held = _held(shop, code)
    printed = parts().ticket_pdf(held.order, held.sending.ticket) if held.ticket else None
    if printed is None:
        raise no.LinkInvalid
    return Response(
        printed,
        content_type="application/pdf",
        headers={
            "Content-Disposition": 'attachment; filename="ticket.pdf"',
            "Cache-Control": "private, no-store",
        },
    )


def _held(shop: str, code: str) -> HeldTicket:
    """Raises `LinkInvalid`; what was theirs once is told so, whoever has it since."""
    order, sending = actions.held_by_link(parts(), shop, code)
    told_in(order.terms.timezone)
    mine = not sending.ended_position
    valid = (one for one in order.valid_tickets if mine and one.number == sending.ticket)
    return HeldTicket(order=order, sending=sending, ticket=next(valid, None))


def _alone(ticket: Ticket | None, asked: Sequence[AskedPart]) -> list[AskedPart]:
    """A holder is not told how many others there are."""
    return [replace(one, legend=local(ticket.line.title)) for one in asked if ticket]


def _page(held: HeldTicket, code: str, *, complain: bool = False, complaint: str = "") -> str:
    order, ticket = held.order, held.ticket
    open_ones = [one for one in held.asked if now() < one.until]
    closed = [one for one in held.asked if one not in open_ones]
    typed = request.form if complain or complaint else {}
    fields = _alone(ticket, parts_of_tickets(open_ones, typed, complain=complain))
    known = order.visit
    return render_template(
        "holder.html",
        shop_slug=order.terms.shop_slug,
        shop_name=order.terms.shop_name,
        seller=order.terms.seller,
        title=ticket.line.title if ticket else {},
        product=ticket.line.product if ticket else "",
        ticket_code=in_groups(ticket.code) if ticket else "",
        code=code,
        asked=fields,
        wrong=wrong(fields),
        closed=_alone(ticket, parts_of_tickets(closed, {}, complain=False)),
        until=min((one.until for one in open_ones), default=None),
        version=order.version,
        times=times(
            order.starts_at,
            doors_at=known.doors_at if known else None,
            ends_at=known.ends_at if known else None,
        ),
        visit=known,
        complaint=complaint,
        done="done" in request.args,
        form=PressForm(),
    )
