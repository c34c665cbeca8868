"""Our own decisions after facts: whoever stamped the fact, what follows from it is taken.

An order is folded as its stamps come by. Only one that calls for something is read again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, get_args
from uuid import UUID

import structlog

from adapters.worker.open_cases import Desk
from adapters.worker.reactor import NOTHING, Clock, Patience, Progress
from ledger.cases.stamps import CaseKind, Severity
from ledger.kernel.erasure import Erased
from ledger.kernel.events import Recorded
from ledger.kernel.refusals import Refusal
from ledger.kernel.store import LedgerUnavailable
from ledger.order.evolve import folded_on
from ledger.order.issues import Trouble, troubles
from ledger.order.letters_due import letters_due
from ledger.order.next_step import next_step
from ledger.order.order import Order
from ledger.order.service import Orders
from ledger.order.stamps import OrderStamp, ReceiptSendStarted, ReceiptSent
from projections.engine.derive import Folds, Known

_BATCH, _REMEMBERED = 500, 5_000
# What was read and is not remembered is read once more after a restart: that costs little, and each
# remembering a commit.
_WHEN_IDLE, _BETWEEN_CURSORS = timedelta(seconds=1), timedelta(seconds=5)
_MOST_FAILURES = 10
# An erasure stands in other streams, too, and calls for nothing.
_ORDER_STAMPS = tuple(one for one in get_args(OrderStamp) if one is not Erased)
# That a letter was begun, and that it went out, calls for nothing.
_STILL = (ReceiptSendStarted, ReceiptSent)
_log = structlog.get_logger("worker")


class Stretch(Protocol):
    """A stretch of the ledger: its stamps by stream, up to and including position `last`."""

    @property
    def stamps(self) -> Mapping[UUID, Sequence[Recorded[object]]]: ...

    @property
    def last(self) -> int: ...


class StampFeed(Protocol):
    """The ledger, position by position."""

    def next(self, after: int, *, limit: int) -> Stretch: ...


class Cursor(Protocol):
    """Where a reactor remembers how far it has read. Losing it costs time, nothing else."""

    def load(self, name: str) -> int: ...

    def store(self, name: str, position: int) -> None: ...


@dataclass(slots=True, kw_only=True)
class Following:
    """The reactor that reads the feed. Taking a decision twice changes nothing, so several may run.

    An order that goes wrong holds back what is remembered, not the others; after ten failures
    it becomes a case and is let go. `owes` is told of each order that owes a letter.
    """

    orders: Orders
    feed: StampFeed
    cursor: Cursor
    desk: Desk
    clock: Clock
    patience: Patience
    owes: Callable[[UUID], None] = field(default=lambda _: None)
    name: str = "following"
    _read: int | None = None
    _kept: int = 0
    _unkept_since: datetime | None = None
    _since: dict[UUID, int] = field(default_factory=dict)
    _folds: Folds = field(default_factory=lambda: Folds(most=_REMEMBERED))

    def run(self) -> Progress:
        """Follow every order with new stamps, once per batch of the feed."""
        if self._read is None:
            self._read = self._kept = self.cursor.load(self.name)
        batch, quiet = self.feed.next(self._read, limit=_BATCH), 0
        for stream, stamps in batch.stamps.items():
            if any(isinstance(one.stamp, _ORDER_STAMPS) for one in stamps):
                if self._calls(stamps):
                    self._since.setdefault(stream, stamps[0].position)
                else:
                    quiet += 1
        progress = Progress(done=quiet)
        for order_id in [one for one in self._since if self.patience.ready((self.name, one))]:
            progress += self._one(order_id)
        idle, self._read = batch.last == self._read, batch.last
        self._unkept_since = self._unkept_since or (None if idle else self.clock())
        wait = _WHEN_IDLE if idle else _BETWEEN_CURSORS
        if self._unkept_since and self.clock() - self._unkept_since >= wait:
            self._remember()
        return progress

    def finish(self) -> Progress:
        """Nothing is under way; whoever comes next need not read it again."""
        self._remember()
        return NOTHING

    def _calls(self, stamps: Sequence[Recorded[object]]) -> bool:
        """Whether anything follows for us, or nobody can tell without reading the order."""
        still = all(isinstance(one.stamp, _STILL) for one in stamps)
        known = self._folds.before(stamps[0])
        if known is None or not isinstance(known.state, Order | None):
            return not still
        try:
            order = folded_on(known.state or Order(id=stamps[0].stream), stamps)
            self._folds.keep(order.id, Known(order, None))
            if still:
                return False
            self._tell(order)
            return next_step(order, self.clock()) is not None or bool(troubles(order))
        except Exception:  # whoever reads it finds out what is wrong with it
            return True

    def _tell(self, order: Order) -> None:
        if any(due.is_due(self.clock()) for due in letters_due(order)):
            self.owes(order.id)

    def _one(self, order_id: UUID) -> Progress:
        try:
            self._follow(order_id)
        except LedgerUnavailable:
            raise
        except Exception as error:
            return self._went_wrong(order_id, error)
        self._let_go(order_id)
        return Progress(done=1)

    def _follow(self, order_id: UUID) -> None:
        order = self.orders.follow(order_id, self.clock())
        self._tell(order)
        self.desk.open_all(order)

    def _went_wrong(self, order_id: UUID, error: Exception) -> Progress:
        times = self.patience.failed((self.name, order_id))
        kind = type(error).__name__
        level = _log.info if isinstance(error, Refusal) else _log.error
        level("went_wrong", reactor=self.name, item=str(order_id)[:8], error=kind, times=times)
        if times >= _MOST_FAILURES:
            self.desk.open(order_id, _poisoned(order_id, kind))
            self._let_go(order_id)
        return Progress(failed=1)

    def _let_go(self, order_id: UUID) -> None:
        self.patience.forget((self.name, order_id))
        self._since.pop(order_id, None)

    def _remember(self) -> None:
        if self._read is None:
            return
        safe = min((position - 1 for position in self._since.values()), default=self._read)
        if safe > self._kept:
            self.cursor.store(self.name, safe)
            self._kept = safe
        if safe == self._read:
            self._unkept_since = None


def _poisoned(order_id: UUID, error: str) -> Trouble:
    return Trouble(
        kind=CaseKind.POISON_STAMP,
        severity=Severity.CRITICAL,
        about=order_id,
        mark="following",
        text=f"What follows from this order's stamps could not be decided: {error}.",
    )


class MemoryCursor:
    """Remembers for as long as the process lives."""

    def __init__(self) -> None:
        self._positions: dict[str, int] = {}

    def load(self, name: str) -> int:
        """The last position stored, 0 at first."""
        return self._positions.get(name, 0)

    def store(self, name: str, position: int) -> None:
        """Remember; never backwards."""
        self._positions[name] = max(position, self.load(name))
