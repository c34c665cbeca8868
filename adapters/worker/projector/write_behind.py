"""One thing is done behind our back while we prepare the next: never two, never out of order."""

from collections.abc import Callable
from threading import Thread
from typing import Generic, TypeVar

_T = TypeVar("_T")
_BETWEEN_WORDS = 0.5


class Behind(Generic[_T]):
    """At most one call is under way, in a thread that does not keep the process from ending."""

    def __init__(self) -> None:
        self._under_way: _Call[_T] | None = None

    def start(self, call: Callable[[], _T]) -> None:
        """Begin a call; the one before it was waited for."""
        assert self._under_way is None, "one at a time"
        self._under_way = _Call(call)
        self._under_way.start()

    def wait(self, meanwhile: Callable[[], object] | None = None) -> _T | None:
        """What the call came to, None if there is none; raises what it raised.

        `meanwhile` is called every half second until then.
        """
        while meanwhile is not None and self._under_way is not None and self._under_way.lasts():
            meanwhile()
        under_way, self._under_way = self._under_way, None
        return None if under_way is None else under_way.outcome()

    def close(self) -> None:
        """Let the call end, whatever it comes to."""
        if self._under_way is not None:
            self._under_way.join()
        self._under_way = None


class _Call(Thread, Generic[_T]):
    def __init__(self, call: Callable[[], _T]) -> None:
        super().__init__(name="behind", daemon=True)
        self._call = call
        self._came_to: list[_T] = []
        self._error: BaseException | None = None

    def run(self) -> None:
        try:
            self._came_to.append(self._call())
        except BaseException as error:
            self._error = error

    def lasts(self) -> bool:
        """Whether it is still going on in half a second."""
        self.join(_BETWEEN_WORDS)
        return self.is_alive()

    def outcome(self) -> _T:
        """Waits for it."""
        self.join()
        if self._error is not None:
            raise self._error
        return self._came_to[0]
