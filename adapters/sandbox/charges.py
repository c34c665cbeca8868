"""Charges can be looked at; they change with their intents and refunds."""

from adapters.sandbox.errors import Json
from adapters.sandbox.lists import page
from adapters.sandbox.world import World


def retrieve(world: World, params: Json, *, of: str) -> Json:
    return world.get("charge", of).body


def list_all(world: World, params: Json) -> Json:
    return page(world, "charge", params=params, url="/v1/charges")
