"""Whatever can be asked of an order, asked of many: in situations, after events, and by chance.

Of each question what it was told is kept, shortened: `python -m tests.kits.kept_answers` writes it
anew, and with the name of a question it prints what is told in each state, so that two trees can be
compared. Whoever means to change an answer sees which others changed with it.
"""

import hashlib
import inspect
import pkgutil
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import is_dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache, cached_property
from importlib import import_module
from itertools import product
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any, get_type_hints
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

import ledger.order
import projections
from ledger.kernel.refusals import Refusal
from ledger.order.decide import decide
from ledger.order.decisions.sell_at_door import placed_or_sold
from ledger.order.order import Order
from ledger.order.payment_attempt import Attempt
from ledger.order.refund import Refund
from ledger.order.seen_stamps import Seen
from ledger.order.transitions import Situation
from tests.kits import spec
from tests.kits.histories import story
from tests.kits.kept_placings import commands, shops
from tests.kits.letter_orders import samples
from tests.kits.situations import NEWS, WISHES, order_in, stamps_of
from tests.kits.uncommon_orders import UNCOMMON
from tests.kits.varied_wishes import variations

KEPT = Path(__file__).with_name("kept_answers.txt")
NOTHING = "nothing"
# The situations are asked about in so many parts, which can be asked beside each other.
PARTS = 8
STORIES = 160
_SOON, _LATER = timedelta(minutes=30), timedelta(days=20)
_PARTS: Mapping[Any, str] = {Order: "order", datetime: "at", Attempt: "attempt", Refund: "refund"}
Asked = tuple[str, Callable[..., object], tuple[str, ...]]
Parts = Mapping[str, object]


@cache
def beginnings() -> Sequence[tuple[str, Order, datetime]]:
    """The orders that things happen to, each with its name and the time."""
    usual = [(one.name, *order_in(one)) for one in Situation]
    orders = ((name, spec.order_of(*stack)) for name, stack in UNCOMMON.items())
    return [*usual, *((name, one, (one.changed_at or spec.NOON) + _SOON) for name, one in orders)]


def states(order: Order, at: datetime) -> Iterator[tuple[str, Order, datetime, object]]:
    """An order, and as it is after each event: with the event's name, the time, what it made."""
    yield NOTHING, order, at, ()
    for event in (*WISHES, *NEWS):
        try:
            stamps, under = stamps_of(event, order, at)
        except Refusal as refusal:
            yield event.name, order, at, refusal
            continue
        after = order
        for one in stamps:
            after = spec.after(after, one, under=under, at=at)
        yield event.name, after, at, stamps


@cache
def further() -> Sequence[tuple[str, Order]]:
    """Orders that are in none of the situations: one for each letter, and of stories by chance."""
    letters = [(f"letter, {name}", about) for name, (about, *_) in samples().items()]
    return [*letters, *((f"story {seed}", _story(seed)) for seed in range(STORIES))]


def _story(seed: int) -> Order:
    told_of = ((spec.put(stamp, under=cause)) for cause, stamp in story(Random(seed)))
    return spec.order_of(*told_of)


def answers(order: Order, at: datetime) -> Iterator[tuple[str, str]]:
    """Each question with what it is told, of each thing that it can be asked of."""
    yield "Order", told(order)
    for one in (order, *order.attempts.values(), *order.refunds.values()):
        yield from _own_words(one)
    for name, ask, wanted in questions():
        for known in _told_of(order, at, wanted):
            yield name, _answer(ask, [known[one] for one in wanted])


def _told_of(order: Order, at: datetime, wanted: Sequence[str]) -> Iterator[Parts]:
    moments = (at, at + _LATER) if "at" in wanted else (at,)
    attempts = [*order.attempts.values()] if "attempt" in wanted else [None]
    refunds = [*order.refunds.values()] if "refund" in wanted else [None]
    for moment, attempt, refund in product(moments, attempts, refunds):
        yield {"order": order, "at": moment, "attempt": attempt, "refund": refund}


def _own_words(one: object) -> Iterator[tuple[str, str]]:
    for name, what in sorted(vars(type(one)).items()):
        if isinstance(what, property | cached_property) and not name.startswith("_"):
            yield f"{type(one).__name__}.{name}", _answer(getattr, [one, name])


def _answer(ask: Callable[..., object], parts: Sequence[object]) -> str:
    try:
        return told(ask(*parts))
    except Refusal as refusal:
        return told(refusal)
    except (AssertionError, LookupError, ValueError, AttributeError, TypeError) as error:
        return type(error).__name__


