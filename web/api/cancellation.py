"""Cancelling by whoever bought: a link and its code, or at once with a token (SPEC G2)."""

from typing import Annotated
from uuid import UUID, uuid4

import msgspec
from flask import Blueprint, Response, request
from msgspec import Meta

from ledger.kernel.money import Money
from ledger.kernel.refusals import LateCancel, PartialCapture
from ledger.order import cancellation_policy as cancellation
from ledger.order import part_policy
from ledger.order.order import Order
from ledger.order.stamps import Pieces
from web.actions import cancel as actions
from web.actions.cancel import cancel_at_once
from web.actions.place import CUSTOMER
from web.actions.wish import Wish
from web.api.bodies import Body, Nothing, as_json, read
from web.api.orders import WantedBody, told
from web.api.repeats import answered_before, correlation_id, request_under
from web.http.addresses import now, order_in
from web.http.current import parts
from web.http.modification_token import check
from web.http.problems import of_refusal
from web.http.rate_limit import slow_down
from web.i18n.refusals import of_cancellation

_Lines = Annotated[tuple[WantedBody, ...], Meta(max_length=100)]
Tickets = Annotated[tuple[Annotated[int, Meta(ge=1, lt=2**31)], ...], Meta(max_length=1000)]


class ConfirmBody(Body, frozen=True):
    """The link's code. `quote` is the refund that was shown, in minor units, if one was.

    `lines` are the pieces to cancel, by product, `tickets` those that these tickets belong to, by
    their numbers; without any, the whole order is cancelled.
    """

    code: Annotated[str, Meta(max_length=200)]
    quote: Annotated[int, Meta(ge=0, lt=2**53)] | None = None
    lines: _Lines = ()
    tickets: Tickets = ()


class QuoteBody(Body, frozen=True):
    """Which pieces, by product or by the numbers of their tickets; without any, the whole order."""

    lines: _Lines = ()
    tickets: Tickets = ()


def hang_up(api: Blueprint) -> None:
    """Put the calls at their addresses."""
    api.post("/shops/<shop>/orders/<order>/cancellation-requests")(ask)
    api.post("/shops/<shop>/orders/<order>/cancellation-quotes")(offer)
    api.post("/shops/<shop>/orders/<order>/cancellation")(confirm)


def ask(shop: str, order: str) -> Response:
    """Send a link to the order's e-mail. The answer tells nobody which that is."""
    slow_down("cancel", limit=30)
    found = order_in(shop, order)
    cause, body = correlation_id("cancellation-requests", shop, order), read(Nothing)
    actions.send_link(parts(), found.id, _wish(cause, request_under(cause, body)))
    return as_json({}, status=202)


def offer(shop: str, order: str) -> Response:
    """What cancelling these pieces, or all, would bring back just now. Nothing is done."""
    slow_down("cancel", limit=30)
    found, body = order_in(shop, order), read(QuoteBody)
    pieces = _pieces(found, body)
    quoted = actions.offered(found, pieces)
    why = part_policy.hindrance(found, now(), whole=quoted.whole, used=quoted.used)
    return as_json(
        {
            "amount": quoted.amount.amount,
            "fee": quoted.fee.amount,
            "currency": found.currency,
            "vat": [
                {"rate": one.rate, "base": one.base.amount, "vat": one.vat.amount}
                for one in quoted.vat
            ],
            "whole": quoted.whole,
            "tickets": part_policy.ticket_numbers(found, quoted.pieces),
            "reason": cancellation.reason_of(why),
            "why": str(why),
            "text": of_cancellation(why),
        }
    )


def _pieces(order: Order, body: QuoteBody | ConfirmBody) -> tuple[Pieces, ...]:
    lines = [(one.product, one.quantity) for one in body.lines]
    return part_policy.chosen(order, lines or None, tickets=body.tickets)


def confirm(shop: str, order: str) -> Response:
    """Cancel, and ask the provider for the money that is owed."""
    slow_down("cancel", limit=30)
    found = order_in(shop, order)
    body = read(ConfirmBody)
    cause = found.newest_link.correlation_id if found.newest_link else uuid4()
    bound = request_under(correlation_id("cancellation", shop, order), body)
    after = answered_before(found.id, bound)
    if after is None and not _repeats(found, body.code):
        wish, pieces = _wish(cause, bound), _part(found, body)
        shown = _shown(found, body, pieces)
        after = actions.confirm(parts(), found.id, wish, code=body.code, shown=shown, pieces=pieces)
        after = answered_before(found.id, bound) or after
    after = after or found
    refund = actions.refund_outcome(after, cause)
    return as_json({"order": told(after), "refund": refund})


def _part(order: Order, body: ConfirmBody) -> tuple[Pieces, ...]:
    """None is the whole order."""
    return _pieces(order, body) if body.lines or body.tickets else ()


def _shown(order: Order, body: ConfirmBody, pieces: tuple[Pieces, ...]) -> Money:
    if body.quote is not None:
        return Money(body.quote, order.currency)
    return actions.offered(order, pieces).amount if pieces else cancellation.quote(order).amount


def _wish(cause: UUID, request: str | None) -> Wish:
    return Wish(correlation_id=cause, actor=CUSTOMER, at=now(), request=request)


def _repeats(order: Order, code: str) -> bool:
    """With an idempotency key, the code that was used is answered again instead of refused."""
    link = order.newest_link
    if link is None or "Idempotency-Key" not in request.headers:
        return False
    return cancellation.link_is_used(order, link) and link in actions.links_of(order, code)


store = Blueprint("store", __name__)


@store.post("/store/orders/<order>/cancel")
def cancel(order: str) -> Response:
    """Cancel at once. The token comes first: without it nobody learns whether there is an order."""
    slow_down("cancel", limit=30)
    known = check(request.headers.get("x-modification-token", ""), order, at=now())
    try:
        outcome = cancel_at_once(parts(), known)
    except (LateCancel, PartialCapture) as refusal:
        return _refused(refusal)
    answer = {
        "order_id": str(known),
        "status": "canceled",
        "payment_action": outcome.action,
        **({"warning": outcome.warning} if outcome.warning else {}),
    }
    return Response(msgspec.json.encode(answer), mimetype="application/json")


def _refused(refusal: LateCancel | PartialCapture) -> Response:
    """A problem document that also carries the two members which callers of this door know."""
    problem = of_refusal(refusal)
    said = {"code": refusal.code, "message": problem.detail, **problem.document()}
    document = msgspec.json.encode(said)
    return Response(document, problem.status, mimetype="application/problem+json")
