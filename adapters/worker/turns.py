"""Everything that is due has its turn: whoever waits does not stand before whoever does not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

_T = TypeVar("_T")

# So many pages are looked through at a time, where all of them wait.
_PAGES = 10


@dataclass(slots=True, kw_only=True)
class Turns(Generic[_T]):
    """A find that goes on where it ended: page by page through all that is due, round and round.

    `look` gives a page from an offset, `ready` tells whether an item may be tried now. What is
    there is told once a round; where every item of a page waits, the next page is looked at.
    """

    look: Callable[[int], Sequence[_T]]
    ready: Callable[[_T], bool]
    page: int
    _offset: int = field(default=0)

    def __call__(self) -> Sequence[_T]:
        began = self._offset
        for _ in range(_PAGES):
            found = self._next()
            ready = [one for one in dict.fromkeys(found) if self.ready(one)]
            if ready or (self._offset == 0 and began == 0):
                return ready
            if self._offset == 0:
                began = 0  # the end was reached: what stood before it has its turn
        return []

    def _next(self) -> Sequence[_T]:
        found = self.look(self._offset)
        self._offset = self._offset + self.page if len(found) == self.page else 0
        return found
