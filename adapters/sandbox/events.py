"""The provider tells what happened: every change of state is an event."""

from contextvars import ContextVar

from adapters.sandbox.arrivals import enqueue
from adapters.sandbox.books import Entry
from adapters.sandbox.errors import Json
from adapters.sandbox.world import API_VERSION, World, new_id

# Which API call is being answered: Stripe names it in the events that it causes.
CALL: ContextVar[Json | None] = ContextVar("CALL", default=None)


def emit(world: World, kind: str, entry: Entry, *, before: Json | None = None) -> Json:
    """Record an event about an object as it stands; `before` holds the former values."""
    data: Json = {"object": entry.body}
    if before is not None:
        data["previous_attributes"] = before
    event = {
        "id": new_id("evt_1"),
        "object": "event",
        "api_version": API_VERSION,
        "created": world.now(),
        "data": data,
        "livemode": False,
        "pending_webhooks": int(world.has_webhook),
        "request": CALL.get() or {"id": None, "idempotency_key": None},
        "type": kind,
    }
    world.books.write(Entry(body=event))
    enqueue(world, event)
    return event


def change(world: World, kind: str, entry: Entry, **values: object) -> None:
    """Write new values into an object, then tell about it with what they were before."""
    before = {name: entry.body.get(name) for name in values if entry.body.get(name) != values[name]}
    entry.body.update(values)
    world.books.write(entry)
    emit(world, kind, entry, before=before)
