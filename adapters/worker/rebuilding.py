"""Projections derived again from the ledger, beside the live ones, and swapped in at once."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from uuid import UUID

from adapters.postgres.views_shadow import ShadowViews
from adapters.stamp_ledger import StampLedger
from adapters.worker.behind import Behind
from adapters.worker.feed import Feed
from ledger.few_collections import few_collections
from projections.deriving import NO_ROWS, Derived, Poison, Rows, derive
from projections.projection import Projection

OWNER = "projections"
CHUNK = 2_000
# The live tables stand still while fewer stamps than this are caught up with.
_NEAR = 2_000

Progress = Callable[[int, int], object]


class RebuildRefused(Exception):
    """A stream cannot be translated. The live tables are as they were."""

    def __init__(self, poison: Poison) -> None:
        super().__init__(f"stream {poison.stream}, position {poison.position}: {poison.error}")
        self.poison = poison


def silent(done: int, total: int) -> None:
    """Progress that nobody watches."""


def rebuild(
    store: StampLedger,
    url: str,
    *,
    projections: Collection[Projection],
    progress: Progress = silent,
    owner: str = OWNER,
) -> int:
    """Sends nothing, asks nobody. Returns the position; `progress` gets positions done and all.

    Raises `RebuildRefused`, and `adapters.postgres.views_shadow.RebuildUnderWay`.
    """
    shadow, behind = ShadowViews.at(url, owner, projections=projections), Behind[None]()
    try:
        with few_collections():
            shadow.begin()
            return _Rebuild(Feed(store), shadow, behind).run(progress)
    finally:
        behind.close()
        shadow.close()


class _Rebuild:
    """One rebuild. `_done` is the position that the shadow tables have come to."""

    def __init__(self, feed: Feed, shadow: ShadowViews, behind: Behind[None]) -> None:
        self._feed, self._shadow, self._behind = feed, shadow, behind
        self._done, self._stopped = shadow.position(), dict(shadow.stopped())

    def run(self, progress: Progress) -> int:
        self._fill(progress)
        self._shadow.make_indexes()
        while self._shadow.position() - self._done > _NEAR:
            self._catch_up()
        with self._shadow.holding():
            self._catch_up()
            self._shadow.swap_in()
        progress(self._done, self._done)
        return self._done

    def _fill(self, progress: Progress) -> None:
        """Every stream once. While its rows are written, the next are read and derived."""
        told, found = 0, next_chunk(self._shadow, after=0, until=self._done)
        while found:
            streams, position = found
            derived = self._derived(streams, before=NO_ROWS)
            self._behind.wait()
            progress(told, self._done)
            told, found = position, next_chunk(self._shadow, after=position, until=self._done)
            self._behind.start(partial(self._shadow.write, derived))
        self._behind.wait()

    def _catch_up(self) -> None:
        """Streams that moved since, and those whose lanes were stopped or opened since."""
        before, known = self._done, self._stopped
        self._done, self._stopped = self._shadow.position(), dict(self._shadow.stopped())
        changed = {stream for stream, _ in known.items() ^ self._stopped.items()}
        moved = [*(self._shadow.moved_streams(before, until=self._done) | changed)]
        for start in range(0, len(moved), CHUNK):
            self._shadow.write(self._derived(moved[start : start + CHUNK]))

    def _derived(
        self, streams: Sequence[UUID], *, before: Rows | None = None
    ) -> Mapping[UUID, Derived]:
        derived = derive_streams(
            self._feed,
            streams,
            until=self._done,
            stopped=self._stopped,
            projections=self._shadow.projections,
            before=before,
        )
        for one in derived.values():
            if one.poison is not None:
                raise RebuildRefused(one.poison)
        return derived


def next_chunk(shadow: ShadowViews, *, after: int, until: int) -> tuple[Sequence[UUID], int] | None:
    """The streams that begin next after a position, and where the last of them does."""
    found = shadow.begun_streams(after, until=until, limit=CHUNK)
    return ([stream for stream, _ in found], found[-1][1]) if found else None


def chunks(shadow: ShadowViews, *, until: int) -> Iterator[tuple[Sequence[UUID], int]]:
    """All streams of the ledger, and the position at which the last of each chunk begins."""
    after = 0
    while found := next_chunk(shadow, after=after, until=until):
        yield found
        after = found[1]


def derive_streams(
    feed: Feed,
    streams: Sequence[UUID],
    *,
    until: int,
    stopped: Mapping[UUID, int],
    projections: Collection[Projection],
    before: Rows | None = None,
) -> Mapping[UUID, Derived]:
    """Streams from their stamps alone; a stopped one as it stood before it was stopped."""
    whole = [stream for stream in streams if stream not in stopped]
    histories = dict(feed.histories(whole, until=until))
    for stream in {*streams} & stopped.keys():
        histories |= feed.histories([stream], until=min(until, stopped[stream] - 1))
    return {
        stream: derive(stamps, None, projections=projections, before=before)
        for stream, stamps in histories.items()
        if stamps
    }
