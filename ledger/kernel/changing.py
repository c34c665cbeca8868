"""Frozen values while they are folded: changed as dictionaries of their fields, or copied."""

from typing import Any, TypeVar

_K = TypeVar("_K")
_T = TypeVar("_T")
_new, _set = object.__new__, object.__setattr__


def changed(one: _T, **changes: Any) -> _T:
    """A copy with other values in the named fields.

    Does what `dataclasses.replace` does, without running the initializer of so many fields.
    """
    assert changes.keys() <= one.__dict__.keys(), f"{type(one).__name__} has no such field"
    return made(type(one), {**one.__dict__, **changes})


def made(kind: type[_T], fields: Any) -> _T:
    """A frozen value that takes over this dictionary of all its fields.

    Only the fold that made it keeps the dictionary, and only until it hands out the order.
    """
    one = _new(kind)
    _set(one, "__dict__", fields)
    return one


def fields_of(one: object) -> Any:
    """A copy of a value's fields: what a fold begins with.

    By `copy` it shares its keys with every other value of the class, and is a third as large as
    when it is spelled out: that is most of what makes a fold quick.
    """
    return one.__dict__.copy()


def reopened(room: dict[_K, Any], key: _K) -> Any:
    """The fields of a value in a room, for changing: a copy of it takes its place there.

    None if there is no such value.
    """
    known = room.get(key)
    if known is None:
        return None
    fields = fields_of(known)
    room[key] = made(type(known), fields)
    return fields
