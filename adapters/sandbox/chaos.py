"""How badly the provider behaves: planned first, else by dice that are a function of the seed."""

import hashlib
import http.client
import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self
from urllib.parse import urlsplit

from adapters.sandbox.books import Books
from adapters.sandbox.errors import Json, WireError, malformed
from adapters.sandbox.idempotency import in_use
from adapters.sandbox.pretty_json import pretty_json
from adapters.sandbox.world import World, new_id

CHANCES = (
    "drop",
    "duplicate",
    "delay",
    "reorder",
    "forge",
    "tear",
    "elsewhere",
    "refuse",
    "late",
    "cut",
)

# What a knob is about, in the order of its page.
GROUPS = {
    "webhooks": (
        *("drop", "duplicate", "duplicate_times", "delay", "delay_seconds", "reorder"),
        *("reorder_seconds", "forge", "tear", "elsewhere"),
    ),
    "calls": ("refuse", "refuse_times", "late", "late_seconds", "cut"),
    "dice": ("seed",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chaos:
    """Chances are between 0 and 1, times in seconds."""

    seed: int = 1
    drop: float = 0.0  # the webhook is never sent
    duplicate: float = 0.0  # it is sent more than once
    duplicate_times: int = 1
    delay: float = 0.0  # it is sent later
    delay_seconds: float = 5.0
    reorder: float = 0.0  # it waits a moment, so that later ones overtake it
    reorder_seconds: float = 1.0
    forge: float = 0.0  # its first try is signed wrongly
    tear: float = 0.0  # its first try breaks off within the body
    elsewhere: float = 0.0  # a copy that names another order follows
    refuse: float = 0.0  # a burst of 429, 409 or 500 begins
    refuse_times: int = 3
    late: float = 0.0  # the call is executed, the answer comes after the caller's patience
    late_seconds: float = 30.0
    cut: float = 0.0  # the call is executed, the connection breaks within the answer
    since: int = 0  # events are counted from here

    @classmethod
    def of(cls, books: Books) -> Self:
        return cls(**books.setting("chaos", {}))

    def hits(self, what: str, number: int) -> bool:
        return self.roll(what, number) < float(getattr(self, what))

    def roll(self, what: str, number: int) -> float:
        """A number in [0, 1) that depends on the seed, the question and nothing else."""
        digest = hashlib.sha256(f"{self.seed}/{what}/{number}".encode()).digest()
        return int.from_bytes(digest[:7], "big") / 2**56

    def delay_for(self, number: int, copy: int) -> float:
        late = self.delay_seconds if self.hits("delay", number) else 0.0
        if not self.hits("reorder", number):
            return late
        return late + self.reorder_seconds * self.roll(f"reorder/{copy}", number)

    @property
    def quiet(self) -> bool:
        return not any(getattr(self, chance) for chance in CHANCES)


def set_chaos(books: Books, values: Json) -> Chaos:
    """Change some knobs and count events from here on, so that the dice start afresh."""
    known = {field.name: field.type for field in fields(Chaos)}
    for name in values:
        if name not in known or name == "since":
            raise malformed(f"Received unknown parameter: {name}", name)
    last = books.rows("select coalesce(max(place), 0) as place from objects")[0]["place"]
    changed = replace(Chaos.of(books), **_numbers(values), since=int(last))
    books.set("chaos", asdict(changed))
    return changed


def calm_down(books: Books) -> Chaos:
    """Every knob at rest, every planned trouble forgotten."""
    books.run("delete from script")
    books.set("chaos", {})
    return Chaos()


def _numbers(values: Json) -> Json:
    numbers: Json = {}
    for name, value in values.items():
        whole = name == "seed" or name.endswith("_times")
        try:
            numbers[name] = int(value) if whole else float(value)
        except (TypeError, ValueError):
            raise malformed(f"Not a number: {name}", name) from None
        if numbers[name] < 0 or (name in CHANCES and numbers[name] > 1):
            raise malformed(f"Out of range: {name}", name)
    return numbers


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
            pretty_json(arrival.event),
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


# think: slow before it acts. late and cut: it acted, and the caller does not hear of it.
# 500: nothing was done. 500-after: it was done, and the answer says it failed. misshapen: it was
# done, and the answer is some other JSON, with some other status if one is named.
KINDS = ("429", "409", "500", "500-after", "think", "late", "cut", "misshapen")
_WHICH = ("method", "path")
_REFUSALS = ("429", "409", "500")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What befalls one call. Seconds count for those that wait, the rest for misshapen answers."""

    kind: str = "none"
    seconds: float = 0.0
    answer: Any = None
    status: int = 200


NO_TROUBLE = Trouble()


class Troubles:
    """Calls are counted from the last change of chaos, so that the dice repeat."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._since = -1
        self._numbers = itertools.count()

    def next(self, method: str, path: str) -> Trouble:
        trouble = self._planned(method, path)
        if trouble is None and method == "POST":
            trouble = self._rolled()
        if trouble is None or trouble == NO_TROUBLE:
            return NO_TROUBLE
        self._world.books.count(trouble.kind)
        return trouble

    def _planned(self, method: str, path: str) -> Trouble | None:
        books = self._world.books
        with books.acting():
            for place, spec in books.planned("trouble"):
                if spec["method"] == method and path.startswith(spec["path"]):
                    books.spend(place)
                    return Trouble(**{k: v for k, v in spec.items() if k not in _WHICH})
        return None

    def _rolled(self) -> Trouble:
        chaos = Chaos.of(self._world.books)
        if chaos.since != self._since:
            self._since, self._numbers = chaos.since, itertools.count()
        number = next(self._numbers)
        if chaos.hits("refuse", number):
            kind = _REFUSALS[int(chaos.roll("refusal", number) * len(_REFUSALS))]
            spec = trouble_spec({"kind": kind})
            self._world.books.plan("trouble", spec, times=chaos.refuse_times - 1)
            return Trouble(kind=kind)
        if chaos.hits("late", number):
            return Trouble(kind="late", seconds=chaos.late_seconds)
        return Trouble(kind="cut") if chaos.hits("cut", number) else NO_TROUBLE


def trouble_spec(asked: Json) -> Json:
    if asked.get("kind") not in KINDS:
        raise malformed(f"kind must be one of {', '.join(KINDS)}", "kind")
    return {
        "kind": asked["kind"],
        "method": str(asked.get("method", "POST")),
        "path": str(asked.get("path", "/v1/")),
        "seconds": float(asked.get("seconds", 30.0)),
        "answer": asked.get("answer"),
        "status": int(asked.get("status", 200)),
    }


def refuse_at_once(trouble: Trouble, key: str | None) -> None:
    """These come before the request is looked at, so no key remembers them."""
    if trouble.kind == "429":
        raise WireError("Request rate limit exceeded.", 429, code="rate_limit", kept=False)
    if trouble.kind == "409":
        raise in_use(key)


def internal_error() -> WireError:
    message = "An unknown error occurred. (Sandbox: on purpose.)"
    return WireError(message, 500, kind="api_error")


def tear(url: str, body: bytes, *, headers: Mapping[str, str]) -> None:
    """Nobody waits for the answer: whoever hangs up within the body never hears one."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=5)
    try:
        connection.putrequest("POST", address.path or "/")
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            connection.putheader(name, value)
        connection.endheaders(body[: len(body) // 2])
    except OSError:
        # Nobody listens: torn all the same.
        return
    finally:
        connection.close()
