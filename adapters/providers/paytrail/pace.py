"""No more than so many looks in a second, however many there are to take."""

import time
from collections.abc import Callable


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
        self._next = 0.0

    def wait(self) -> None:
        """Return when it is the caller's turn."""
        now = self._now()
        if self._next > now:
            self._sleep(self._next - now)
        self._next = max(now, self._next) + self._between
