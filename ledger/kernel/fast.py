"""What is fast by a trick, each with what it earns."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar
from uuid import UUID, SafeUUID

_set, _begun, _unknown = object.__setattr__, object.__new__, SafeUUID.unknown
_O = TypeVar("_O")
_A = TypeVar("_A")


def once(answer: Callable[[_O], _A]) -> Callable[[_O], _A]:
    """A question to a frozen value with a `__dict__`, worked out once and kept there.

    What `functools.cached_property` does for a word of the value's own, for a function beside it.
    `./run bench fold` asks orders for their status again and again: kept, fifteen times as many
    questions are answered in a second as are worked out each time. A page asks half a dozen.
    """
    name = f"{answer.__module__}.{answer.__qualname__}"

    @wraps(answer)
    def ask(one: _O) -> _A:
        kept = one.__dict__
        if name not in kept:
            kept[name] = answer(one)
        known: _A = kept[name]
        return known

    return ask


def uuid_of(raw: bytes) -> UUID:
    """`UUID(bytes=raw)` in a third of its time, for sixteen bytes that are known to be sixteen.

    >>> uuid_of(bytes(15) + b"!") == UUID(bytes=bytes(15) + b"!")
    True
    """
    one = _begun(UUID)
    _set(one, "int", int.from_bytes(raw, "big"))
    _set(one, "is_safe", _unknown)
    return one
