"""The events of the last 30 days, for those who missed a webhook."""

from adapters.sandbox.errors import Json, no_such
from adapters.sandbox.lists import page
from adapters.sandbox.world import World

_KEPT = 30 * 86400


def retrieve(world: World, params: Json, *, of: str) -> Json:
    entry = world.get("event", of)
    if entry.body["created"] < world.now() - _KEPT:
        raise no_such("event", of)
    return entry.body


def list_all(world: World, params: Json) -> Json:
    oldest = world.now() - _KEPT
    return page(world, "event", params=params, url="/v1/events", oldest=oldest)
