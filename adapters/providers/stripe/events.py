"""Stripe's events, translated. The same event always gives the same reports."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

from adapters.providers.stripe import dispute_facts, payment_facts, refund_facts
from adapters.providers.stripe.fetched import UNREAD
from adapters.providers.stripe.fields import (
    FETCHED,
    Json,
    group,
    moment_or_none,
    name,
    name_or_none,
)
from adapters.providers.stripe.metadata import Told
from ledger.inbox.report import Report
from ledger.payments.message import BadMessage

Reader = Callable[[Json, Told], Sequence[Report]]

# What is not here is kept as evidence and tells nothing. `charge.dispute.funds_withdrawn` is here
# because an inquiry becomes a dispute without a second `created`.
READERS: Mapping[str, Reader] = {
    "checkout.session.completed": payment_facts.completed,
    "checkout.session.async_payment_succeeded": payment_facts.settled,
    "checkout.session.async_payment_failed": payment_facts.not_settled,
    "checkout.session.expired": payment_facts.expired,
    "payment_intent.succeeded": payment_facts.succeeded,
    "payment_intent.payment_failed": payment_facts.declined,
    "payment_intent.amount_capturable_updated": payment_facts.came_to,
    "payment_intent.canceled": payment_facts.came_to,
    "refund.created": refund_facts.changed,
    "refund.updated": refund_facts.changed,
    "refund.failed": refund_facts.changed,
    "charge.refund.updated": refund_facts.changed,
    "charge.refunded": refund_facts.charged_back,
    "charge.dispute.created": dispute_facts.disputed,
    "charge.dispute.funds_withdrawn": dispute_facts.disputed,
    "charge.dispute.closed": dispute_facts.disputed,
}
_OBJECTS: Mapping[Reader, str] = {
    payment_facts.succeeded: "payment_intent",
    payment_facts.declined: "payment_intent",
    payment_facts.came_to: "payment_intent",
    refund_facts.changed: "refund",
    refund_facts.charged_back: "charge",
    dispute_facts.disputed: "dispute",
}


def event_in(body: bytes) -> Json:
    """The event in a body. Thin notifications and anything else are unreadable."""
    event = _json(body)
    if not isinstance(event, dict) or event.get("object") != "event":
        raise BadMessage("the body is not an event")
    return event


def interpret(event: Json, *, account: str) -> Sequence[Report]:
    """What an event says. `account` is ours: events of our own account do not name it."""
    if event.get("type") == UNREAD:
        raise BadMessage("Stripe's answer was no page that we can read")
    live = event.get("livemode")
    if not isinstance(live, bool):
        raise BadMessage("livemode is not true or false")
    told = Told(
        account=name_or_none(event, "account") or account,
        live=live,
        at=moment_or_none(event, "created"),
        fetched=name(event, "id").startswith(FETCHED),
    )
    reader = READERS.get(name(event, "type"))
    if reader is None:
        return []
    thing = group(group(event, "data"), "object")
    if name(thing, "object") != _OBJECTS.get(reader, "checkout.session"):
        raise BadMessage("the event is about another kind of object")
    return reader(thing, told)


def refunds_in_doubt(event: Json) -> str | None:
    """The payment that an event says money of went back of, without telling all of the refunds."""
    if event.get("type") != "charge.refunded":
        return None
    return refund_facts.untold(group(group(event, "data"), "object"))


def _json(body: bytes) -> Any:
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise BadMessage("the body is not JSON") from None


def _no_number(_: str) -> NoReturn:
    raise ValueError("JSON has no such number")
