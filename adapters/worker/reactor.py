"""A reactor does what is due outside, item by item; one bad item does not stop the others.

Whoever adds one writes three things, and `Reactor` (or `in_turns`) puts them together:

* `find`: what may be due, as ids or rows of a view. It may be behind: what is no longer due is
  seen when it is acted on. `in_turns` pages through a list that is longer than a page.
* `each`: act on one item and say what that came to: `DONE`, `WAITING` for somebody, or `NOTHING`,
  as it was not due. It reads the order or the case again, and a stamp is its claim. What it raises
  is logged and tried again later; only a ledger that is away ends the pass.
* `after`: when an item that waits or went wrong is looked at again, a `Patience`.

Its place is a file in `adapters/worker/reactors/`; `web/wiring/` gives it its name and its `find`.
Four run in a way of their own, and `run` is all that the daemon asks for (`Runs`): letters share
commits, alarms gather what has one cause, following reads the feed, and the projections belong to
one process at a time.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from threading import Lock
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

import structlog
from cachetools import TLRUCache

from adapters.worker.threads import Threads
from ledger.kernel.refusals import Refusal
from ledger.kernel.store import LedgerUnavailable

_T = TypeVar("_T")
_log = structlog.get_logger("worker")

Clock = Callable[[], datetime]
Find = Callable[[], Sequence[UUID]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What one pass came to: items that moved on, items that wait, items that went wrong."""

    done: int = 0
    waiting: int = 0
    failed: int = 0

    def __add__(self, other: "Progress") -> "Progress":
        return Progress(
            done=self.done + other.done,
            waiting=self.waiting + other.waiting,
            failed=self.failed + other.failed,
        )


DONE, WAITING, FAILED = Progress(done=1), Progress(waiting=1), Progress(failed=1)
NOTHING = Progress()


class Runs(Protocol):
    """Something the daemon runs again and again."""

    @property
    def name(self) -> str:
        """What it is called on the command line, in logs and in metrics."""
        ...

    def run(self) -> Progress:
        """Do all that is due at this moment, as far as it can be done."""
        ...


class Patience:
    """Items that went wrong wait longer each time, in this process: 5 s, 10 s … 10 min.

    Reactors may share one: each names its items (its own name, the item). What did not come again
    for longer than the longest pause is forgotten; of more than `most`, the longest untouched.
    """

    def __init__(
        self,
        clock: Clock,
        first: timedelta = timedelta(seconds=5),
        longest: timedelta = timedelta(minutes=10),
        *,
        most: int = 1_000,
    ) -> None:
        self.clock, self.first, self.longest = clock, first, longest
        self._lock = Lock()
        self._waits: TLRUCache[object, tuple[int, datetime]] = TLRUCache(
            most,
            ttu=lambda _, waits, now: (waits[1] + longest).timestamp(),
            timer=lambda: clock().timestamp(),
        )

    def ready(self, item: object) -> bool:
        """Whether the item may be tried now."""
        with self._lock:
            known = self._waits.get(item)
        return known is None or known[1] <= self.clock()

    def failed(self, item: object) -> int:
        """Count one more failure; returns how many in a row."""
        with self._lock:
            times = self._waits.get(item, (0, None))[0] + 1
            pause = min(self.first * 2 ** min(times - 1, 20), self.longest)
            self._waits[item] = times, self.clock() + pause
        return times

    def forget(self, item: object) -> None:
        """It went well after all."""
        with self._lock:
            self._waits.pop(item, None)

    def __len__(self) -> int:
        with self._lock:
            return len(self._waits)


def _itself(item: Any) -> Hashable:
    return item  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reactor(Generic[_T]):
    """One kind of work. `key` tells items apart, where an item is more than its id.

    With `threads`, several are acted on at once, and one that hangs holds back no other.
    """

    name: str
    find: Callable[[], Iterable[_T]]
    each: Callable[[_T], Progress]
    after: Patience
    key: Callable[[_T], Hashable] = _itself
    threads: Threads | None = None

    def run(self) -> Progress:
        """Act on every item that is there and need not wait."""
        due = [*{self.key(item): item for item in self.find()}.values()]
        if self.threads is None:
            return sum(map(self._one, due), NOTHING)
        with closing(self.threads.each(due, self._one)) as came:
            return sum(chain.from_iterable(came), NOTHING)

    def _one(self, item: _T) -> Progress:
        key = self.name, self.key(item)
        came_to = self._acted(item) if self.after.ready(key) else None
        if came_to is None:
            return WAITING
        if came_to.waiting or came_to.failed:
            self.after.failed(key)
        else:
            self.after.forget(key)
        return came_to

    def _acted(self, item: _T) -> Progress:
        try:
            return self.each(item)
        except Refusal as refusal:
            # Someone else was faster, or it is not due: not at once again, lest a view spin us.
            told, came_to = {"refusal": type(refusal).__name__}, WAITING
            _log.info("declined", reactor=self.name, item=_short(self.key(item)), **told)
        except LedgerUnavailable:
            raise
        except Exception as error:
            # The message of an error may quote anything; its type cannot.
            told, came_to = {"error": type(error).__name__}, FAILED
            _log.error("went_wrong", reactor=self.name, item=_short(self.key(item)), **told)
        return came_to


def _short(item: object) -> str:
    """Enough to find it in the ledger; a whole order id opens its page and stays out of logs."""
    return str(item)[:8]


# So many pages are looked through at a time, where all of them wait.
_PAGES = 10


@dataclass(slots=True, kw_only=True)
class Turns(Generic[_T]):
    """A find that goes on where it ended: page by page through all that is due, round and round.

    Whoever waits does not stand before whoever does not. `look` gives a page from an offset,
    `ready` tells whether an item may be tried now. What is there is told once a round; where every
    item of a page waits, the next page is looked at.
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


def in_turns(
    name: str,
    *looks: Callable[[int], Sequence[_T]],
    each: Callable[[_T], Progress],
    after: Patience,
    page: int,
    key: Callable[[_T], Hashable] = _itself,
    threads: Threads | None = None,
) -> Reactor[_T]:
    """A reactor of all that these lists show, each from an offset, a page at a time."""
    turns = [
        Turns(look=look, ready=lambda item: after.ready((name, key(item))), page=page)
        for look in looks
    ]

    def find() -> Iterator[_T]:
        return chain.from_iterable(turn() for turn in turns)

    return Reactor(name=name, find=find, each=each, after=after, key=key, threads=threads)
