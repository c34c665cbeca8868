"""Trying again: longer pauses each time, about as long as said, until patience ends."""

from random import uniform
from time import monotonic, sleep

_LONGEST = 0.5


class Tries:
    """The tries at one thing, in seconds of `monotonic`: `until` then it is given up."""

    def __init__(self, until: float) -> None:
        self._until, self._pause = until, 0.0

    @property
    def over(self) -> bool:
        """Whether the next would come too late."""
        return monotonic() + self._pause > self._until

    def wait(self) -> None:
        """Until the next try."""
        sleep(jittered(self._pause))
        self._pause = min(2 * self._pause + 0.01, _LONGEST)


def jittered(pause: float) -> float:
    """About as long: those who lost the same server do not all come back at once."""
    return uniform(0.5, 1.5) * pause  # noqa: S311 (no secret)
