"""How many seats are left, for pages that many people look at in the same moment."""

from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from time import monotonic
from uuid import UUID

from adapters.store.after_fork import after_fork

Totals = Mapping[UUID, tuple[int, int, int]]
Read = Callable[[Sequence[UUID]], Totals]
# A page is older than that when it has been drawn.
_SECONDS, _MOST = 0.2, 200


class BriefSeats:
    """Totals that are at most a fifth of a second old, and none older than a commit of ours.

    Pages show them; whoever orders is told by the commit what is left. Saves a statement
    wherever more than five people a second look at the same shop.
    """

    def __init__(
        self, read: Read, *, seconds: float = _SECONDS, now: Callable[[], float] = monotonic
    ) -> None:
        self._read, self._seconds, self._now = read, seconds, now
        self._forget()
        after_fork(self._forget)

    def _forget(self) -> None:
        self._lock, self._commits = Lock(), 0
        self._known: dict[tuple[UUID, ...], tuple[float, Totals]] = {}

    def __call__(self, quotas: Sequence[UUID]) -> Totals:
        """(capacity, held, sold) by quota."""
        key, began, commits = tuple(quotas), self._now(), self._commits
        found = self._known.get(key)
        if found is not None and began - found[0] < self._seconds:
            return found[1]
        totals = self._read(quotas)
        with self._lock:
            # What was read before a commit may lack it.
            if commits == self._commits:
                if len(self._known) >= _MOST:
                    self._known.clear()
                self._known[key] = began, totals
        return totals

    def committed(self) -> None:
        """This process changed the ledger: whoever looks next reads anew."""
        with self._lock:
            self._commits += 1
            self._known.clear()
