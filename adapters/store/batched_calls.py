"""Callers that come while another one is served are served together, by the next of them."""

from collections import deque
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Generic, TypeVar

from adapters.store.after_fork import after_fork
from ledger.kernel.store import LedgerUnavailable

Item = TypeVar("Item")


class _Handed(Generic[Item]):
    __slots__ = ("done", "error", "item")

    def __init__(self, item: Item) -> None:
        self.item, self.done = item, False
        self.error: BaseException | None = None


class SharedTrips(Generic[Item]):
    """Many callers, one trip at a time, and no thread of its own. A lone caller goes at once.

    `serve` does all items or none, and may be asked again for some of them: an item that cannot be
    served must not harm those that came with it.
    """

    def __init__(self, serve: Callable[[Sequence[Item]], object], *, most: int = 32) -> None:
        self._serve, self._most = serve, most
        self._forget()
        after_fork(self._forget)

    def _forget(self) -> None:
        """A forked child has none of the callers of its parent."""
        self._turn, self._waiting = Lock(), deque[_Handed[Item]]()

    def hand_in(self, item: Item) -> None:
        """Returns when it is served; raises what `serve` raised for it."""
        mine = _Handed(item)
        self._waiting.append(mine)
        with self._turn:
            while not mine.done:
                self._go()
        if mine.error is not None:
            raise mine.error

    def _go(self) -> None:
        count = min(len(self._waiting), self._most)
        self._settle([self._waiting.popleft() for _ in range(count)])

    def _settle(self, handed: Sequence[_Handed[Item]]) -> None:
        try:
            self._serve([one.item for one in handed])
        except LedgerUnavailable as error:
            self._failed(handed, error)
        except BaseException as error:
            if len(handed) == 1:
                self._failed(handed, error)
                return
            for one in handed:
                self._settle([one])
        for one in handed:
            one.done = True

    def _failed(self, handed: Sequence[_Handed[Item]], error: BaseException) -> None:
        for one in handed:
            one.error, one.done = error, True
