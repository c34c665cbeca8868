"""Far behind, others derive what follows, part by part; we write it, in order and as the owner."""

from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future, wait
from threading import Event, Thread
from time import monotonic
from typing import Generic, TypeVar
from uuid import UUID

import structlog

from adapters.postgres.views.owner import OwnedViews
from adapters.worker.projector.processes import Beside, Moved, processors

_T = TypeVar("_T")
_BETWEEN_WORDS = 0.5


class Behind(Generic[_T]):
    """At most one call is under way, in a thread that does not keep the process from ending."""

    def __init__(self) -> None:
        self._under_way: Future[_T] | None = None

    def start(self, call: Callable[[], _T]) -> None:
        """Begin a call; the one before it was waited for."""
        assert self._under_way is None, "one at a time"
        self._under_way = Future[_T]()
        Thread(target=_run, args=(call, self._under_way), name="behind", daemon=True).start()

    def wait(self, meanwhile: Callable[[], object] | None = None) -> _T | None:
        """What the call came to, None if there is none; raises what it raised.

        `meanwhile` is called every half second until then.
        """
        under_way, self._under_way = self._under_way, None
        if under_way is None:
            return None
        while meanwhile is not None and wait([under_way], timeout=_BETWEEN_WORDS).not_done:
            meanwhile()
        return under_way.result()

    def close(self) -> None:
        """Let the call end, whatever it comes to."""
        if self._under_way is not None:
            wait([self._under_way])
        self._under_way = None


def _run(call: Callable[[], _T], told: Future[_T]) -> None:
    try:
        told.set_result(call())
    except BaseException as error:
        told.set_exception(error)


# Stamps: so far behind it is worth to start processes, and so many are derived at once.
FAR, PART = 60_000, 24_000
_log = structlog.get_logger("worker")


class CatchingUp:
    """Moves projections over long stretches in which nothing stumbles.

    Where something does, or a table refuses a row, it stops, for the projector to go on with care;
    past that place it may be asked again. `quick` is how many seconds a write may take.
    """

    def __init__(
        self,
        views: OwnedViews,
        *,
        far: int = FAR,
        part: int = PART,
        many: int | None = None,
        quick: float = 1.0,
    ) -> None:
        self._views, self._far, self._part, self._most = views, far, part, part
        self._quick = quick
        self._many = processors() if many is None else many
        self._not_before = 0

    def worth(self, position: int, head: int) -> bool:
        """Whether it pays to ask others, at this position of a ledger of this size."""
        return self._many > 1 and position >= self._not_before and head - position >= self._far

    def run(
        self, position: int, head: int, *, stopped: Collection[UUID], stop: Event | None
    ) -> int:
        """Returns the position up to which rows are written. Raises `OwnershipLost`."""
        views, parts = self._views, self._parts(position, head, frozenset(stopped))
        _log.info("catching_up", stamps=head - position, processes=self._many)
        with Beside[Moved](views.url, views.projections, many=self._many) as beside:
            for part, changes in beside.answers(parts, waiting=views.beat):
                self._not_before = part.last
                if changes is None or (stop and stop.is_set()):
                    break
                began = monotonic()
                if not views.write_derived(changes, position=part.last):
                    break
                position = part.last
                self._part = self._next_size(monotonic() - began)
        return position

    def _next_size(self, seconds: float) -> int:
        """Half of it where a write was slow: an owner that takes seconds is taken for dead."""
        if seconds > self._quick:
            return max(self._part // 2, self._most // 24, 1)
        return min(2 * self._part, self._most)

    def _parts(self, position: int, head: int, stopped: Collection[UUID]) -> Iterator[Moved]:
        while position < head:
            last = min(position + self._part, head)
            yield Moved(after=position, last=last, stopped=stopped)
            position = last
