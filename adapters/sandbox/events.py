"""The provider tells what happened: every change of state is an event, kept for 30 days."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from adapters.sandbox.books import Entry
from adapters.sandbox.chaos import enqueue
from adapters.sandbox.errors import Json, no_such
from adapters.sandbox.lists import page
from adapters.sandbox.world import API_VERSION, World, new_id

_CAUSE: ContextVar[Json | None] = ContextVar("_CAUSE", default=None)


@contextmanager
def caused_by(request_id: str, key: str | None) -> Iterator[None]:
    """Events name the API call that caused them, as Stripe's do."""
    token = _CAUSE.set({"id": request_id, "idempotency_key": key})
    try:
        yield
    finally:
        _CAUSE.reset(token)


def emit(world: World, kind: str, *, about: Entry, before: Json | None = None) -> Json:
    """Record an event about an object as it stands; `before` holds the former values."""
    data: Json = {"object": about.body}
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
        "request": _CAUSE.get() or {"id": None, "idempotency_key": None},
        "type": kind,
    }
    world.books.write(Entry(body=event))
    enqueue(world, event)
    return event


def change(world: World, kind: str, *, about: Entry, **values: object) -> None:
    """Write new values into an object, then tell about it with what they were before."""
    before = {name: about.body.get(name) for name in values if about.body.get(name) != values[name]}
    about.body.update(values)
    world.books.write(about)
    emit(world, kind, about=about, before=before)


_KEPT = 30 * 86400


def retrieve(world: World, params: Json, *, of: str) -> Json:
    entry = world.get("event", of)
    if entry.body["created"] < world.now() - _KEPT:
        raise no_such("event", of)
    return entry.body


def list_all(world: World, params: Json) -> Json:
    oldest = world.now() - _KEPT
    return page(world, "event", params=params, url="/v1/events", oldest=oldest)
