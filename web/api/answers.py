"""Answers about tickets, and tickets sent on. The order's id lets in; reading is for staff."""

from typing import Annotated, Any
from uuid import UUID

from flask import Blueprint, Response, request
from msgspec import Meta

from ledger.order.decisions.place import LANGUAGES
from ledger.order.order import Order
from ledger.order.stamps import TicketAnswers
from ledger.order.ticket_answers import asked_tickets
from ledger.shop.texts import language_of
from ledger.staff.role import Role
from projections.order_json import moment
from web.actions import answers as actions
from web.actions.place import CUSTOMER
from web.actions.wish import Wish
from web.admin.badges import as_csv
from web.api.bodies import Body, Nothing, as_json, read
from web.api.orders import told
from web.api.repeats import answered_before, correlation_id, request_under
from web.http.access import for_roles
from web.http.addresses import now, number_in, order_in
from web.http.current import parts
from web.http.rate_limit import slow_down

_Text = Annotated[str, Meta(max_length=1000)]


class AnsweredTicketBody(Body, frozen=True):
    """One ticket of the order, by its number from 1, and all that is told of it, by question."""

    ticket: Annotated[int, Meta(ge=1, le=9999)]
    answers: dict[Annotated[str, Meta(max_length=100)], _Text]


class AnswersBody(Body, frozen=True):
    """What is told of some tickets, in place of what was told of them before."""

    tickets: Annotated[list[AnsweredTicketBody], Meta(min_length=1, max_length=1000)]


class SendBody(Body, frozen=True):
    """To whom a ticket is sent on, and in which language the letter is."""

    email: _Text
    language: Annotated[str, Meta(max_length=35)] = ""


def hang_up(api: Blueprint) -> None:
    """Put the calls at their addresses."""
    api.post("/shops/<shop>/orders/<order>/answers")(change_answers)
    api.get("/shops/<shop>/orders/<order>/answers")(answers)
    api.get("/shops/<shop>/badges.csv")(badges)
    tickets = "/shops/<shop>/orders/<order>/tickets/<ticket>"
    api.post(f"{tickets}/send")(send_ticket)
    api.post(f"{tickets}/take-back")(take_ticket_back)


def change_answers(shop: str, order: str) -> Response:
    """These are the answers from here on."""
    slow_down("names", limit=60)
    found, body = order_in(shop, order), read(AnswersBody)
    cause = correlation_id("answers", shop, order)
    bound = request_under(cause, body)
    after = answered_before(found.id, bound)
    if after is None:
        told_of = [TicketAnswers(ticket=one.ticket, answers=one.answers) for one in body.tickets]
        after = actions.answer(parts(), found.id, _wish(cause, bound), tickets=told_of)
    return as_json({"order": told(after)})


@for_roles(Role.STAFF)
def answers(shop: str, order: str) -> Response:
    """What was asked and answered about each ticket, and to whom it was sent on."""
    found = order_in(shop, order)
    return as_json({"tickets": [_ticket(found, one) for one in asked_tickets(found)]})


def _ticket(order: Order, one: Any) -> dict[str, Any]:
    sending = order.holders.get(one.ticket.number)
    return {
        "ticket": one.ticket.number,
        "product": one.ticket.line.product,
        "answers": dict(one.answers),
        "missing": [question.slug for question in one.missing],
        "until": moment(one.until),
        "sent_to": sending.email if sending else None,
    }


@for_roles(Role.STAFF)
def badges(shop: str) -> Response:
    """Names and answers of all valid tickets of the shop, as CSV."""
    return as_csv(shop, request.args.get("product", "")[:63])


def send_ticket(shop: str, order: str, ticket: str) -> Response:
    """Send one ticket on to its holder's own address."""
    slow_down("send-ticket", limit=30)
    found, body = order_in(shop, order), read(SendBody)
    cause = correlation_id("send-ticket", shop, order, ticket)
    bound = request_under(cause, body)
    after = answered_before(found.id, bound)
    if after is None:
        spoken = language_of(body.language)
        after = actions.send_on(
            parts(),
            found.id,
            _wish(cause, bound),
            ticket=number_in(ticket),
            email=body.email.strip(),
            language=spoken if spoken in LANGUAGES else found.terms.language,
        )
    return as_json({"order": told(after)})


def take_ticket_back(shop: str, order: str, ticket: str) -> Response:
    """The ticket is the buyer's again."""
    slow_down("send-ticket", limit=30)
    found, body = order_in(shop, order), read(Nothing)
    cause = correlation_id("take-back", shop, order, ticket)
    bound = request_under(cause, body)
    after = answered_before(found.id, bound)
    if after is None:
        after = actions.take_back(parts(), found.id, _wish(cause, bound), ticket=number_in(ticket))
    return as_json({"order": told(after)})


def _wish(cause: UUID, bound: str | None) -> Wish:
    return Wish(correlation_id=cause, actor=CUSTOMER, at=now(), request=bound)
