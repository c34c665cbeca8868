"""A reactor does what is due outside, item by item; one bad item does not stop the others."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Protocol, TypeVar
from uuid import UUID

import structlog

from adapters.worker.threads import Hands
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


class Reactor(Protocol):
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
        self._most, self._lock = most, Lock()
        # The longest untouched first: it is the first to be of no interest any more.
        self._waits: OrderedDict[object, tuple[int, datetime]] = OrderedDict()

    def ready(self, item: object) -> bool:
        """Whether the item may be tried now."""
        known = self._waits.get(item)
        return known is None or known[1] <= self.clock()

    def failed(self, item: object) -> int:
        """Count one more failure; returns how many in a row."""
        now = self.clock()
        with self._lock:
            times = self._waits.pop(item, (0, now))[0] + 1
            pause = min(self.first * 2 ** min(times - 1, 20), self.longest)
            self._waits[item] = times, now + pause
            self._forget_the_gone(now)
        return times

    def forget(self, item: object) -> None:
        """It went well after all."""
        with self._lock:
            self._waits.pop(item, None)

    def __len__(self) -> int:
        return len(self._waits)

    def _forget_the_gone(self, now: datetime) -> None:
        while self._waits:
            _, until = next(iter(self._waits.values()))
            if len(self._waits) <= self._most and until + self.longest > now:
                return
            self._waits.popitem(last=False)


def each(
    name: str,
    items: Iterable[_T],
    act: Callable[[_T], Progress],
    *,
    patience: Patience,
    hands: Hands | None = None,
) -> Progress:
    """Act on every item. A refusal means someone else was faster, or it is no longer due.

    With several `hands`, one that hangs holds back no other.
    """

    def one(item: _T) -> Progress:
        if not patience.ready((name, item)):
            return WAITING
        return _one(name, item, act, patience=patience)

    there = [*items]
    if hands is None or not there:
        return sum((one(item) for item in there), NOTHING)
    with closing(hands.each(there, one, at_once=len(there))) as came:
        return sum((progress for some in came for progress in some), NOTHING)


def _one(name: str, item: _T, act: Callable[[_T], Progress], *, patience: Patience) -> Progress:
    try:
        came_to = act(item)
    except Refusal as refusal:
        # Not due for us: look again later, but not at once, lest a stale view spin us.
        patience.failed((name, item))
        _log.info("declined", reactor=name, item=_short(item), refusal=type(refusal).__name__)
        return WAITING
    except LedgerUnavailable:
        raise
    except Exception as error:
        patience.failed((name, item))
        # The message of an error may quote anything; its type cannot.
        _log.error("went_wrong", reactor=name, item=_short(item), error=type(error).__name__)
        return FAILED
    if came_to.waiting or came_to.failed:
        patience.failed((name, item))
    else:
        patience.forget((name, item))
    return came_to


def _short(item: object) -> str:
    """Enough to find it in the ledger; a whole order id opens its page and stays out of logs."""
    return str(item)[:8]
