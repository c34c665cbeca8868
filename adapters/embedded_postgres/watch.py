"""A server that dies while it is used is started again by those who use it."""

import contextlib
from collections.abc import Callable, Iterator
from threading import Event, Thread

import structlog

from adapters.embedded_postgres.failures import EmbeddedPostgresError

_log = structlog.get_logger("embedded_postgres")
# Seconds between two looks; after a start that failed they become longer.
LOOK, LONGEST = 1.0, 30.0


@contextlib.contextmanager
def watched(
    *, runs: Callable[[], bool], start: Callable[[], object], look: float = LOOK
) -> Iterator[None]:
    """Looks every `look` seconds whether the server runs, and starts it if it does not.

    The thread keeps the processors and the manners of whoever calls this, and so does a server
    that it starts: call it before the process settles down on one core.
    """
    leaving = Event()
    thread = Thread(
        target=_watch, args=[leaving, runs, start, look], name="embedded postgres", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        leaving.set()
        thread.join()


def _watch(
    leaving: Event, runs: Callable[[], bool], start: Callable[[], object], look: float
) -> None:
    pause = look
    while not leaving.wait(pause):
        pause = look if runs() or _started(start) else min(2 * pause, LONGEST)


def _started(start: Callable[[], object]) -> bool:
    _log.warning("the database is gone and is started again")
    try:
        start()
    except Exception as error:
        # Whatever it is, whoever watches must go on watching.
        reason = str(error) if isinstance(error, EmbeddedPostgresError) else type(error).__name__
        _log.error("the database does not start", reason=reason)
        return False
    return True