@cache
def questions() -> Sequence[Asked]:
    """Every public function of the rules that wants an order, a time, a payment or a refund."""
    found = [one for module in _modules() for one in _asked_of(module)]
    return sorted(found, key=lambda one: one[0])


def _modules() -> Iterator[ModuleType]:
    for package in (ledger.order, projections):
        for one in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            yield import_module(one.name)


def _asked_of(module: ModuleType) -> Iterator[Asked]:
    for name, ask in vars(module).items():
        if inspect.isfunction(ask) and ask.__module__ == module.__name__ and name[0] != "_":
            wanted = _wanted(ask)
            if wanted and {"order", "attempt", "refund"} & {*wanted}:
                yield f"{module.__name__}.{name}", ask, wanted


def _wanted(ask: Callable[..., object]) -> tuple[str, ...]:
    """The kinds of its arguments; none if it wants anything else."""
    try:
        hints = get_type_hints(ask)
    except NameError:  # a type that only the type checker knows
        return ()
    found = [
        _PARTS.get(hints.get(name), "")
        for name, one in inspect.signature(ask).parameters.items()
        if one.default is one.empty
    ]
    return tuple(found) if all(found) else ()


def told(value: object) -> str:  # noqa: C901 (by kind)
    """The same text for the same value, in every process."""
    match value:
        case Seen():
            return "…"
        case UUID():
            return value.hex[:8]
        case Enum():
            return value.name
        case datetime():
            return value.isoformat()
        case None | bool() | int() | str() | bytes() | Decimal() | timedelta() | ZoneInfo():
            return repr(value)
        case Mapping():
            return "{" + ", ".join(sorted(f"{told(k)}: {told(v)}" for k, v in value.items())) + "}"
        case Set():
            return "{" + ", ".join(sorted(map(told, value))) + "}"
        case Refusal():
            return f"{type(value).__name__}({told(vars(value))})"
        case Struct():
            names = [*value.__struct_fields__]
        case type():
            return value.__name__
        case _ if is_dataclass(value):
            names = [*value.__dataclass_fields__]
        case Sequence() | Iterator():
            return "[" + ", ".join(map(told, value)) + "]"
        case _:
            return type(value).__name__
    some = ((name, getattr(value, name)) for name in names)
    said = (f"{name}={told(one)}" for name, one in some if one not in (None, "", (), False))
    return f"{type(value).__name__}({', '.join(said)})"


def lines(part: int) -> Iterator[tuple[str, str]]:
    """Of a part of the situations: each question, and what it is told in which state."""
    for beginning, before, since in beginnings()[part::PARTS]:
        for event, order, at, made in states(before, since):
            state = f"{beginning}, {event}"
            yield f"what comes of it: {event}", f"{state}: {told(made)}"
            yield from ((name, f"{state}: {said}") for name, said in answers(order, at))
        yield from _told_otherwise(beginning, before, since)
    for shop_name, shop in [*shops()][part::PARTS]:
        for label, wish in commands():
            said = _answer(placed_or_sold, [wish, shop, None])
            yield "what comes of placing", f"{shop_name}, {label}: {said}"
    for state, order in further()[part::PARTS]:
        at = (order.changed_at or spec.NOON) + _SOON
        yield from ((name, f"{state}: {said}") for name, said in answers(order, at))


def _told_otherwise(beginning: str, order: Order, at: datetime) -> Iterator[tuple[str, str]]:
    """What comes of each wish where one of its fields says something else."""
    for event, wish in WISHES.items():
        command = wish(order, at)
        for label, other in variations(command, order) if command is not None else ():
            said = _answer(decide, [other, order])
            yield f"what comes of it: {event.name}", f"{beginning}, {label}: {said}"


def digests(part: int) -> Mapping[str, str]:
    """By question, over a part of the situations."""
    found: dict[str, Any] = defaultdict(hashlib.sha256)
    for name, line in lines(part):
        found[name].update(f"{line}\n".encode())
    return {name: one.hexdigest()[:16] for name, one in sorted(found.items())}


def kept(part: int) -> Mapping[str, str]:
    """As they were when somebody looked."""
    found = (line.split("\t") for line in KEPT.read_text().splitlines())
    return {name: of[part] for name, *of in found if of[part]}


def main(arguments: Sequence[str]) -> None:
    if arguments:
        of_it = (line for part in range(PARTS) for name, line in lines(part) if name in arguments)
        print(*of_it, sep="\n")
        return
    every = [digests(part) for part in range(PARTS)]
    names = sorted({name for one in every for name in one})
    told_of = ("\t".join((name, *(one.get(name, "") for one in every))) for name in names)
    KEPT.write_text("\n".join(told_of) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
