"""What a request leaves to be done after its answer, so that the answer's time tells nothing."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore

import structlog

_MOST_WAITING = 100
_log = structlog.get_logger("errands")


class Errands:
    """One thread of this process that runs errands in turn. Too many at once are let go.

    Whoever asked was told what happens if all is well, and asks again if nothing comes: an errand
    may be lost with its process.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="errands")
        self._room = BoundedSemaphore(_MOST_WAITING)

    def __call__(self, errand: Callable[[], None]) -> None:
        """Run it soon. Never raises for what the errand comes to."""
        if self._room.acquire(blocking=False):
            self._thread.submit(self._run, errand)
        else:
            _log.warning("too many errands")

    def _run(self, errand: Callable[[], None]) -> None:
        try:
            errand()
        except Exception as error:
            _log.error("errand failed", error=type(error).__name__)
        finally:
            self._room.release()

    def close(self) -> None:
        """Finish what was begun, and run no more."""
        self._thread.shutdown(wait=True, cancel_futures=True)
