"""The newest stamps that were read: each is fetched and decoded once for all who follow."""

from collections.abc import Sequence
from threading import Lock
from typing import Protocol

from ledger.kernel.events import Recorded


class ReadsFeed(Protocol):
    """The ledger, position by position."""

    def feed(self, after: int, *, limit: int) -> Sequence[Recorded[object]]: ...


class RecentStamps:
    """Gives what a ledger gives, and remembers the last `most` stamps of it, for several threads.

    What stands at a position never changes. Whoever asks for what is remembered gets that much of
    it, which may be less than there is: they go on from there. Whoever stands at its end reads on,
    while others who stand there wait for what that brings. Who is further behind reads alone.
    """

    def __init__(self, ledger: ReadsFeed, *, most: int = 2_000) -> None:
        self._ledger, self._most, self._lock = ledger, most, Lock()
        self._stamps: list[Recorded[object]] = []
        # The position before the first one that is remembered.
        self._after = 0

    def feed(self, after: int, *, limit: int) -> Sequence[Recorded[object]]:
        """At least the next stamp, if there is one; raises what the ledger raises."""
        with self._lock:
            begin = after - self._after
            if 0 <= begin < len(self._stamps):
                return self._stamps[begin : begin + limit]
            if begin >= 0:
                return self._read_on(after, limit)
        return self._ledger.feed(after, limit=limit)

    def _read_on(self, after: int, limit: int) -> Sequence[Recorded[object]]:
        """What follows is kept with what stands before it, if that is remembered."""
        read = self._ledger.feed(after, limit=limit)
        if after != self._after + len(self._stamps):
            self._stamps, self._after = [], after
        self._stamps += read
        gone = max(len(self._stamps) - self._most, 0)
        del self._stamps[:gone]
        self._after += gone
        return read
