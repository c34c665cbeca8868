"""Questions that are asked often of a value that never changes: each is worked out once."""

from collections.abc import Callable
from typing import Any, Generic, Protocol, Self, TypeVar, overload

_O = TypeVar("_O")
_A = TypeVar("_A")
_UNASKED = object()


class Remembers(Protocol):
    """A frozen value with a place for answers; a changed copy begins with an empty one."""

    @property
    def answers(self) -> dict[Any, Any]: ...


_R = TypeVar("_R", bound=Remembers)


def once(answer: Callable[[_R], _A]) -> Callable[[_R], _A]:
    """The same question, remembered with the value that was asked."""

    def ask(one: _R) -> _A:
        known = one.answers.get(answer, _UNASKED)
        if known is _UNASKED:
            known = one.answers[answer] = answer(one)
        return known  # type: ignore[no-any-return]

    ask.__doc__ = answer.__doc__
    return ask


class word(Generic[_O, _A]):  # noqa: N801 (it reads like `property`)
    """A property that is worked out once and then stands among the value's own attributes.

    It needs no place of its own, but whoever copies the attributes of a value must leave it out:
    `words_of` names what to leave.
    """

    def __init__(self, answer: Callable[[_O], _A]) -> None:
        self._answer, self.__doc__ = answer, answer.__doc__

    def __set_name__(self, owner: type[_O], name: str) -> None:
        self._name = name

    @overload
    def __get__(self, one: None, owner: type[_O]) -> Self: ...

    @overload
    def __get__(self, one: _O, owner: type[_O]) -> _A: ...

    def __get__(self, one: _O | None, owner: type[_O]) -> Self | _A:
        if one is None:
            return self
        answer = one.__dict__[self._name] = self._answer(one)
        return answer


def words_of(kind: type) -> frozenset[str]:
    """The names of a type's words."""
    return frozenset(name for name, one in vars(kind).items() if isinstance(one, word))
