"""Stripe's objects that we asked for, put as the event that would have told of them."""

import json
from typing import Any

from adapters.providers.stripe.dispute_facts import moves_of
from adapters.providers.stripe.fields import FETCHED, PROVIDER, Json, group, name, reference
from adapters.providers.stripe.payment_facts import PAGE
from ledger.payments.message import BadMessage, Message

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
