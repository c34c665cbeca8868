"""Projections derived again from the ledger, beside the live ones, and swapped in at once."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from uuid import UUID

from adapters.postgres.views_shadow import ShadowViews
from adapters.postgres.views_tables import TableChange, table_changes
from adapters.stamp_ledger import StampLedger
from adapters.worker.behind import Behind
from adapters.worker.beside import Beside, processors
from adapters.worker.feed import Feed
from adapters.worker.questions import Begun, derive_streams
from ledger.few_collections import few_collections
from projections.deriving import Derived, Poison
from projections.projection import Projection

OWNER = "projections"
CHUNK = 2_000
# Stamps: so many are derived at once beside us, if there are so many in all; so many here.
_PART, _MANY, _ALONE = 16_000, 60_000, 8_000
# The live tables stand still while fewer stamps than this are caught up with.
_NEAR = 2_000

Progress = Callable[[int, int], object]


class RebuildRefused(Exception):
    """A stream cannot be translated. The live tables are as they were."""

    def __init__(self, poison: Poison) -> None:
        super().__init__(
            f"stream {poison.stream} cannot be translated at position {poison.position}"
            f" ({poison.error}): all rows are as they were"
        )
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
    many: int | None = None,
) -> int:
    """Sends nothing, asks nobody. Returns the position; `progress` gets positions done and all.

    A large ledger is derived by `many` processes beside ours, by default one per processor.

    Raises `RebuildRefused`, and `adapters.postgres.views_shadow.RebuildUnderWay`.
    """
    shadow = ShadowViews.at(url, owner, projections=projections)
    looking, behind = ShadowViews.at(url, owner, projections=projections), Behind[None]()
    try:
        shadow.begin()
        with few_collections(), _all_or_nothing(shadow, behind):
            return _Rebuild(Feed(store), shadow, looking, behind, progress).run(url, many)
    finally:
        looking.close()
        shadow.close()


@contextmanager
def _all_or_nothing(shadow: ShadowViews, behind: Behind[None]) -> Iterator[None]:
    """Broken off in the middle, everything is as it was."""
    try:
        yield
    except BaseException:
        shadow.cancel()
        behind.close()
        shadow.abandon()
        raise


class _Rebuild:
    """One rebuild. `_done` is the position that the shadow tables have come to.

    `looking` is a session that does not wait while the other writes.
    """

    def __init__(
        self,
        feed: Feed,
        shadow: ShadowViews,
        looking: ShadowViews,
        behind: Behind[None],
        progress: Progress,
    ) -> None:
        self._feed, self._shadow, self._looking, self._behind = feed, shadow, looking, behind
        self._progress, self._told = progress, 0
        self._done, self._stopped = shadow.position(), dict(shadow.stopped())

    def run(self, url: str, many: int | None) -> int:
        self._fill(url, many or (processors() if self._done >= _MANY else 1))
        self._behind.start(self._shadow.make_indexes)
        self._behind.wait(self._tell)
        while self._shadow.position() - self._done > _NEAR:
            self._catch_up()
        with self._shadow.holding():
            self._catch_up()
            self._shadow.swap_in()
        self._progress(self._done, self._done)
        return self._done

    def _tell(self) -> None:
        self._progress(self._told, self._done)

    def _fill(self, url: str, many: int) -> None:
        """Every stream once. While its rows are written, the next are read and derived."""
        if many > 1:
            with Beside[Begun](url, self._shadow.projections, many=many) as beside:
                self._write_all(beside.answers(self._parts(_PART), waiting=self._tell))
        else:
            self._write_all((part, None) for part in self._parts(_ALONE))

    def _parts(self, size: int) -> Iterator[Begun]:
        for after in range(0, self._done, size):
            last = min(after + size, self._done)
            yield Begun(after=after, last=last, until=self._done, stopped=self._stopped)

    def _write_all(self, answers: Iterable[tuple[Begun, Sequence[TableChange] | None]]) -> None:
        for part, answer in answers:
            changes = self._here(part) if answer is None else answer
            self._behind.wait(self._tell)
            self._tell()
            self._told = part.last
            self._behind.start(partial(self._shadow.write_derived, changes))
        self._behind.wait(self._tell)

    def _here(self, part: Begun) -> Sequence[TableChange]:
        """Derived in this process: also what could not be derived beside it."""
        derived = _readable(part.derived(self._feed, self._looking))
        return table_changes(self._shadow.projections, derived)

    def _catch_up(self) -> None:
        """Streams that moved since, and those whose lanes were stopped or opened since."""
        before, known = self._done, self._stopped
        self._done, self._stopped = self._shadow.position(), dict(self._shadow.stopped())
        changed = {stream for stream, _ in known.items() ^ self._stopped.items()}
        moved = [*(self._shadow.moved_streams(before, until=self._done) | changed)]
        for start in range(0, len(moved), CHUNK):
            self._shadow.write(self._derived(moved[start : start + CHUNK]))

    def _derived(self, streams: Sequence[UUID]) -> Mapping[UUID, Derived]:
        return _readable(
            derive_streams(
                self._feed,
                streams,
                until=self._done,
                stopped=self._stopped,
                projections=self._shadow.projections,
            )
        )


def _readable(derived: Mapping[UUID, Derived]) -> Mapping[UUID, Derived]:
    for one in derived.values():
        if one.poison is not None:
            raise RebuildRefused(one.poison)
    return derived


def chunks(shadow: ShadowViews, *, until: int) -> Iterator[tuple[Sequence[UUID], int]]:
    """All streams of the ledger, and the position at which the last of each chunk begins."""
    after = 0
    while found := shadow.begun_streams(after, until=until, limit=CHUNK):
        after = found[-1][1]
        yield [stream for stream, _ in found], after
