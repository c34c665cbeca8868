"""A ledger that is ahead of its clock, told in the log until time has caught up."""

from datetime import timedelta
from time import monotonic

import structlog

from ledger.kernel.clocks import Clocks

_SECONDS_BETWEEN = 60.0
_NONE = timedelta()
_log = structlog.get_logger("ledger")


class ClockLog:
    """One line a minute, as long as there is something to tell."""

    def __init__(self) -> None:
        self._told: float | None = None

    def tell(self, clocks: Clocks) -> None:
        """After an append: how far the newest stamp is ahead."""
        if clocks.ahead == _NONE:
            return
        now = monotonic()
        if self._told is None or now - self._told >= _SECONDS_BETWEEN:
            self._told = now
            _log.warning("ledger_ahead", seconds=round(clocks.ahead.total_seconds(), 1))
