"""The values of a shop file: each of the type it must have, or a fault with its place."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple
from zoneinfo import available_timezones

from adapters.shop_file.strict_yaml import Items, Keys, Node, Place, Scalar
from ledger.shop.faults import Fault

_WHOLE = re.compile(r"0|-?[1-9][0-9]{0,40}")
_DURATION = re.compile(
    r"P(?=.)(?:([0-9]{1,18})D)?"
    r"(?:T(?=.)(?:([0-9]{1,18})H)?(?:([0-9]{1,18})M)?(?:([0-9]{1,18})S)?)?"
)
_LOCAL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?")
_OFFSET = re.compile(r"Z|[+-][0-9]{2}:[0-9]{2}")
_MOMENT = "a moment such as 2027-02-12T12:00:00, local time of the shop"
_ABSENT = ""


class Key(NamedTuple):
    """A key of a file: how its value is read, and what it is when it is left out or wrong."""

    read: Callable[["Reading", Node, Place], Any]
    standin: Any
    needed: bool = False


@dataclass
class Reading:
    """One file on its way to a shop. `faults` grows with whatever is not what it should be.

    `lines` tells where each key stands, `written` how durations and moments were written.
    """

    faults: list[Fault] = field(default_factory=list)
    lines: dict[Place, int] = field(default_factory=dict)
    written: dict[Place, str] = field(default_factory=dict)

    def wrong(self, path: Place, found: object, right: str, **values: object) -> None:
        self.faults.append(Fault(path=path, found=found, right=right, values=values))

    def keys(self, node: Node, path: Place, known: Mapping[str, Key]) -> dict[str, Any]:
        """A mapping whose keys are known; every one has its value, or what stands in for it."""
        values = {name: key.standin for name, key in known.items()}
        if not isinstance(node, Keys):
            self.wrong(path, shown(node), f"a mapping with {', '.join(known)}")
            return values
        for name, value in node.values.items():
            place = (*path, name)
            self.lines[place] = node.lines[name]
            if name in known:
                values[name] = self.value(known[name], value, place)
            else:
                self.wrong(place, name, _likely(name, known))
        for name, key in known.items():
            if key.needed and name not in node.values:
                self.lines[(*path, name)] = node.line
                self.wrong((*path, name), _ABSENT, "a value: this key must be there")
        return values

    def value(self, key: Key, node: Node, path: Place) -> Any:
        """A value as its key reads it; what stands in for it where it cannot be."""
        before = len(self.faults)
        found = key.read(self, node, path)
        return key.standin if len(self.faults) > before and found is None else found

    def word(self, node: Node, path: Place, right: str) -> str | None:
        """One text; None, and a fault, where something else stands."""
        if isinstance(node, Scalar) and node.means == "text":
            return node.text
        if isinstance(node, Scalar) and node.means in ("whole", "decimal", "bool"):
            right += f': as a text it is written in quotes, "{node.text}"'
        self.wrong(path, shown(node), right)
        return None


def text(reading: Reading, node: Node, path: Place) -> str | None:
    return reading.word(node, path, "a text")


def whole(reading: Reading, node: Node, path: Place) -> int | None:
    """A whole number as YAML 1.2 and everybody writes it: digits, without a zero in front."""
    if isinstance(node, Scalar) and node.means == "whole" and _WHOLE.fullmatch(node.text):
        return int(node.text)
    right = "a whole number, in digits and without quotes"
    if (
        isinstance(node, Scalar)
        and node.means == "whole"
        and re.fullmatch(r"\+?0*[1-9][0-9]{0,17}|0+", node.text)
    ):
        right += f", written {int(node.text)}"
    reading.wrong(path, shown(node), right)
    return None


def flag(reading: Reading, node: Node, path: Place) -> bool | None:
    if isinstance(node, Scalar) and node.means == "bool":
        return node.text.lower() == "true"
    reading.wrong(path, shown(node), "true or false")
    return None


def percent(reading: Reading, node: Node, path: Place) -> str | None:
    return reading.word(node, path, "a percentage")


def texts(reading: Reading, node: Node, path: Place) -> Mapping[str, str] | None:
    """Texts by language."""
    if not isinstance(node, Keys):
        reading.wrong(path, shown(node), "texts by language, such as {en: Weekend ticket}")
        return None
    reading.lines |= {(*path, name): line for name, line in node.lines.items()}
    found = {name: text(reading, one, (*path, name)) for name, one in node.values.items()}
    return {name: one for name, one in found.items() if one is not None}


def seats(reading: Reading, node: Node, path: Place) -> Mapping[str, int] | None:
    """Quotas and how many seats each has."""
    if not isinstance(node, Keys):
        reading.wrong(path, shown(node), "quotas with their seats, such as {weekend: 5000}")
        return None
    reading.lines |= {(*path, name): line for name, line in node.lines.items()}
    found = {name: whole(reading, one, (*path, name)) for name, one in node.values.items()}
    return {name: 0 if one is None else one for name, one in found.items()}


def words(reading: Reading, node: Node, path: Place) -> tuple[str, ...] | None:
    """A list of words."""
    if not isinstance(node, Items):
        reading.wrong(path, shown(node), "a list, such as [weekend]")
        return None
    found = [reading.word(one, path, "a list of words") for one in node.items]
    return tuple(one for one in found if one is not None)


def one_of(choices: type[StrEnum]) -> Callable[[Reading, Node, Place], Any]:
    """A word out of few."""

    def read(reading: Reading, node: Node, path: Place) -> Any:
        known = [str(one) for one in choices]
        if isinstance(node, Scalar) and node.means == "text" and node.text in known:
            return choices(node.text)
        reading.wrong(path, shown(node), "one of %(known)s", known=", ".join(known))
        return None

    return read


def duration(reading: Reading, node: Node, path: Place) -> int | None:
    """A span of time in seconds. Days have 24 hours; of any length, bounds are another matter."""
    right = "a duration of days, hours, minutes and seconds, such as P3D or PT1H"
    word = reading.word(node, path, right)
    found = _DURATION.fullmatch(word or "")
    if word is not None and found is None:
        reading.wrong(path, word, right)
    if found is None:
        return None
    reading.written[path] = found[0]
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def moment(reading: Reading, node: Node, path: Place) -> str | None:
    """A moment as it is written; which one it is depends on the time zone."""
    word = reading.word(node, path, _MOMENT)
    local = _LOCAL.match(word or "")
    offset = (word or "")[local.end() :] if local else ""
    if word is None or (local and (not offset or _OFFSET.fullmatch(offset)) and _read(word)):
        reading.written[path] = word or ""
        return word
    reading.wrong(path, word, _MOMENT)
    return None


@cache
def known_zones() -> frozenset[str]:
    """The time zones that this machine knows: looked up once, since they are hundreds of files."""
    return frozenset(available_timezones())


def zone(reading: Reading, node: Node, path: Place) -> str | None:
    right = "a time zone such as Europe/Helsinki"
    word = reading.word(node, path, right)
    if word is None or word in known_zones():
        return word
    reading.wrong(path, word, right)
    return None


def group(known: Mapping[str, Key]) -> Callable[[Reading, Node, Place], Any]:
    """A mapping within."""
    return lambda reading, node, path: reading.keys(node, path, known)


def _read(word: str) -> datetime | None:
    try:
        return datetime.fromisoformat(word)
    except ValueError:
        return None


def _likely(name: str, known: Mapping[str, Key]) -> str:
    close = get_close_matches(name, known, n=1)
    return f"{close[0]}?" if close else f"one of {', '.join(known)}"


def shown(node: Node) -> str:
    """What stands there, for a message."""
    match node:
        case Scalar():
            return node.text
        case Items():
            return "a list"
        case Keys():
            return "a mapping"
