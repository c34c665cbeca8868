"""Which part of the ledger is to be derived, and how. Any process that reads the ledger may."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Protocol
from uuid import UUID

from adapters.postgres.views.rebuild import ShadowViews
from adapters.worker.feed import Batch, Feed
from projections.engine.derive import NO_ROWS, Derived, Poison, Rows, derive
from projections.engine.fold_cache import BEGINNING, Known
from projections.engine.projection import Projection


class Question(Protocol):
    """Picklable: it may be asked in another process."""

    @property
    def last(self) -> int:
        """The position at which this part ends."""
        ...

    def derived(self, feed: Feed, views: ShadowViews) -> Mapping[UUID, Derived]:
        """The streams of this part, with their rows."""
        ...


class NotPlain(Exception):
    """Something in this part needs the care of whoever moves the projections."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """The streams that begin after one position and up to another, as they stand at `until`.

    A stopped one as it stood before it was stopped.
    """

    after: int
    last: int
    until: int
    stopped: Mapping[UUID, int]

    def derived(self, feed: Feed, views: ShadowViews) -> Mapping[UUID, Derived]:
        begun = views.begun_streams(self.after, until=self.last, limit=self.last - self.after)
        return derive_streams(
            feed,
            [stream for stream, _ in begun],
            until=self.until,
            stopped=self.stopped,
            projections=views.projections,
            before=NO_ROWS,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """The streams that move after one position and up to another, as they stand then."""

    after: int
    last: int
    stopped: Collection[UUID]

    def derived(self, feed: Feed, views: ShadowViews) -> Mapping[UUID, Derived]:
        batch = feed.next(self.after, limit=self.last - self.after)
        if batch.last != self.last or batch.poisoned.keys() - {*self.stopped}:
            raise NotPlain
        moved = [stream for stream in batch.stamps if stream not in self.stopped]
        before = self._before(feed, batch, moved)
        return {
            stream: derive(
                batch.stamps[stream],
                before[stream].state,
                projections=views.projections,
                before=before[stream].rows,
            )
            for stream in moved
        }

    def _before(self, feed: Feed, batch: Batch, moved: Collection[UUID]) -> Mapping[UUID, Known]:
        begun = {stream for stream in moved if batch.stamps[stream][0].version == 1}
        known = dict.fromkeys(begun, BEGINNING)
        older = [stream for stream in moved if stream not in begun]
        for stream, stamps in feed.histories(older, until=self.after).items():
            known[stream] = Known(derive(stamps, None, projections=()).state, None)
        return known


def derive_streams(
    feed: Feed,
    streams: Collection[UUID],
    *,
    until: int,
    stopped: Mapping[UUID, int],
    projections: Collection[Projection],
    before: Rows | None = None,
) -> Mapping[UUID, Derived]:
    """Streams from their stamps alone; a stopped one as it stood before it was stopped.

    One that cannot be read, and was not stopped, as far as it can be read.
    """
    whole = [stream for stream in streams if stream not in stopped]
    histories = dict(feed.histories(whole, until=until))
    unread = [stream for stream in whole if stream not in histories]
    for stream in {*streams} & stopped.keys():
        histories |= feed.histories([stream], until=min(until, stopped[stream] - 1))
    derived = {
        stream: derive(stamps, None, projections=projections, before=before)
        for stream, stamps in histories.items()
        if stamps
    }
    for stream in unread:
        poison = feed.unreadable(stream, until=until)
        if poison is not None:
            derived[stream] = _as_far_as_read(feed, poison, projections, before)
    return derived


def _as_far_as_read(
    feed: Feed, poison: Poison, projections: Collection[Projection], before: Rows | None
) -> Derived:
    stamps = feed.histories([poison.stream], until=poison.position - 1).get(poison.stream)
    if not stamps:
        return Derived(first=poison.position, state=None, rows=None, poison=poison)
    return replace(derive(stamps, None, projections=projections, before=before), poison=poison)
