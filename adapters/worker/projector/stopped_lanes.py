"""Streams whose rows do not follow for now: told once each, and tried again until they do."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from time import monotonic
from uuid import UUID

import structlog

from projections.engine.derive import Poison

_log = structlog.get_logger("worker")

# Seconds between two tries of all, and how many streams are tried at a time.
EVERY, SOME = 30.0, 50


class StoppedLanes:
    """Which streams stand still. `tell` is told of each until it took it over, once.

    `over` is told of each that goes on.
    """

    def __init__(
        self,
        found: Iterable[Poison],
        *,
        tell: Callable[[Poison], object],
        over: Callable[[Poison], object] = lambda _: None,
        now: Callable[[], float] = monotonic,
    ) -> None:
        self._poisons = {one.stream: one for one in found}
        self._tell, self._over, self._now = tell, over, now
        self._untold = dict.fromkeys(self._poisons)
        self._due: dict[UUID, None] = dict.fromkeys(self._poisons)
        self._looked_at = now()

    def __contains__(self, stream: object) -> bool:
        return stream in self._poisons

    def __iter__(self) -> Iterator[UUID]:
        return iter([*self._poisons])

    def __len__(self) -> int:
        return len(self._poisons)

    def stop(self, poisons: Sequence[Poison]) -> None:
        """These stand still from now on; those that did before are not told of again."""
        for poison in poisons:
            if poison.stream not in self._poisons:
                self._poisons[poison.stream] = poison
                self._untold[poison.stream] = None
                _log.critical(
                    "lane_stopped",
                    stream=str(poison.stream)[:8],
                    position=poison.position,
                    error=poison.error,
                )

    def moved(self, streams: Iterable[UUID]) -> None:
        """New stamps may be the repair: these are tried again at once."""
        self._due |= dict.fromkeys(one for one in streams if one in self._poisons)

    def goes_on(self, stream: UUID) -> None:
        """Its rows follow again."""
        poison = self._poisons.pop(stream)
        self._untold.pop(stream, None)
        _log.info("lane_goes_on", stream=str(stream)[:8])
        self._said(self._over, poison)

    def due(self) -> list[UUID]:
        """Those to be tried now, a few at a time."""
        chosen = [*self._due][:SOME]
        for stream in chosen:
            del self._due[stream]
        return [one for one in chosen if one in self._poisons]

    def time_to_look(self) -> bool:
        """Whether it is time to try all again; somebody else may have stopped some, too."""
        if self._now() - self._looked_at < EVERY:
            return False
        self._looked_at = self._now()
        return True

    def look(self, found: Sequence[Poison]) -> None:
        """These stand still in the tables: all are to be tried again."""
        there: Mapping[UUID, Poison] = {one.stream: one for one in found}
        self.stop(found)
        for stream in [one for one in self._poisons if one not in there]:
            self._poisons.pop(stream)
            self._untold.pop(stream, None)
        self._due |= dict.fromkeys(there)

    def tell(self) -> None:
        """A person is told of each. One that cannot be told of now is told of at the next look."""
        for stream in [*self._untold]:
            if self._said(self._tell, self._poisons[stream]):
                self._untold.pop(stream, None)

    def _said(self, say: Callable[[Poison], object], poison: Poison) -> bool:
        """The desk may be out of reach, and is no reason to stop others."""
        try:
            say(poison)
        except Exception as error:
            _log.error("not_told", stream=str(poison.stream)[:8], error=type(error).__name__)
            return False
        return True
