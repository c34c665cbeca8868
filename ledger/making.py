"""Frozen values by the million, made as quickly as open ones."""

from collections.abc import Callable
from dataclasses import fields, make_dataclass
from typing import Any, TypeVar

_T = TypeVar("_T")


def maker(cls: type[_T]) -> Callable[..., _T]:
    """A constructor of a frozen dataclass with slots that takes every field, in order.

    A frozen instance sets each field by a call. Here a twin of the same layout is filled in by
    plain assignments, and then is one of the class: nobody has seen it open.

    >>> from ledger.money import Money
    >>> maker(Money)(3500, "EUR") == Money(3500, "EUR")
    True
    """
    twin: Any = make_dataclass(cls.__name__, [one.name for one in fields(cls)], slots=True)  # type: ignore[arg-type]

    def make(*values: object) -> _T:
        one = twin(*values)
        one.__class__ = cls
        made: _T = one
        return made

    return make
