"""Disputes: the customer's bank takes the money back, and perhaps returns it."""

from adapters.sandbox import payment_objects
from adapters.sandbox.books import Entry
from adapters.sandbox.errors import Json, WireError
from adapters.sandbox.events import change, emit
from adapters.sandbox.lists import page
from adapters.sandbox.world import World

OUTCOMES = ("won", "lost", "warning_closed")


def open_dispute(
    world: World, charge: Entry, *, amount: int | None, reason: str, inquiry: bool
) -> Entry:
    """An inquiry only asks; a dispute takes the money until it is won."""
    if charge.body["disputed"] or not charge.body["amount_captured"]:
        raise WireError("This charge cannot be disputed.")
    body = payment_objects.dispute(
        charge.body,
        now=world.now(),
        amount=amount or charge.body["amount_captured"],
        reason=reason,
        status="warning_needs_response" if inquiry else "needs_response",
    )
    dispute = world.books.write(Entry(body=body))
    charge.body["disputed"] = True
    charge.hidden["charged_back"] = not inquiry
    world.books.write(charge)
    emit(world, "charge.dispute.created", about=dispute)
    if not inquiry:
        emit(world, "charge.dispute.funds_withdrawn", about=dispute)
    return dispute


def close_dispute(world: World, dispute: Entry, *, outcome: str) -> None:
    """Won: the money is back. Lost: it is gone for good."""
    if dispute.body["status"] in OUTCOMES:
        raise WireError(f"This dispute is already {dispute.body['status']}.")
    inquiry = dispute.body["status"].startswith("warning")
    if inquiry != (outcome == "warning_closed"):
        raise WireError("An inquiry ends as warning_closed, a dispute as won or lost.")
    charge = world.get("charge", dispute.body["charge"])
    charge.hidden["charged_back"] = outcome == "lost"
    world.books.write(charge)
    change(
        world,
        "charge.dispute.closed",
        about=dispute,
        status=outcome,
        is_charge_refundable=outcome != "lost",
    )
    if outcome == "won":
        emit(world, "charge.dispute.funds_reinstated", about=dispute)


def retrieve(world: World, params: Json, *, of: str) -> Json:
    return world.get("dispute", of).body


def list_all(world: World, params: Json) -> Json:
    return page(world, "dispute", params=params, url="/v1/disputes")
