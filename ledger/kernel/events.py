"""A stamp with its envelope: where, when and why it stands in the ledger."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Generic, TypeVar, dataclass_transform
from uuid import UUID, uuid5

from msgspec import Struct

_T = TypeVar("_T")
# Which stamps may stand in an envelope. What nobody has looked into yet is of `object`.
S_co = TypeVar("S_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Declared:
    """What a stamp type says of itself.

    `name` is its stored name and `version` the newest version of its body: both are for ever, and
    neither follows the name of the class. `occurrence` names the fields that tell apart stamps of
    one type under one correlation id; `binding` those that must agree when the same identity comes
    again; `sealed` those that hold personal data and are stored encrypted.
    """

    name: str
    version: int
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
    name: str,
    *,
    version: int = 1,
    occurrence: tuple[str, ...] = (),
    binding: tuple[str, ...] = (),
    sealed: tuple[str, ...] = (),
) -> Callable[[type[_T]], type[_T]]:
    """Declare a stamp type."""

    def declare(cls: type[_T]) -> type[_T]:
        made = dataclass(frozen=True, slots=True, kw_only=True)(cls)
        _DECLARED[made] = Declared(name, version, occurrence, binding, sealed)
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


def occurrence_of(one: object) -> str:
    """What tells this stamp apart from others of its type under one correlation id."""
    return _OCCURRENCE[type(one)](one)


def bound(one: object) -> tuple[Any, ...]:
    """The values that must agree when the same identity comes again."""
    return _BINDING[type(one)](one)


Identity = tuple[UUID, type, str]


def identity(correlation_id: UUID, one: object) -> Identity:
    """At most one stamp of each identity stands in the ledger."""
    return correlation_id, type(one), occurrence_of(one)


_DERIVED = UUID("5d0c8a4e-27f5-4f0b-9d4e-0b7f1c1f6a11")
_NO_NUMBERS: Mapping[str, int] = MappingProxyType({})


class Draft(Struct, Generic[S_co], frozen=True, kw_only=True):
    """A stamp about to be appended. Position, version, time and numbers come with the commit.

    `occurred_at` is a fact's own time at its provider, and an intent's by the clock of the machine
    that asks; `evidence` is the hash of the inbox message that a fact was read from. Neither
    belongs to the identity of the stamp (law 3). `request` is the key and the digest of the call
    that asked for it: the same identity for another request is a contradiction.
    """

    stream: UUID
    stamp: S_co
    correlation_id: UUID
    actor: str
    occurred_at: datetime | None = None
    evidence: str | None = None
    request: str | None = None


class Recorded(Struct, Generic[S_co], frozen=True):
    """A stamp as the ledger holds it.

    `version` counts in its stream from 1, `position` in the ledger from 1 without holes.
    `numbers` are those the commit drew from named series, such as the order number.
    `leaf` is the RFC 6962 leaf hash over the stored bytes.
    """

    stream: UUID
    version: int
    position: int
    recorded_at: datetime
    stamp: S_co
    correlation_id: UUID
    actor: str
    occurred_at: datetime | None = None
    evidence: str | None = None
    numbers: Mapping[str, int] = _NO_NUMBERS
    leaf: bytes = b""
    request: str | None = None

    @property
    def happened_at(self) -> datetime:
        """The provider's time, or that of whoever asked it; where none was told, of recording."""
        return self.occurred_at or self.recorded_at


class Foreign(TypeError):
    """A stamp that belongs to another kind of stream than the one that is folded."""

    def __init__(self, stamp: object) -> None:
        super().__init__(f"a stamp of type {type(stamp).__name__} stands in another kind of stream")


def derived(correlation_id: UUID, purpose: str) -> UUID:
    """The correlation id of what we do because of another one: the same cause, the same id."""
    return uuid5(_DERIVED, f"{correlation_id}/{purpose}")
