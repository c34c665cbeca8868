"""Names and answers of an order's tickets, and to whom they are sent on.

They are shown to whoever ordered: on the browser that placed the order, or signed in with its
address. Whoever only has the order's address sees none, here as on the order's own page.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ledger.kernel import refusals as no
from ledger.kernel.refusals import UnknownOrder
from ledger.order.decisions.place import LANGUAGES
from ledger.order.holder import Sending
from ledger.order.order import Order
from ledger.order.retention import event_over_at
from ledger.order.ticket_answers import AskedTicket, asked_tickets
from ledger.order.tickets import Ticket
from web.actions import answers as actions
from web.actions.place import CUSTOMER
from web.actions.wish import Wish
from web.http.addresses import now, number_in, order_in
from web.http.current import parts
from web.http.rate_limit import slow_down
from web.i18n.gettext import _
from web.i18n.refusals import of_sending
from web.pages.answers import parts_of_tickets, told_of, wrong
from web.pages.buyer import is_buyer_here
from web.pages.forms import PressForm
from web.pages.order import shown_in_its_zone

pages = Blueprint("names", __name__)
Answer = str | Response | tuple[str, int]
_REFUSED = (
    no.CustomerInvalid,
    no.AnswersMoved,
    no.AnswersClosed,
    no.TicketNotSendable,
    no.PersonErased,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A valid ticket and to whom it was sent on; None: it is the buyer's."""

    ticket: Ticket
    sending: Sending | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """What was refused about one ticket, and what had been typed."""

    ticket: int
    text: str
    email: str = ""


@pages.get("/<shop>/orders/<order>/names")
def page(shop: str, order: str) -> Answer:
    """What was told about each ticket, and whose each is."""
    found = _order(shop, order)
    return _page(found) if is_buyer_here(found) else _closed(found)


@pages.post("/<shop>/orders/<order>/names")
def answer(shop: str, order: str) -> Answer:
    """These are the answers from here on."""
    slow_down("names", limit=60)
    found = _order(shop, order)
    if not is_buyer_here(found):
        return _closed(found), 403
    open_ones = _open(found, now())
    asked = parts_of_tickets(open_ones, request.form, complain=True)
    if wrong(asked):
        return _page(found, complain=True), 422
    try:
        actions.answer(parts(), found.id, _wish(), tickets=told_of(asked), seen=_seen())
    except no.AnswersMoved:
        text = _("Somebody answered meanwhile. What they wrote stands; look at it again.")
        return _page(parts().orders.get(found.id), complaint=text), 412
    except (no.AnswersClosed, no.PersonErased, no.AnswersInvalid):
        text = _("The time to answer is over. Ticket sales can help you.")
        return _page(parts().orders.get(found.id), complaint=text), 409
    return redirect(url_for("names.page", shop=shop, order=order, done="answered"), 303)


@pages.post("/<shop>/orders/<order>/tickets/<ticket>/send")
def send(shop: str, order: str, ticket: str) -> Answer:
    """Send one ticket on to its holder's own address."""
    slow_down("send-ticket", limit=30)
    found, email = _order(shop, order), request.form.get("email", "").strip()[:400]
    language = request.form.get("language", "")
    if not is_buyer_here(found):
        return _closed(found), 403
    try:
        actions.send_on(
            parts(),
            found.id,
            _wish(),
            ticket=number_in(ticket),
            email=email,
            language=language if language in LANGUAGES else found.terms.language,
            seen=_seen(),
        )
    except _REFUSED as refusal:
        wrong_one = Complaint(ticket=number_in(ticket), text=of_sending(refusal), email=email)
        return _page(parts().orders.get(found.id), about=wrong_one), _status(refusal)
    return redirect(url_for("names.page", shop=shop, order=order, done="sent"), 303)


@pages.post("/<shop>/orders/<order>/tickets/<ticket>/take-back")
def take_back(shop: str, order: str, ticket: str) -> Answer:
    """The ticket is the buyer's again; what was sent lets nobody in."""
    slow_down("send-ticket", limit=30)
    found = _order(shop, order)
    if not is_buyer_here(found):
        return _closed(found), 403
    try:
        actions.take_back(parts(), found.id, _wish(), ticket=number_in(ticket), seen=_seen())
    except _REFUSED as refusal:
        wrong_one = Complaint(ticket=number_in(ticket), text=of_sending(refusal))
        return _page(parts().orders.get(found.id), about=wrong_one), _status(refusal)
    return redirect(url_for("names.page", shop=shop, order=order, done="taken"), 303)


def _closed(order: Order) -> str:
    """What whoever only has the order's address sees: nobody's name, and the way to them."""
    back = url_for("names.page", shop=order.terms.shop_slug, order=order.id)
    return render_template("names_closed.html", order=order, back=back)


def _status(refusal: no.Refusal) -> int:
    if isinstance(refusal, no.CustomerInvalid):
        return 422
    return 412 if isinstance(refusal, no.AnswersMoved) else 409


def _order(shop: str, order: str) -> Order:
    found = shown_in_its_zone(order_in(shop, order))
    if found.erased:
        raise UnknownOrder
    return found


def _wish() -> Wish:
    return Wish(correlation_id=uuid4(), actor=CUSTOMER, at=now())


def _seen() -> int | None:
    """The version of the order that the form was made from."""
    word = request.form.get("seen", "")
    return int(word) if word.isascii() and word.isdecimal() and len(word) < 10 else None


def _open(order: Order, at: datetime) -> list[AskedTicket]:
    return [one for one in asked_tickets(order) if at < one.until]


def _page(
    order: Order,
    *,
    complain: bool = False,
    complaint: str = "",
    about: Complaint | None = None,
) -> str:
    at = now()
    asked, open_ones = asked_tickets(order), _open(order, at)
    typed = request.form if complain or complaint else {}
    fields = parts_of_tickets(open_ones, typed, complain=complain)
    closed = [one for one in asked if one not in open_ones]
    return render_template(
        "names.html",
        order=order,
        asked=fields,
        wrong=wrong(fields),
        until=min((one.until for one in open_ones), default=None),
        closed=parts_of_tickets(closed, {}, complain=False),
        held=[
            Held(ticket=one, sending=order.holders.get(one.number)) for one in order.valid_tickets
        ],
        may_send=at < event_over_at(order),
        complaint=complaint,
        about=about,
        done=request.args.get("done", ""),
        tongues=[("en", "English"), ("fi", "suomi"), ("sv", "svenska")],
        form=PressForm(),
    )
