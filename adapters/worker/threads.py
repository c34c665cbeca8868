"""A few threads that stay: several things are done at once, and told of as they come."""

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from itertools import islice
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, TypeVar

_T = TypeVar("_T")
_R = TypeVar("_R")

# So many may be done before anybody looks, beside one for each thread.
_AHEAD = 16


class Threads(Executor):
    """As many threads as there was work at once, `most` of them.

    A thread that hangs does not keep the process from ending; the library's own executor would
    wait for it.
    """

    def __init__(self, *, most: int, name: str) -> None:
        self._most, self._name = most, name
        self._work, self._lock = SimpleQueue[tuple[Future[Any], Callable[[], Any]]](), Lock()
        self._started = self._due = 0

    def submit(self, act: Callable[..., _R], /, *args: Any, **kwargs: Any) -> Future[_R]:
        """Have it done by the next thread that is free."""
        future = Future[_R]()
        self._work.put((future, lambda: act(*args, **kwargs)))
        with self._lock:
            self._due += 1
            if self._started < min(self._due, self._most):
                self._started += 1
                Thread(target=self._serve, name=self._name, daemon=True).start()
        return future

    def each(self, items: Sequence[_T], act: Callable[[_T], _R]) -> Generator[list[_R]]:
        """What acting on each item came to, in no order: all that came since the last look.

        The first error ends it, and is raised after what came before it; so does whoever closes
        it. Threads wait for who does not look. Alone, or with one thread at most, whoever asks
        acts.
        """
        rest, under_way = iter(items), set[Future[_R]]()
        if self._most == 1 or len(items) == 1:
            yield from ([act(item)] for item in rest)
            return
        try:
            while True:
                some = islice(rest, self._most + _AHEAD - len(under_way))
                under_way |= {self.submit(act, item) for item in some}
                if not under_way:
                    return
                done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
                well = [one.result() for one in done if one.exception() is None]
                if well:
                    yield well
                for failed in done:
                    failed.result()
        finally:
            for one in under_way:
                one.cancel()

    def _serve(self) -> None:
        while True:
            future, act = self._work.get()
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(act())
                except BaseException as error:
                    future.set_exception(error)
            with self._lock:
                self._due -= 1
