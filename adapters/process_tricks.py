"""Threads that share the interpreter's lock: they go on faster on one core than across two.

Measured with 64 callers of the committer on two cores: 13,000 appends per second unpinned,
21,000 pinned. The database, which is other processes, keeps the rest of the machine.
"""

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

# Seconds. Python lets a thread compute for five times that before another one gets its turn.
_TURN = 0.001

# Of objects made between two looks for cycles: a request makes a few thousand.
_BETWEEN_LOOKS = 20_000


def settle_down(number: int = 0) -> None:
    """For a process that serves with threads, once all is loaded and before they are started.

    What is loaded is never looked through for cycles again. Processes that share a machine take
    different numbers. A thread that runs already keeps all cores: the one that watches the
    embedded PostgreSQL hands them on when it starts it again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_BETWEEN_LOOKS, *gc.get_threshold()[1:])
    stay_on_one_core(number)
    let_others_finish()


def stay_on_one_core(number: int = 0) -> int | None:
    """Keep this process on one of the cores it may use, by number, counted round.

    Call it before threads are started: each inherits it. Returns the core; None where the system
    has no such call.
    """
    if not hasattr(os, "sched_setaffinity"):
        return None
    cores = sorted(os.sched_getaffinity(0))
    core = cores[number % len(cores)]
    os.sched_setaffinity(0, {core})
    return core


def let_others_finish() -> None:
    """A thread that is woken waits until the one that woke it has to.

    It would interrupt it only to find the interpreter's lock taken: with 64 callers there are
    half as many switches of threads without that, and a tenth less processor time.
    """
    if hasattr(os, "sched_setscheduler"):
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


@contextmanager
def short_turns() -> Iterator[None]:
    """Threads whose answer has come do not wait long for one that computes.

    Measured with the worker on a busy machine: half of the letters left in 54 instead of 197 ms.
    """
    before = sys.getswitchinterval()
    sys.setswitchinterval(_TURN)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
