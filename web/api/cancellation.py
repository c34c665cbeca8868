"""Self-service cancellation: ask for a link, then confirm with its code."""

import secrets
from hmac import compare_digest
from typing import Annotated
from uuid import UUID, uuid4

from flask import Blueprint, Response, request
from msgspec import Meta

from ledger.kernel.money import Money
from ledger.order.cancellation_policy import quote
from ledger.order.commands import ConfirmCancellation, RequestCancellation
from ledger.order.decide import code_hash
from ledger.order.order import Order
from web.actions.refunding import send_back
from web.api.bodies import Body, Nothing, as_json, read
from web.api.keys import correlation_id, request_under
from web.api.orders import ACTOR, told
from web.api.repeats import answered_before
from web.http.addresses import now, order_in
from web.http.current import parts
from web.http.rate_limit import slow_down


class ConfirmBody(Body, frozen=True):
    """The link's code. `quote` is the refund that was shown, in minor units, if one was."""

    code: Annotated[str, Meta(max_length=200)]
    quote: Annotated[int, Meta(ge=0, lt=2**53)] | None = None


def hang_up(api: Blueprint) -> None:
    """Put the calls at their addresses."""
    api.post("/shops/<shop>/orders/<order>/cancellation-requests")(ask)
    api.post("/shops/<shop>/orders/<order>/cancellation")(confirm)


def ask(shop: str, order: str) -> Response:
    """Send a link to the order's e-mail. The answer tells nobody which that is."""
    slow_down("cancel", limit=30)
    found = order_in(shop, order)
    cause, body = correlation_id("cancellation-requests", shop, order), read(Nothing)
    wish = RequestCancellation(
        correlation_id=cause,
        actor=ACTOR,
        at=now(),
        request=request_under(cause, body),
        code=secrets.token_urlsafe(32),
    )
    parts().orders.handle(found.id, wish)
    return as_json({}, status=202)


def confirm(shop: str, order: str) -> Response:
    """Cancel, and ask the provider for the money that is owed."""
    slow_down("cancel", limit=30)
    found = order_in(shop, order)
    body = read(ConfirmBody)
    cancellation = found.newest_link.correlation_id if found.newest_link else uuid4()
    shown = quote(found).amount if body.quote is None else Money(body.quote, found.currency)
    wish = ConfirmCancellation(
        correlation_id=cancellation,
        actor=ACTOR,
        at=now(),
        code=body.code,
        quote=shown,
        request=request_under(correlation_id("cancellation", shop, order), body),
    )
    after = answered_before(parts().orders.history(found.id), wish)
    if after is None and not _repeats(found, body.code):
        after = send_back(parts().orders.handle(found.id, wish), cancellation)
        after = answered_before(parts().orders.history(found.id), wish) or after
    after = after or found
    return as_json({"order": told(after), "refund": refund_word(after, cancellation)})


def refund_word(order: Order, cancellation: UUID) -> str:
    """What became of the money: accepted, failed, unknown, or none was owed."""
    refund = order.refund_of(cancellation)
    if refund is None:
        return "none"
    if refund.was_refused or refund.failed_late:
        return "failed"
    return "accepted" if refund.was_accepted else "unknown"


def _repeats(order: Order, code: str) -> bool:
    """With an idempotency key, the code that was used is answered again instead of refused."""
    link = order.newest_link
    if link is None or "Idempotency-Key" not in request.headers:
        return False
    used = link.correlation_id in order.refunds or link.correlation_id == order.cancelled
    return used and compare_digest(link.code_hash, code_hash(code))
