"""How many connections a web process may hold open, by the files that the system allows it.

A process that runs out of files cannot take a connection, nor reach the database: it would die.
"""

from contextlib import suppress
from resource import RLIM_INFINITY, RLIMIT_NOFILE, getrlimit, setrlimit

# As many as gunicorn holds by itself; a process that serves more is not faster.
MOST = 1_000
# Files for all else: pools to the database, providers, libraries that are loaded late.
OTHERS = 200
# Where the system names no end.
_PLENTY = 65_536


def connections_allowed(*, least: int) -> int:
    """Raise the limit of this process to what it may have; the connections that fit below it.

    `least` are needed in any case, so that each thread has one.
    """
    soft, hard = getrlimit(RLIMIT_NOFILE)
    wished = _PLENTY if hard == RLIM_INFINITY else hard
    if soft != RLIM_INFINITY and soft < wished:
        with suppress(ValueError, OSError):  # where the kernel allows less than it says
            setrlimit(RLIMIT_NOFILE, (wished, hard))
    allowed, _ = getrlimit(RLIMIT_NOFILE)
    return max(min(MOST, allowed - OTHERS) if allowed != RLIM_INFINITY else MOST, least)
