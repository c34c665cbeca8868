"""How badly the provider shall behave. The dice are a function of the seed, so runs repeat."""

import hashlib
from dataclasses import asdict, dataclass, fields, replace
from typing import Self

from adapters.sandbox.books import Books
from adapters.sandbox.errors import Json, malformed

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
