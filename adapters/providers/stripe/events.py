"""Stripe's events and fetched objects, translated: the same one always gives the same reports."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

from adapters.providers.stripe import facts
from adapters.providers.stripe.facts import PAGE, moves_of
from adapters.providers.stripe.fields import (
    FETCHED,
    PROVIDER,
    Json,
    group,
    moment_or_none,
    name,
    name_or_none,
    reference,
)
from adapters.providers.stripe.metadata import Told
from ledger.inbox.ports import Report
from ledger.payments.provider import BadMessage, Message

Reader = Callable[[Json, Told], Sequence[Report]]

# What is not here is kept as evidence and tells nothing. `charge.dispute.funds_withdrawn` is here
# because an inquiry becomes a dispute without a second `created`.
READERS: Mapping[str, Reader] = {
    "checkout.session.completed": facts.completed,
    "checkout.session.async_payment_succeeded": facts.settled,
    "checkout.session.async_payment_failed": facts.not_settled,
    "checkout.session.expired": facts.expired,
    "payment_intent.succeeded": facts.succeeded,
    "payment_intent.payment_failed": facts.declined,
    "payment_intent.amount_capturable_updated": facts.came_to,
    "payment_intent.canceled": facts.came_to,
    "refund.created": facts.changed,
    "refund.updated": facts.changed,
    "refund.failed": facts.changed,
    "charge.refund.updated": facts.changed,
    "charge.refunded": facts.charged_back,
    "charge.dispute.created": facts.disputed,
    "charge.dispute.funds_withdrawn": facts.disputed,
    "charge.dispute.closed": facts.disputed,
}
_OBJECTS: Mapping[Reader, str] = {
    facts.succeeded: "payment_intent",
    facts.declined: "payment_intent",
    facts.came_to: "payment_intent",
    facts.changed: "refund",
    facts.charged_back: "charge",
    facts.disputed: "dispute",
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
    return facts.untold(group(group(event, "data"), "object"))


def _json(body: bytes) -> Any:
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise BadMessage("the body is not JSON") from None


def _no_number(_: str) -> NoReturn:
    raise ValueError("JSON has no such number")


_SESSION = (
    *("id", "object", "mode", "status", "payment_status", "payment_intent"),
    *("amount_total", "currency", "client_reference_id"),
)
_INTENT = (
    *("id", "object", "status", "amount", "amount_received", "amount_capturable", "currency"),
    *("capture_method", "cancellation_reason", "latest_charge", PAGE),
)
_REFUND = (
    *("id", "object", "amount", "currency", "status", "failure_reason"),
    *("charge", "payment_intent"),
)
_DISPUTE = ("id", "object", "amount", "currency", "status", "charge", "payment_intent")
_KEPT = {
    "checkout.session": _SESSION,
    "payment_intent": _INTENT,
    "refund": _REFUND,
    "dispute": _DISPUTE,
}
_EXPANDED = ("payment_intent", "charge", "latest_charge")
# The type of an event that says what came instead of a page.
UNREAD = "not_a_page"
_SAID = 200
_OURS = ("order", "shop", "correlation_id", "payment", "try_number", "capture")


def message(thing: Json, *, event_type: str, happened: object) -> Message:
    """An event about an object as it stands: what we read of it, and nothing of a customer.

    `happened` is Stripe's second of it; None where none is told. The same state gives the same
    bytes, so that it is kept as evidence once. Raises `BadMessage`.
    """
    if name(thing, "object") not in _KEPT:
        raise BadMessage("another kind of object")
    known_as = f"{FETCHED}{name(thing, 'id')}/{_state(thing)}"
    event = {
        "id": known_as,
        "object": "event",
        "type": event_type,
        "created": happened,
        "livemode": _mode(thing),
        "data": {"object": _reduced(thing)},
    }
    body = json.dumps(event, sort_keys=True, separators=(",", ":")).encode()
    return Message(provider=PROVIDER, name=known_as, body=body)


def unread(answer: object, asked: str) -> Message:
    """An answer about a page that we cannot read: kept, so that a person is told of it."""
    told = answer if isinstance(answer, dict) else {}
    kept = {key: str(told[key])[:_SAID] for key in _SESSION if key in told}
    known_as = f"{FETCHED}{asked}/unread"
    event = {
        "id": known_as,
        "object": "event",
        "type": UNREAD,
        "data": {"object": {**kept, "id": asked}},
    }
    return Message(
        provider=PROVIDER, name=known_as, body=json.dumps(event, sort_keys=True).encode()
    )


def _state(thing: Json) -> str:
    """A page that is complete may still wait for its money."""
    paid = "payment_status" in _KEPT[thing["object"]]
    return name(thing, "status") + (f"/{name(thing, 'payment_status')}" if paid else "")


def _reduced(thing: Json) -> Json:
    metadata = group(thing, "metadata")
    kept: Json = {key: thing[key] for key in _KEPT[thing["object"]] if key in thing}
    kept |= {key: reference(thing, key) for key in _EXPANDED if key in kept}
    if moves := moves_of(thing):
        kept["balance_transactions"] = [{"amount": one.get("amount")} for one in moves]
    return kept | {"metadata": {key: metadata[key] for key in _OURS if key in metadata}}


def _mode(thing: Json) -> Any:
    """Refunds and disputes may not say; the books that list them know."""
    if "livemode" not in thing:
        raise BadMessage("livemode is missing")
    return thing["livemode"]
