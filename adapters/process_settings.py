"""How a process of ours shares the interpreter and the machine. Each setting says what it earns."""

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

# Seconds. Python lets a thread compute for five times that before another one gets its turn.
_TURN = 0.001

# Of objects made: a batch of stamps has a hundred thousand, and is gone before the next look.
_BETWEEN_LOOKS = 500_000


@contextmanager
def few_collections() -> Iterator[None]:
    """Python looks for cycles seldom while millions of values without cycles come and go.

    For as long as this lasts, in the whole process. What has cycles is still found. Measured with
    batches of stamps that are decoded, folded and projected: 79 instead of 91 microseconds of
    processor time for a stamp.
    """
    before = gc.get_threshold()
    gc.set_threshold(max(before[0], _BETWEEN_LOOKS), *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def stay_on_one_core(number: int = 0) -> int | None:
    """Keep this process on one of the cores it may use, by number, counted round.

    Threads that share the interpreter's lock go on faster on one core than across two. Measured
    with 64 callers of the committer on two cores: 13,000 appends per second unpinned, 21,000
    pinned; the database, which is other processes, keeps the rest of the machine. Whoever wants it
    asks for it: `serve --one-core`.

    A thread that is woken then waits until the one that woke it has to: it would interrupt it only
    to find the interpreter's lock taken. With 64 callers there are half as many switches of
    threads, and a tenth less processor time.

    Call it before threads are started: each inherits it. A thread that runs already keeps all
    cores: the one that watches the embedded PostgreSQL hands them on when it starts it again.
    Returns the core; None where the system has no such call.
    """
    if not hasattr(os, "sched_setaffinity"):
        return None
    cores = sorted(os.sched_getaffinity(0))
    core = cores[number % len(cores)]
    os.sched_setaffinity(0, {core})
    os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    return core


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
