"""The provider's clock, which a test may move."""

import time
from pathlib import Path


class Clock:
    """Real time, plus what the shared file says, plus an offset of the sandbox's own."""

    def __init__(self, shared_file: Path | None = None) -> None:
        self._shared_file = shared_file
        self.offset = 0.0

    def shared(self) -> float:
        """The time that the receiver of a webhook sees too: the own offset is left out."""
        return time.time() + self._shared_offset()

    def now(self) -> float:
        return self.shared() + self.offset

    def seconds(self) -> int:
        return int(self.now())

    def _shared_offset(self) -> float:
        # Read at every look: another process moves it. An unreadable file means no offset.
        if self._shared_file is None:
            return 0.0
        try:
            return float(self._shared_file.read_text() or 0)
        except (OSError, ValueError):
            return 0.0
