"""Several things are done at once, each by one thread; appends of all of them share commits."""

from collections.abc import Callable, Iterable, Iterator
from threading import Lock, Thread
from typing import Generic, TypeVar

_T = TypeVar("_T")
_R = TypeVar("_R")


def at_once(
    items: Iterable[_T], act: Callable[[_T], _R], *, threads: int, name: str
) -> Iterator[_R]:
    """What acting on each item came to, in no order. The first error ends it, and is raised.

    Threads that hang do not keep the process from ending.
    """
    work = _Work(items, act)
    hands = [Thread(target=work.go_on, name=name, daemon=True) for _ in range(threads)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    if work.error is not None:
        raise work.error
    yield from work.done


class _Work(Generic[_T, _R]):
    def __init__(self, items: Iterable[_T], act: Callable[[_T], _R]) -> None:
        self._left, self._act, self._lock = iter(items), act, Lock()
        self.done: list[_R] = []
        self.error: BaseException | None = None

    def go_on(self) -> None:
        """One item after the other, until none is left or something went wrong."""
        for item in self._mine():
            try:
                self.done.append(self._act(item))
            except BaseException as error:
                self.error = self.error or error

    def _mine(self) -> Iterator[_T]:
        while self.error is None:
            with self._lock:
                try:
                    item = next(self._left)
                except StopIteration:
                    return
            yield item
