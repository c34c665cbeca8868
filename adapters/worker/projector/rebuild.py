"""Projections derived again from the ledger, beside the live ones, and swapped in at once."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from uuid import UUID

from adapters.postgres.views.rebuild import ShadowViews
from adapters.postgres.views.tables import TableChange, rows_refused, table_changes
from adapters.process_settings import few_collections
from adapters.store.ledger import StampLedger
from adapters.worker.feed import Feed
from adapters.worker.projector.catch_up import Behind
from adapters.worker.projector.processes import Begun, Beside, derive_streams, processors
from projections.all import PROJECTIONS
from projections.engine.derive import Derived, Poison, derive
from projections.engine.projection import Projection

OWNER = "projections"
CHUNK = 2_000
# Stamps: so many are derived at once beside us, if there are so many in all; so many here.
_PART, _MANY, _ALONE = 16_000, 60_000, 8_000
# Streams that stumble over new rules stand still; when they are more than this, nothing changes.
_MOST_STOPPED = 100
# The live tables stand still while fewer stamps than this are caught up with.
_NEAR = 2_000

Progress = Callable[[int, int], object]
_Writing = Behind[Begun | None]


class RebuildRefused(Exception):
    """So many streams cannot be translated that it is the code's fault. All rows are as before."""

    def __init__(self, poison: Poison) -> None:
        super().__init__(
            f"more than {_MOST_STOPPED} streams cannot be translated, such as {poison.stream} at"
            f" position {poison.position} ({poison.error}): all rows are as they were"
        )


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

    A stream that stumbles stands still from there on, and no other does. A large ledger is derived
    by `many` processes beside ours, by default one per processor.

    Raises `RebuildRefused`, and `adapters.postgres.views.rebuild.RebuildUnderWay`.
    """
    shadow = ShadowViews.at(url, owner, projections=projections)
    looking, behind = ShadowViews.at(url, owner, projections=projections), _Writing()
    try:
        shadow.begin()
        with few_collections(), _all_or_nothing(shadow, behind):
            return _Rebuild(Feed(store), shadow, looking, behind, progress).run(url, many)
    finally:
        looking.close()
        shadow.close()


@contextmanager
def _all_or_nothing(shadow: ShadowViews, behind: _Writing) -> Iterator[None]:
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
        behind: _Writing,
        progress: Progress,
    ) -> None:
        self._feed, self._shadow, self._looking, self._behind = feed, shadow, looking, behind
        self._progress, self._told = progress, 0
        self._done, self._stopped = shadow.position(), dict(shadow.stopped())
        self._poisons: dict[UUID, Poison] = {}

    def run(self, url: str, many: int | None) -> int:
        self._fill(url, many or (processors() if self._done >= _MANY else 1))
        self._behind.start(self._indexed)
        self._behind.wait(self._tell)
        while self._shadow.position() - self._done > _NEAR:
            self._catch_up()
        with self._shadow.holding():
            self._catch_up()
            self._stop()
            self._shadow.swap_in()
        self._progress(self._done, self._done)
        return self._done

    def _indexed(self) -> None:
        self._shadow.make_indexes()

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
            self._with_care(self._behind.wait(self._tell))
            self._tell()
            self._told = part.last
            self._behind.start(partial(self._written, part, changes))
        self._with_care(self._behind.wait(self._tell))

    def _here(self, part: Begun) -> Sequence[TableChange] | None:
        """Derived in this process: also what could not be derived beside it."""
        try:
            derived = part.derived(self._feed, self._looking)
            self._note([one.poison for one in derived.values() if one.poison])
            return table_changes(self._shadow.projections, derived)
        except Exception as error:
            if not rows_refused(error):
                raise
            return None

    def _written(self, part: Begun, changes: Sequence[TableChange] | None) -> Begun | None:
        """The part, if it is to be written with care."""
        return None if changes is not None and self._shadow.write_derived(changes) else part

    def _with_care(self, part: Begun | None) -> None:
        if part is not None:
            self._write(part.derived(self._feed, self._looking))

    def _catch_up(self) -> None:
        """Streams that moved since, and those whose lanes were stopped or opened since."""
        before, known = self._done, self._stopped
        self._done = self._shadow.position()
        self._stopped = {**self._shadow.stopped(), **_positions(self._poisons.values())}
        changed = {stream for stream, _ in known.items() ^ self._stopped.items()}
        moved = [*(self._shadow.moved_streams(before, until=self._done) | changed)]
        for start in range(0, len(moved), CHUNK):
            self._write(self._derived(moved[start : start + CHUNK]))

    def _write(self, derived: Mapping[UUID, Derived]) -> None:
        self._note([one.poison for one in derived.values() if one.poison])
        for poison in self._shadow.write(derived):
            self._note([self._just_before(poison)])

    def _just_before(self, poison: Poison) -> Poison:
        """Of a stream whose rows are refused, the rows of as late as they are not."""
        stamps = self._feed.histories([poison.stream], until=self._done).get(poison.stream, ())
        for count in range(len(stamps) - 1, 0, -1):
            derived = derive(stamps[:count], None, projections=self._shadow.projections)
            if derived.poison is None and not self._shadow.write({poison.stream: derived}):
                return replace(poison, position=stamps[count].position)
        return poison

    def _note(self, poisons: Sequence[Poison]) -> None:
        for poison in poisons:
            self._poisons[poison.stream] = poison
        self._stopped |= _positions(poisons)
        if len(self._poisons) > _MOST_STOPPED:
            raise RebuildRefused(next(iter(self._poisons.values())))

    def _stop(self) -> None:
        """What stumbled stands still in all projections at the same stamp."""
        names = {one.name for one in self._shadow.projections}
        others = [one for one in PROJECTIONS.values() if one.name not in names]
        self._shadow.stop_lanes([*self._poisons.values()])
        for stream, poison in self._poisons.items():
            before = self._feed.histories([stream], until=poison.position - 1).get(stream)
            gone = Derived(first=poison.position, state=None, rows={one.name: () for one in others})
            derived = derive(before, None, projections=others) if before else gone
            self._shadow.put_back({stream: derived}, others)

    def _derived(self, streams: Sequence[UUID]) -> Mapping[UUID, Derived]:
        return derive_streams(
            self._feed,
            streams,
            until=self._done,
            stopped=self._stopped,
            projections=self._shadow.projections,
        )


def _positions(poisons: Iterable[Poison]) -> dict[UUID, int]:
    return {one.stream: one.position for one in poisons}


def chunks(shadow: ShadowViews, *, until: int) -> Iterator[tuple[Sequence[UUID], int]]:
    """All streams of the ledger, and the position at which the last of each chunk begins."""
    after = 0
    while found := shadow.begun_streams(after, until=until, limit=CHUNK):
        after = found[-1][1]
        yield [stream for stream, _ in found], after
