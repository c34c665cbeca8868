"""How many are taken at a time: as many as are done in a moment, however quick the other side."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic


@dataclass(slots=True, kw_only=True)
class Portion:
    """Between `least` and `most`: twice as many after a quick one, half as many after a slow one.

    What is taken and not done when a process ends waits for its lease. `moment` is in seconds.
    `quick`: the last one took less than half of that.
    """

    least: int = 8
    most: int = 64
    moment: float = 0.5
    now: Callable[[], float] = monotonic
    size: int = 8
    quick: bool = True

    @contextmanager
    def timed(self) -> Iterator[None]:
        """One portion is done within this."""
        began = self.now()
        yield
        took = self.now() - began
        self.quick = took < self.moment / 2
        if took > self.moment:
            self.size = max(self.size // 2, self.least)
        elif self.quick:
            self.size = min(self.size * 2, self.most)
