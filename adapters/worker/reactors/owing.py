"""Orders that owe letters: told by whoever reads the ledger, and looked for now and then."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock
from uuid import UUID

from adapters.worker.reactor import Clock, Find

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True, kw_only=True)
class Owing:
    """A `Find` for the letters: orders that were told of, and what `look` finds.

    That is letters that wait for their time, and news that another process reads. It is asked
    each time, or once per `every` while somebody tells.
    """

    look: Find
    clock: Clock
    every: timedelta = field(default=timedelta(seconds=0.5))
    most: int = 2_000
    _told: dict[UUID, None] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)
    _told_at: datetime = _NEVER
    _looked_at: datetime = _NEVER

    def tell(self, order_id: UUID) -> None:
        """An order owes a letter. Those that are too many are found by `look`."""
        with self._lock:
            self._told_at = self.clock()
            if len(self._told) < self.most:
                self._told[order_id] = None

    def __call__(self) -> Sequence[UUID]:
        with self._lock:
            told, self._told = self._told, {}
        now = self.clock()
        if abs(now - self._looked_at) < self.every and abs(now - self._told_at) < 10 * self.every:
            return [*told]
        self._looked_at = now
        return [*dict.fromkeys([*told, *self.look()])]
