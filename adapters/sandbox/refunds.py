"""Refunds: money goes back, at once, later, or not after all."""

from adapters.sandbox import payment_objects
from adapters.sandbox.books import Entry
from adapters.sandbox.errors import Json, WireError, malformed
from adapters.sandbox.events import change, emit
from adapters.sandbox.lists import page
from adapters.sandbox.world import World

BEHAVIOURS = ("succeed", "pending", "fail", "requires_action", "decline")
_BORN = {
    "succeed": "succeeded",
    "pending": "pending",
    "fail": "failed",
    "requires_action": "requires_action",
}
_LOST = ("failed", "canceled")


def create(world: World, params: Json) -> Json:
    charge = _charge_of(world, params)
    amount = _amount(world, charge, asked=params.get("amount"))
    behaviour = _next_behaviour(world)
    if behaviour == "decline":
        raise WireError(
            "Insufficient funds in your Stripe balance to refund this amount.",
            code="balance_insufficient",
        )
    body = payment_objects.refund(charge.body, params, now=world.now(), amount=amount)
    body["status"] = _BORN[behaviour]
    refund = world.books.write(Entry(body=body))
    emit(world, "refund.created", about=refund)
    if body["status"] == "failed":
        _tell_failure(world, refund, before={})
    else:
        before = {"amount_refunded": charge.body["amount_refunded"]}
        _recount(world, charge)
        emit(world, "charge.refunded", about=charge, before=before)
    return refund.body


def _charge_of(world: World, params: Json) -> Entry:
    if "charge" in params:
        return world.given("charge", params["charge"], param="charge")
    if "payment_intent" not in params:
        message = "One of the following params should be provided for this request: "
        raise malformed(message + "payment_intent or charge.", "payment_intent")
    intent = world.given("payment_intent", params["payment_intent"], param="payment_intent")
    if intent.body["latest_charge"] is None:
        raise _nothing_to_refund(intent.id)
    return world.get("charge", intent.body["latest_charge"])


def _nothing_to_refund(intent_id: str) -> WireError:
    message = f"This PaymentIntent ({intent_id}) does not have a successful charge to refund."
    return WireError(message, code="payment_intent_unexpected_state", param="payment_intent")


def _amount(world: World, charge: Entry, *, asked: int | None) -> int:
    captured, returned = charge.body["amount_captured"], _returned(world, charge)
    if not captured:
        raise _nothing_to_refund(charge.body["payment_intent"])
    if charge.hidden.get("charged_back"):
        message = f"Charge {charge.id} has been charged back; cannot issue a refund."
        raise WireError(message, code="charge_disputed")
    if returned >= captured:
        message = f"Charge {charge.id} has already been refunded."
        raise WireError(message, code="charge_already_refunded")
    amount = captured - returned if asked is None else asked
    if amount > captured - returned:
        rest = "unrefunded amount on charge" if returned else "charge amount"
        message = f"Refund amount ({amount}) is greater than {rest} ({captured - returned})"
        raise WireError(message, param="amount")
    return amount


def _returned(world: World, charge: Entry) -> int:
    rows = world.books.rows(
        "select coalesce(sum(json_extract(body, '$.amount')), 0) as total from objects"
        " where kind = 'refund' and json_extract(body, '$.charge') = ?"
        " and json_extract(body, '$.status') not in ('failed', 'canceled')",
        (charge.id,),
    )
    return int(rows[0]["total"])


def _recount(world: World, charge: Entry) -> None:
    # Stripe's amount is cumulative, and shrinks again when a refund fails after all.
    returned = _returned(world, charge)
    charge.body["amount_refunded"] = returned
    charge.body["refunded"] = returned == charge.body["amount_captured"]
    world.books.write(charge)


def _next_behaviour(world: World) -> str:
    for place, spec in world.books.planned("refund"):
        world.books.spend(place)
        return str(spec["behaviour"])
    return "succeed"


def settle(world: World, refund: Entry) -> None:
    _move(world, refund, status="succeeded", allowed=("pending", "requires_action"))


def require_action(world: World, refund: Entry) -> None:
    _move(world, refund, status="requires_action", allowed=("pending",))


def fail(world: World, refund: Entry, *, reason: str = "unknown") -> None:
    """The money comes back to the shop: possible even after the refund had succeeded."""
    if refund.body["status"] in _LOST:
        raise WireError(f"This refund is already {refund.body['status']}.")
    before = {"status": refund.body["status"]}
    refund.body.update(status="failed", failure_reason=reason)
    world.books.write(refund)
    _recount(world, world.get("charge", refund.body["charge"]))
    _tell_failure(world, refund, before=before)


def _tell_failure(world: World, refund: Entry, *, before: Json) -> None:
    refund.body.setdefault("failure_reason", "unknown")
    world.books.write(refund)
    emit(world, "refund.failed", about=refund, before=before or None)
    emit(world, "charge.refund.updated", about=refund, before=before or None)


def cancel(world: World, params: Json, *, of: str) -> Json:
    refund = world.get("refund", of)
    if refund.body["status"] != "requires_action":
        message = f"You cannot cancel a refund with a status of {refund.body['status']}."
        raise WireError(message)
    _move(world, refund, status="canceled", allowed=("requires_action",))
    _recount(world, world.get("charge", refund.body["charge"]))
    return refund.body


def _move(world: World, refund: Entry, *, status: str, allowed: tuple[str, ...]) -> None:
    if refund.body["status"] not in allowed:
        raise WireError(f"This refund is already {refund.body['status']}.")
    before = {"status": refund.body["status"]}
    change(world, "refund.updated", about=refund, status=status)
    emit(world, "charge.refund.updated", about=refund, before=before)


def retrieve(world: World, params: Json, *, of: str) -> Json:
    return world.get("refund", of).body


def list_all(world: World, params: Json) -> Json:
    return page(world, "refund", params=params, url="/v1/refunds")
