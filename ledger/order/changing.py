"""A frozen value with some of its fields changed, at the cost of one copied dictionary."""

from typing import Any, TypeVar

_T = TypeVar("_T")


def changed(one: _T, **changes: Any) -> _T:
    """A copy with other values in the named fields.

    Does what `dataclasses.replace` does, without running the initializer: folding changes a value
    with many fields once per stamp, and most of its fields stay as they are.
    """
    assert changes.keys() <= one.__dict__.keys(), f"{type(one).__name__} has no such field"
    return made(type(one), {**one.__dict__, **changes})


def made(kind: type[_T], fields: dict[str, Any]) -> _T:
    """A frozen value that takes over this dictionary of all its fields; nobody else may keep it."""
    one = object.__new__(kind)
    object.__setattr__(one, "__dict__", fields)
    return one
