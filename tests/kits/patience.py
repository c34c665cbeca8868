"""How long tests wait: timing never decides, also where the machine has other things to do."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

# Seconds until what must come is said to be missing. Whoever waits goes on when it comes.
PATIENCE = 60.0
# Linux counts here for how long somebody was ready to run, and no processor was free.
_PRESSURE = Path("/proc/pressure/cpu")


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """What is done inside takes less than this; what the machine kept us waiting is not counted."""
    began, kept = monotonic(), _kept_waiting()
    yield
    took = monotonic() - began - (_kept_waiting() - kept)
    assert took < seconds, f"it took {took:.1f} s"


def _kept_waiting() -> float:
    """Seconds since the machine started; 0 where nobody counts them."""
    try:
        some = _PRESSURE.read_text().splitlines()[0]
    except (OSError, IndexError):
        return 0.0
    return int(some.rpartition("total=")[2]) / 1e6
