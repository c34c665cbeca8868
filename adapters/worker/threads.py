"""A few threads that stay: several things are done at once, and told of as they come."""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import suppress
from queue import Empty, Queue, SimpleQueue
from threading import Lock, Thread
from typing import Generic, TypeVar

_T = TypeVar("_T")
_R = TypeVar("_R")

_Work = Callable[[], None]
# So many may be done before anybody looks, beside one for each hand.
_AHEAD = 16


class Hands:
    """As many threads as were ever needed at once, `most` of them.

    Threads that hang do not keep the process from ending.
    """

    def __init__(self, *, most: int, name: str) -> None:
        self._most, self._name = most, name
        self._work, self._lock, self._threads = SimpleQueue[_Work](), Lock(), 0

    def each(
        self, items: Sequence[_T], act: Callable[[_T], _R], *, at_once: int
    ) -> Generator[list[_R]]:
        """What acting on each item came to, in no order: all that came since the last look.

        The first error ends it, and is raised; so does whoever closes it. Hands wait for who does
        not look. Alone, or with one hand at most, whoever asks acts.
        """
        if self._most == 1 or len(items) == 1:
            for item in items:
                yield [act(item)]
            return
        hands = max(1, min(at_once, self._most, len(items)))
        job = _Job(items, act)
        self._have(hands)
        for _ in range(hands):
            self._work.put(job.go_on)
        left = len(items)
        try:
            while left and (came := job.take()):
                left -= len(came)
                yield came
        finally:
            job.end()

    def _have(self, hands: int) -> None:
        with self._lock:
            for _ in range(self._threads, hands):
                Thread(target=self._serve, name=self._name, daemon=True).start()
            self._threads = max(self._threads, hands)

    def _serve(self) -> None:
        while True:
            self._work.get()()


class _Job(Generic[_T, _R]):
    """Items that several hands take one by one."""

    def __init__(self, items: Iterable[_T], act: Callable[[_T], _R]) -> None:
        self._left, self._act, self._lock = iter(items), act, Lock()
        self._done: Queue[_R | _Failed] = Queue(_AHEAD)
        self._over = False
        self._error: _Failed | None = None

    def go_on(self) -> None:
        """One item after the other, until none is left or something went wrong."""
        for item in self._mine():
            try:
                self._done.put(self._act(item))
            except BaseException as error:
                self._over = True
                self._done.put(_Failed(error))

    def take(self) -> list[_R]:
        """Waits for one, and takes what else is there. Raises what went wrong."""
        first = self._error or self._done.get()
        if isinstance(first, _Failed):
            raise first.error
        came = [first]
        with suppress(Empty):
            while not isinstance(one := self._done.get_nowait(), _Failed):
                came.append(one)
            self._error = one  # what came before it is told first
        return came

    def end(self) -> None:
        """Begin no further item. Who waits to be looked at need not."""
        self._over = True
        with suppress(Empty):
            while True:
                self._done.get_nowait()

    def _mine(self) -> Iterator[_T]:
        while not self._over:
            with self._lock:
                try:
                    item = next(self._left)
                except StopIteration:
                    return
            yield item


class _Failed:
    """An error on its way to whoever waits."""

    def __init__(self, error: BaseException) -> None:
        self.error = error
