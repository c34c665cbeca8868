"""What the customer does on the hosted page, and what a slow bank says days later."""

from adapters.sandbox import payment_objects, sessions
from adapters.sandbox.books import Entry
from adapters.sandbox.errors import Json, WireError
from adapters.sandbox.events import change, emit
from adapters.sandbox.world import World

_HOLD = 7 * 86400
_DECLINED = "Your card was declined."


def pay(world: World, session: Entry) -> None:
    """A card that works: the money is taken, or held when the shop captures by hand."""
    _check_open(session)
    if session.body["amount_total"] == 0:
        _complete(world, session, payment_status="no_payment_required")
        return
    intent = _confirmed(world, session)
    charge = _charge(world, intent, session=session, method="card")
    if intent.body["capture_method"] == "manual":
        _hold(world, intent, charge=charge)
        _complete(world, session, payment_status="unpaid")
    else:
        _receive(world, intent, charge=charge)
        _complete(world, session, payment_status="paid")


def decline(world: World, session: Entry) -> None:
    """A card that is refused: the session stays open for another try."""
    _check_open(session)
    intent = _confirmed(world, session)
    _refuse(world, intent, charge=_charge(world, intent, session=session, method="card"))


def pay_later(world: World, session: Entry) -> None:
    """A bank that answers days later: the session is complete, the money is not there."""
    _check_open(session)
    method = delayed_method(session.body)
    if method is None:
        raise WireError("This session offers no delayed payment method.")
    intent = _confirmed(world, session)
    charge = _charge(world, intent, session=session, method=method)
    intent.body["latest_charge"] = charge.id
    if world.settle_after is not None:
        intent.due_at = world.clock.now() + world.settle_after
    change(world, "payment_intent.processing", about=intent, status="processing")
    world.books.write(charge)
    emit(world, "charge.pending", about=charge)
    _complete(world, session, payment_status="unpaid")


def delayed_method(session: Json) -> str | None:
    return next((m for m in session["payment_method_types"] if m != "card"), None)


def settle(world: World, intent: Entry, *, succeeded: bool = True) -> None:
    """The bank's answer to a delayed payment."""
    if intent.body["status"] != "processing":
        raise WireError(f"This payment is {intent.body['status']}, not processing.")
    session = world.get("checkout.session", intent.hidden["session"])
    charge = world.get("charge", intent.body["latest_charge"])
    intent.due_at = None
    if succeeded:
        _receive(world, intent, charge=charge)
        change(
            world, "checkout.session.async_payment_succeeded", about=session, payment_status="paid"
        )
    else:
        _refuse(world, intent, charge=charge)
        emit(world, "checkout.session.async_payment_failed", about=session)


def _check_open(session: Entry) -> None:
    if session.body["status"] != "open":
        raise WireError(f"This Checkout Session is {session.body['status']}.")


def _confirmed(world: World, session: Entry) -> Entry:
    """The session's intent; it is born at the first confirmation, not with the session."""
    if session.body["payment_intent"] is not None:
        return world.get("payment_intent", session.body["payment_intent"])
    body = payment_objects.payment_intent(session.body, session.hidden["intent"], now=world.now())
    intent = world.books.write(Entry(body=body, hidden={"session": session.id}))
    session.body["payment_intent"] = intent.id
    world.books.write(session)
    emit(world, "payment_intent.created", about=intent)
    return intent


def _charge(world: World, intent: Entry, *, session: Entry, method: str) -> Entry:
    email = session.body["customer_email"]
    body = payment_objects.charge(intent.body, now=world.now(), method=method, email=email)
    return Entry(body=body)


def _receive(world: World, intent: Entry, *, charge: Entry) -> None:
    amount = intent.body["amount"]
    charge.body.update(status="succeeded", paid=True, captured=True, amount_captured=amount)
    _tell_success(world, charge)
    change(
        world,
        "payment_intent.succeeded",
        about=intent,
        status="succeeded",
        amount_received=amount,
        latest_charge=charge.id,
        payment_method=charge.body["payment_method"],
        last_payment_error=None,
    )


def _hold(world: World, intent: Entry, *, charge: Entry) -> None:
    charge.body.update(status="succeeded", paid=True)
    _tell_success(world, charge)
    intent.due_at = world.clock.now() + _HOLD
    change(
        world,
        "payment_intent.amount_capturable_updated",
        about=intent,
        status="requires_capture",
        amount_capturable=intent.body["amount"],
        latest_charge=charge.id,
        payment_method=charge.body["payment_method"],
        last_payment_error=None,
    )


def _tell_success(world: World, charge: Entry) -> None:
    charge.body["outcome"] = {
        "network_status": "approved_by_network",
        "reason": None,
        "risk_level": "normal",
        "seller_message": "Payment complete.",
        "type": "authorized",
    }
    world.books.write(charge)
    emit(world, "charge.succeeded", about=charge)


def _refuse(world: World, intent: Entry, *, charge: Entry) -> None:
    charge.body.update(status="failed", failure_code="card_declined", failure_message=_DECLINED)
    charge.body["outcome"] = {
        "network_status": "declined_by_network",
        "reason": "generic_decline",
        "seller_message": "The bank did not return any further details with this decline.",
        "type": "issuer_declined",
    }
    world.books.write(charge)
    emit(world, "charge.failed", about=charge)
    error = {
        "type": "card_error",
        "code": "card_declined",
        "decline_code": "generic_decline",
        "message": _DECLINED,
        "charge": charge.id,
    }
    change(
        world,
        "payment_intent.payment_failed",
        about=intent,
        status="requires_payment_method",
        latest_charge=charge.id,
        last_payment_error=error,
    )


def _complete(world: World, session: Entry, *, payment_status: str) -> None:
    session.due_at = None
    email = session.body["customer_email"] or "customer@sandbox.example"
    change(
        world,
        "checkout.session.completed",
        about=session,
        status="complete",
        payment_status=payment_status,
        customer_details=sessions.customer(email),
        url=None,
    )
