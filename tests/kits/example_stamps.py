"""One stamp of every type, every field of it filled, always the same."""

import types
import typing
from collections.abc import Iterator
from dataclasses import is_dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any, get_args, get_origin
from uuid import NAMESPACE_URL, UUID, uuid5

from ledger.kernel.money import Money

_MOMENT = datetime(2027, 2, 12, 10, 0, 0, 5, tzinfo=UTC)
_NUMBER, _AMOUNT = 7, Money(7000, "EUR")


def example(kind: Any, name: str = "") -> Any:
    """A value of this type; `name` is the field that it stands in."""
    arguments = [one for one in get_args(kind) if one is not type(None)]
    if kind in _LEAVES:
        return _LEAVES[kind](name)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next(iter(kind))
    if isinstance(kind, type) and is_dataclass(kind):
        made: Any = kind
        return made(**dict(_fields(kind)))
    if get_origin(kind) in (types.UnionType, typing.Union):
        return example(arguments[0], name)
    if get_origin(kind) is tuple:
        return (example(arguments[0], name),)
    return {example(arguments[0], name): example(arguments[1], name)}


def _fields(kind: Any) -> Iterator[tuple[str, Any]]:
    for name, hint in typing.get_type_hints(kind).items():
        yield name, example(hint, name)


_LEAVES: dict[Any, Any] = {
    str: lambda name: f"{name} ä",
    int: lambda _: _NUMBER,
    bool: lambda _: True,
    UUID: lambda name: uuid5(NAMESPACE_URL, name),
    datetime: lambda _: _MOMENT,
    Money: lambda _: _AMOUNT,
}
