"""PaymentIntents: what is held, what is captured, what is let go."""

from adapters.sandbox.books import Entry
from adapters.sandbox.errors import Json, WireError, unexpected_state
from adapters.sandbox.events import change, emit
from adapters.sandbox.lists import page
from adapters.sandbox.world import World

_CANCELABLE = ("requires_payment_method", "requires_capture")


def retrieve(world: World, params: Json, *, of: str) -> Json:
    return world.get("payment_intent", of).body


def list_all(world: World, params: Json) -> Json:
    return page(world, "payment_intent", params=params, url="/v1/payment_intents")


def capture(world: World, params: Json, *, of: str) -> Json:
    intent = world.get("payment_intent", of)
    if intent.body["status"] != "requires_capture":
        raise unexpected_state(
            "This PaymentIntent could not be captured because it has a status of "
            f"{intent.body['status']}. Only a PaymentIntent with one of the following statuses "
            "may be captured: requires_capture."
        )
    held: int = intent.body["amount_capturable"]
    amount: int = params.get("amount_to_capture") or held
    if amount > held:
        raise WireError(
            f"The amount to capture ({amount}) is greater than the capturable amount ({held}).",
            code="amount_too_large",
            param="amount_to_capture",
        )
    intent.body["metadata"] = intent.body["metadata"] | params.get("metadata", {})
    if params.get("final_capture", True):
        _take(world, intent, amount=intent.body["amount_received"] + amount)
    else:
        _take_a_part(world, intent, amount=amount)
    return intent.body


def _take_a_part(world: World, intent: Entry, *, amount: int) -> None:
    """The rest stays held, to be captured or given up."""
    taken, held = intent.body["amount_received"] + amount, intent.body["amount_capturable"] - amount
    charge = world.get("charge", intent.body["latest_charge"])
    change(world, "charge.captured", about=charge, captured=True, amount_captured=taken)
    change(
        world,
        "payment_intent.amount_capturable_updated",
        about=intent,
        amount_received=taken,
        amount_capturable=held,
    )


def _take(world: World, intent: Entry, *, amount: int) -> None:
    # The rest of a partial capture is released; no refund says so since API version 2025-03-31.
    charge = world.get("charge", intent.body["latest_charge"])
    change(world, "charge.captured", about=charge, captured=True, amount_captured=amount)
    intent.due_at = None
    change(
        world,
        "payment_intent.succeeded",
        about=intent,
        status="succeeded",
        amount_received=amount,
        amount_capturable=0,
    )
    session = world.get("checkout.session", intent.hidden["session"])
    session.body["payment_status"] = "paid"
    world.books.write(session)


def cancel(world: World, params: Json, *, of: str) -> Json:
    intent = world.get("payment_intent", of)
    if intent.body["status"] not in _CANCELABLE:
        raise unexpected_state(
            f"You cannot cancel this PaymentIntent because it has a status of "
            f"{intent.body['status']}. Only a PaymentIntent with one of the following statuses "
            f"may be canceled: {', '.join(_CANCELABLE)}."
        )
    if world.get("checkout.session", intent.hidden["session"]).body["status"] == "open":
        raise unexpected_state(
            "You cannot cancel this PaymentIntent because it belongs to an open Checkout Session. "
            "Expire the Checkout Session instead."
        )
    end(world, intent, reason=params.get("cancellation_reason"))
    return intent.body


def end(world: World, intent: Entry, *, reason: str | None = "expired") -> None:
    intent.due_at = None
    change(
        world,
        "payment_intent.canceled",
        about=intent,
        status="canceled",
        canceled_at=world.now(),
        cancellation_reason=reason,
        amount_capturable=0,
    )


def lapse(world: World, intent: Entry) -> None:
    """An amount that nobody captured goes back after seven days."""
    emit(world, "charge.expired", about=world.get("charge", intent.body["latest_charge"]))
    end(world, intent, reason="automatic")
