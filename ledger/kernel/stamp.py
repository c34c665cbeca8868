"""What makes a class a stamp: frozen, keyword-only, with a declared identity (law 3)."""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform
from uuid import UUID

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Declared:
    """What a stamp type says of itself.

    `occurrence` names the fields that tell apart stamps of one type under one correlation id;
    `binding` those that must agree when the same identity comes again; `sealed` those that hold
    personal data and are stored encrypted.
    """

    occurrence: tuple[str, ...]
    binding: tuple[str, ...]
    sealed: tuple[str, ...]


_Words = Callable[[Any], str]
_Values = Callable[[Any], tuple[Any, ...]]
_DECLARED: dict[type, Declared] = {}
# How a stamp's values are read, by its type: the declared names are looked up once.
_OCCURRENCE: dict[type, _Words] = {}
_BINDING: dict[type, _Values] = {}


@dataclass_transform(frozen_default=True, kw_only_default=True)
def stamp(
    *,
    occurrence: tuple[str, ...] = (),
    binding: tuple[str, ...] = (),
    sealed: tuple[str, ...] = (),
) -> Callable[[type[_T]], type[_T]]:
    """Declare a stamp type."""

    def declare(cls: type[_T]) -> type[_T]:
        made = dataclass(frozen=True, slots=True, kw_only=True)(cls)
        _DECLARED[made] = Declared(occurrence, binding, sealed)
        _OCCURRENCE[made], _BINDING[made] = _words_of(occurrence), _values_of(binding)
        return made

    return declare


def declared(stamp_type: type) -> Declared:
    """The identity, binding and sealed fields of a stamp type; KeyError if it is not one."""
    return _DECLARED[stamp_type]


def _words_of(names: tuple[str, ...]) -> _Words:
    if not names:
        return lambda one: ""
    values = attrgetter(*names)
    if len(names) == 1:
        return lambda one: str(values(one))
    return lambda one: "/".join(map(str, values(one)))


def _values_of(names: tuple[str, ...]) -> _Values:
    if not names:
        return lambda one: ()
    values = attrgetter(*names)
    return (lambda one: (values(one),)) if len(names) == 1 else values


def occurrence_of(one: Any) -> str:
    """What tells this stamp apart from others of its type under one correlation id."""
    return _OCCURRENCE[type(one)](one)


def bound(one: Any) -> tuple[Any, ...]:
    """The values that must agree when the same identity comes again."""
    return _BINDING[type(one)](one)


Identity = tuple[UUID, type, str]


def identity(correlation_id: UUID, one: Any) -> Identity:
    """At most one stamp of each identity stands in the ledger."""
    return correlation_id, type(one), occurrence_of(one)
