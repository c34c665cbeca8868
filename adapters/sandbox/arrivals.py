"""When and how often the webhook of an event shall arrive: once and at once, unless chaos rules."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from adapters.sandbox.chaos import CHANCES, GROUPS, Chaos
from adapters.sandbox.errors import Json
from adapters.sandbox.world import World, new_id

# Tricks that spoil the first try of a delivery; the second is a true one.
FIRST_TRIES = ("forge", "tear")
_HALF = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One delivery to come. A trick is what chaos does to it."""

    event: Json
    delay: float = 0.0
    trick: str | None = None


def enqueue(world: World, event: Json) -> None:
    if not world.has_webhook:
        return
    chaos = Chaos.of(world.books)
    for arrival in arrivals(world, event, chaos=chaos):
        add(world, arrival)


def add(world: World, arrival: Arrival) -> int:
    now = world.clock.now()
    state = "dropped" if arrival.trick == "drop" else "pending"
    delivery = world.books.run(
        "insert into deliveries (event_id, type, payload, state, trick, due_at, started_at)"
        " values (?, ?, ?, ?, ?, ?, ?)",
        (
            arrival.event["id"],
            arrival.event["type"],
            json.dumps(arrival.event, indent=2),
            state,
            arrival.trick,
            now + arrival.delay,
            now,
        ),
    )
    world.wake()
    return delivery


def arrivals(world: World, event: Json, *, chaos: Chaos) -> Iterator[Arrival]:
    """What chaos makes of one event, decided once, by the seed and the event's number."""
    if chaos.quiet:
        yield Arrival(event=event)
        return
    number = _number_of(world, event) - chaos.since
    for one in GROUPS["webhooks"]:
        if one in CHANCES and chaos.hits(one, number):
            world.books.count(one)
    if chaos.hits("drop", number):
        yield Arrival(event=event, trick="drop")
        return
    copies = 1 + (chaos.duplicate_times if chaos.hits("duplicate", number) else 0)
    trick = next((one for one in FIRST_TRIES if chaos.hits(one, number)), None)
    for copy in range(copies):
        yield Arrival(event=event, delay=chaos.delay_for(number, copy), trick=trick)
    if chaos.hits("elsewhere", number):
        whole = chaos.roll("whole", number) < _HALF
        yield Arrival(event=elsewhere(world, event, whole=whole), trick="elsewhere")


def _number_of(world: World, event: Json) -> int:
    rows = world.books.rows("select place from objects where id = ?", (event["id"],))
    return int(rows[0]["place"])


def elsewhere(
    world: World, event: Json, *, metadata: Json | None = None, whole: bool = False
) -> Json:
    """The same news pinned on another order: a well signed event that must not move any.

    `whole`: all that is said of the other order's own payment page is said here, too.
    """
    copy: Json = json.loads(json.dumps(event))
    thing = copy["data"]["object"]
    copy["id"] = new_id("evt_1")
    own = _order_of(world, thing)
    other, said_there = _another(world, own)
    said = thing.get("metadata") or {}
    renamed = {name: other if value == own else value for name, value in said.items()}
    thing["metadata"] = renamed | (said_there if whole else {}) | (metadata or {})
    if "client_reference_id" in thing:
        thing["client_reference_id"] = (metadata or {}).get("order", other)
    return copy


def _order_of(world: World, thing: Json) -> str | None:
    """The shop's own name of what an object is about, as its session was given it."""
    session = thing if thing["object"] == "checkout.session" else None
    if session is None:
        name = thing["id"] if thing["object"] == "payment_intent" else thing.get("payment_intent")
        intent = world.books.find(name or "", "payment_intent")
        found = world.books.find(intent.hidden["session"]) if intent else None
        session = found.body if found else {}
    reference: str | None = session.get("client_reference_id")
    return reference


def _another(world: World, own: str | None) -> tuple[str, Json]:
    """Another order's name, and all that its newest payment page says of it."""
    rows = world.books.rows(
        "select json_extract(body, '$.client_reference_id') as name,"
        " json_extract(body, '$.metadata') as said from objects"
        " where kind = 'checkout.session' order by place desc limit 50"
    )
    others = (
        (str(row["name"]), json.loads(row["said"] or "{}"))
        for row in rows
        if row["name"] not in (None, own)
    )
    return next(others, (new_id("stranger_", 8), {}))
