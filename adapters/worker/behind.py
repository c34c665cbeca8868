"""One thing is done behind our back while we prepare the next: never two, never out of order."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

_T = TypeVar("_T")


class Behind(Generic[_T]):
    """At most one call is under way, in a thread of its own that lives as long as this."""

    def __init__(self) -> None:
        self._thread: ThreadPoolExecutor | None = None
        self._under_way: Future[_T] | None = None

    def start(self, call: Callable[[], _T]) -> None:
        """Begin a call; the one before it was waited for."""
        assert self._under_way is None, "one at a time"
        self._thread = self._thread or ThreadPoolExecutor(1, thread_name_prefix="behind")
        self._under_way = self._thread.submit(call)

    def wait(self) -> _T | None:
        """What the call came to, None if there is none; raises what it raised."""
        under_way, self._under_way = self._under_way, None
        return None if under_way is None else under_way.result()

    def close(self) -> None:
        """Let the call end, and the thread."""
        if self._thread is not None:
            self._thread.shutdown()
        self._thread = self._under_way = None
