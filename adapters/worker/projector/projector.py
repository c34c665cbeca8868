"""Projections move on with the ledger, batch by batch, as long as we own them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from threading import Event
from time import monotonic
from uuid import UUID

import structlog

from adapters.postgres.views.owner import OwnedViews
from adapters.store.ledger import StampLedger
from adapters.worker.feed import Batch, Feed
from adapters.worker.projector.catch_up import Behind, CatchingUp
from adapters.worker.projector.rebuild import RebuildRefused, rebuild
from adapters.worker.projector.stopped_lanes import StoppedLanes
from ledger.kernel.events import Recorded
from projections.engine.derive import Derived, Folds, Known, Poison, derive, entries_only

_log = structlog.get_logger("worker")

SHORTEST, LONGEST = 0.005, 0.25
_BETWEEN_BEATS = 1.0
# The position up to which rows were written, and what stopped lanes.
Written = tuple[int, Sequence[Poison]]


class Projector:
    """Moves a set of projections.

    `on_poison` is told what stopped a stream's lane, once by each process that finds it stopped,
    `on_mended` that it goes on. A stopped stream is tried again when it moves, and now and then.

    Far behind, it takes more stamps at a time and works out the next while the last are written.
    `quick` is how many seconds a batch may take for the next to be larger.
    """

    def __init__(
        self,
        store: StampLedger,
        views: OwnedViews,
        *,
        on_poison: Callable[[Poison], object],
        on_mended: Callable[[Poison], object] = lambda _: None,
        batch: int = 500,
        most: int = 8_000,
        quick: float = 1.0,
        folds: int = 20_000,
        catching_up: CatchingUp | None = None,
        feed: Feed | None = None,
    ) -> None:
        self._store, self._feed, self._views = store, feed or Feed(store), views
        self._catching_up = catching_up or CatchingUp(views)
        self._folds = Folds(most=folds)
        self._batch, self._least, self._most = batch, batch, max(batch, most)
        self._quick, self._began, self._fresh = quick, 0.0, True
        self._behind: Behind[Written] = Behind()
        self._rebuild_stale()
        self._position = min((one.position for one in views.checkpoints()), default=0)
        self._read = self._position
        self._stopped = StoppedLanes(views.stopped(), tell=on_poison, over=on_mended)
        self._beaten = monotonic()
        self.retry_lanes()

    @property
    def position(self) -> int:
        """The position up to which all rows are written."""
        return self._position

    def run_once(self, stop: Event | None = None) -> int:
        """All that is due. Returns how many stamps that was. Raises `OwnershipLost`."""
        began = self._position
        if not self._fresh and self._beat() == self._read == began:
            self._look_after_lanes()
            return 0
        try:
            while not (stop and stop.is_set()) and (self._catch_up(stop) or self._step()):
                pass
            self._settle(self._behind.wait())
        finally:
            self._behind.close()
        self._beat()
        self._look_after_lanes()
        return self._position - began

    def run(self, stop: Event) -> None:
        """Go on until told to stop: often while there is news, seldom while there is none."""
        pause = SHORTEST
        while not stop.is_set():
            pause = SHORTEST if self.run_once(stop) else min(2 * pause, LONGEST)
            if pause > SHORTEST:
                stop.wait(pause)

    def retry_lanes(self) -> int:
        """Try stopped streams again, after a mend. Returns how many go on."""
        opened = 0
        while streams := self._stopped.due():
            for stream in streams:
                opened += self._retry(stream)
                self._beat()
        self._stopped.tell()
        return opened

    def _look_after_lanes(self) -> None:
        """Those that moved are tried again at once, all of them now and then."""
        if self._stopped.time_to_look():
            self._stopped.look(self._views.stopped())
        self.retry_lanes()

    def _rebuild_stale(self) -> None:
        """Projections whose rules changed since their rows were written."""
        versions = {one.name: one.version for one in self._views.checkpoints()}
        stale = [one for one in self._views.projections if versions[one.name] != one.version]
        if not stale:
            return
        _log.info("rebuilding", projections=[one.name for one in stale])
        try:
            rebuild(
                self._store,
                self._views.url,
                projections=stale,
                progress=lambda done, total: self._views.beat(),
                owner=self._views.name,
            )
        except RebuildRefused as refused:
            # Rows of the former rules are better than none.
            _log.critical("rebuild_refused", reason=str(refused))

    def _beat(self) -> int | None:
        """Nobody takes an owner for dead that says now and then that it lives.

        Where the ledger ends, if it was told meanwhile.
        """
        if monotonic() - self._beaten <= _BETWEEN_BEATS:
            return None
        head = self._views.beat()
        self._beaten = monotonic()
        return head

    def _catch_up(self, stop: Event | None) -> bool:
        """Over a long stretch others work beside us: looked for at first, and when we are busy."""
        if not (self._fresh or self._batch == self._most):
            return False
        head, self._fresh = self._store.head()[0], False
        if not self._catching_up.worth(self._read, head):
            return False
        self._settle(self._behind.wait())
        self._go_back()
        self._read = self._position = self._catching_up.run(
            self._position, head, stopped=[*self._stopped], stop=stop
        )
        return True

    def _step(self) -> bool:
        self._began = monotonic()
        try:
            batch = self._feed.next(self._read, limit=self._batch)
            found = batch.last - self._read
            changed = self._changed(batch) if found else {}
            if self._settle(self._behind.wait()):
                return True
            if found:
                self._write(changed, position=batch.last, more=found == self._batch)
            return found > 0
        except BaseException:
            self._go_back()
            raise

    def _write(self, changed: Mapping[UUID, Derived], *, position: int, more: bool) -> None:
        self._read = position
        if more:
            self._batch = self._next_size()
            self._behind.start(partial(self._written, changed, position))
        else:
            self._batch = self._least
            self._settle(self._written(changed, position))

    def _next_size(self) -> int:
        """Twice as many while it is quick: an owner that takes seconds is taken for dead."""
        if monotonic() - self._began < self._quick:
            return min(2 * self._batch, self._most)
        return max(self._batch // 2, self._least)

    def _written(self, changed: Mapping[UUID, Derived], position: int) -> Written:
        refused = self._views.write(changed, position=position)
        poisoned = [one.poison for one in changed.values() if one.poison]
        return position, [*poisoned, *refused]

    def _settle(self, written: Written | None) -> bool:
        """Rows were written. True if lanes stopped: what was worked out meanwhile is void."""
        if written is None:
            return False
        (self._position, poisoned), self._beaten = written, monotonic()
        if poisoned:
            self._stopped.stop(poisoned)
            self._go_back()
        return bool(poisoned)

    def _go_back(self) -> None:
        """To what is written for certain; the ledger has the rest."""
        self._behind.close()
        self._folds.forget()
        self._read = self._position

    def _changed(self, batch: Batch) -> Mapping[UUID, Derived]:
        self._stopped.moved(batch.stamps)
        moved = {s: b for s, b in batch.stamps.items() if s not in self._stopped}
        known = self._before(batch, moved)
        changed: dict[UUID, Derived] = {}
        for stream, stamps in moved.items():
            if stream in known:
                changed[stream] = self._derived(stream, stamps, known[stream])
            else:
                unread = Poison(stream=stream, position=stamps[0].position, error="Unreadable")
                changed[stream] = _stuck(unread)
        for stream, poison in batch.poisoned.items():
            if stream not in self._stopped:
                changed[stream] = _poisoned(changed.get(stream), poison)
        return changed

    def _derived(self, stream: UUID, stamps: Sequence[Recorded[object]], known: Known) -> Derived:
        state, rows = known
        derived = derive(stamps, state, projections=self._views.projections, before=rows)
        self._folds.keep(stream, Known(derived.state, derived.rows))
        return derived

    def _before(self, batch: Batch, moved: Collection[UUID]) -> Mapping[UUID, Known]:
        """The streams as they stood before the batch; one that cannot be read is left out."""
        firsts = {stream: batch.stamps[stream][0] for stream in moved}
        kept = {stream: self._folds.before(first) for stream, first in firsts.items()}
        found = {stream: known for stream, known in kept.items() if known is not None}
        missing = [stream for stream in firsts if stream not in found]
        for stream, stamps in self._feed.histories(missing, until=self._read).items():
            derived = derive(stamps, None, projections=entries_only(self._views.projections))
            if derived.poison is None:
                found[stream] = Known(derived.state, derived.rows or None)
        return found

    def _retry(self, stream: UUID) -> bool:
        """Guarded as the way out was: what stopped it may stop it again, and nothing else."""
        stamps = self._feed.histories([stream], until=self._position).get(stream)
        if not stamps:
            return False
        derived = derive(stamps, None, projections=self._views.projections)
        if derived.poison is not None or self._views.open_lane(stream, derived) is not None:
            return False
        self._folds.drop(stream)
        self._stopped.goes_on(stream)
        return True


def _stuck(poison: Poison) -> Derived:
    """Nothing to write: the rows stay as they are."""
    return Derived(first=poison.position, state=None, rows=None, poison=poison)


def _poisoned(derived: Derived | None, poison: Poison) -> Derived:
    """A stream whose later stamp could not be read; an earlier poison comes first."""
    if derived is None:
        return _stuck(poison)
    return derived if derived.poison else replace(derived, poison=poison)
