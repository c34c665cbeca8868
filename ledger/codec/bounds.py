"""Nothing is stored that does not read back as what was meant, or that a reader could not hold.

Whole numbers stay where every column, every provider's JSON and every browser holds them exactly;
moments where every time zone can tell them; texts where a page can show them.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from ledger.codec.decode import closed, decode
from ledger.codec.encode import Encoded, encode
from ledger.codec.names import NAMES
from ledger.kernel.clocks import YEARS, storable
from ledger.kernel.events import Draft
from ledger.kernel.money import Money

# The largest whole number that a double holds exactly; a column holds a thousand times as much.
WHOLE = 2**53 - 1
TEXT = 65_536
_Check = Callable[[Any], None]


class NotStorable(ValueError):
    """This stamp would not read back as what it is meant to be. Nothing of it was stored."""


def faithful(draft: Draft[object]) -> Encoded:
    """A draft as it will be stored; raises `NotStorable` unless it reads back as what it is."""
    try:
        encoded = encode(draft)
        require_bounds(draft, encoded)
        read = decode(encoded.type, encoded.schema, encoded.body, encoded.private)
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        # The values may be personal: only their kind is told.
        name = type(draft.stamp).__name__
        raise NotStorable(f"{name}: {type(error).__name__} {_safe(error)}") from None
    one = draft
    if read != (one.stamp, one.actor, one.occurred_at, one.evidence, one.request):
        raise NotStorable(f"{encoded.type} does not read back as what was meant")
    return encoded


def require_readable(name: str, state: bytes) -> None:
    """Bytes that others made of a stamp; raises `NotStorable` for what no draft could become.

    A sealed part stays closed: whoever has no key for it can say nothing of it.
    """
    try:
        stamp, envelope = closed(name, state)
        _CHECKS[type(stamp)](stamp)
        if envelope.occurred_at is not None:
            _moment(envelope.occurred_at)
    except ValueError as error:
        raise NotStorable(f"{name}: {type(error).__name__} {_safe(error)}") from None


def require_bounds(one: Draft[object], encoded: Encoded) -> None:
    """Raises `Beyond`, or what looking at a value of another type raises.

    In few bytes no text can be too long: then none is looked at.
    """
    size = len(encoded.body) + len(encoded.private or b"")
    checks = _CHECKS if size > TEXT else _CHECKS_OF_SHORT
    checks[type(one.stamp)](one.stamp)
    if one.occurred_at is not None:
        _moment(one.occurred_at)


def _safe(error: Exception) -> str:
    return str(error) if isinstance(error, Beyond) else ""


class Beyond(ValueError):
    """A value beyond the bounds of what is stored. The text says which bound."""


def _whole(value: Any) -> None:
    if type(value) is not int or not -WHOLE <= value <= WHOLE:
        raise Beyond(f"a whole number up to {WHOLE}")


def _text(value: Any) -> None:
    if not isinstance(value, str) or len(value) > TEXT:
        raise Beyond(f"a text of at most {TEXT} characters")


def _moment(value: Any) -> None:
    if type(value) is not datetime or value.tzinfo is None:
        raise Beyond("a moment with its time zone")
    if not storable(value):
        raise Beyond(f"a moment from {YEARS[0]} to {YEARS[1]}")


def _money(value: Any) -> None:
    """The most frequent of all, without a walk through its fields."""
    if type(value) is not Money or len(value.currency) > 3:
        raise Beyond("an amount of a currency")
    if type(value.amount) is not int or not -WHOLE <= value.amount <= WHOLE:
        raise Beyond(f"an amount up to {WHOLE} minor units")


def _anything(value: Any) -> None:
    """Its type alone bounds it, and the decoder checks that."""


_PLAIN: Mapping[Any, _Check] = {
    int: _whole,
    str: _text,
    datetime: _moment,
    Money: _money,
}


def _check_of(kind: Any, plain: Mapping[Any, _Check]) -> _Check:
    """What looks at a value of a type; worked out once for each."""
    origin, arguments = get_origin(kind), get_args(kind)
    if kind in plain:
        return plain[kind]
    if origin in (Union, UnionType):
        (of_one,) = (one for one in arguments if one is not type(None))
        return _optional(_check_of(of_one, plain))
    if origin is tuple or (origin is not None and issubclass(origin, (list, frozenset))):
        return _each(_check_of(arguments[0], plain))
    if origin is not None and issubclass(origin, Mapping):
        return _pairs(*(_check_of(one, plain) for one in arguments))
    if isinstance(kind, type) and is_dataclass(kind):
        return _fields(kind, plain)
    assert kind in (bool, UUID, bytes) or issubclass(kind, Enum), kind
    return _anything


def _optional(check: _Check) -> _Check:
    def look(value: Any) -> None:
        if value is not None:
            check(value)

    return _anything if check is _anything else look


def _each(check: _Check) -> _Check:
    def look(values: Any) -> None:
        for one in values:
            check(one)

    return _anything if check is _anything else look


def _pairs(of_key: _Check, of_value: _Check) -> _Check:
    def look(values: Any) -> None:
        for key, value in values.items():
            of_key(key)
            of_value(value)

    return _anything if of_key is of_value is _anything else look


def _fields(kind: type, plain: Mapping[Any, _Check]) -> _Check:
    hints = get_type_hints(kind)
    found = [(one.name, _check_of(hints[one.name], plain)) for one in fields(kind)]
    checks = tuple((name, check) for name, check in found if check is not _anything)

    def look(value: Any) -> None:
        for name, check in checks:
            check(getattr(value, name))

    return look if checks else _anything


_CHECKS: Mapping[type, _Check] = {kind: _fields(kind, _PLAIN) for kind in NAMES}
_CHECKS_OF_SHORT: Mapping[type, _Check] = {
    kind: _fields(kind, {**_PLAIN, str: _anything}) for kind in NAMES
}
