"""So many calls a second and no more: a provider serves its customers meanwhile."""

import time
from collections.abc import Callable
from threading import Lock


class Pace:
    """Lets one caller through at a time, evenly. Whoever comes rarely does not wait."""

    def __init__(
        self,
        per_second: float,
        *,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        assert per_second > 0, "nobody would ever come through"
        self._between, self._now, self._sleep = 1 / per_second, now, sleep
        self._next, self._lock = 0.0, Lock()

    def wait(self) -> None:
        """Return when it is the caller's turn."""
        with self._lock:
            now = self._now()
            turn = max(now, self._next)
            self._next = turn + self._between
        if turn > now:
            self._sleep(turn - now)
