"""Questions that are asked often of a value that never changes: each is worked out once."""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

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
