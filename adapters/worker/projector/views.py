"""Views together with the ledger that they follow from: compared row by row, and rebuilt."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from adapters.postgres.connections import Connections
from adapters.postgres.views.queries import Views
from adapters.postgres.views.rebuild import ShadowViews
from adapters.store.ledger import StampLedger
from adapters.worker.feed import Feed
from adapters.worker.projector.processes import derive_streams
from adapters.worker.projector.rebuild import OWNER, Progress, chunks, rebuild, silent
from adapters.worker.reactors.order_words import WordFinder
from projections.all import PROJECTIONS
from projections.engine.derive import Derived
from projections.engine.projection import Projection, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A row that readers see, and the one they should see; None where there is none."""

    projection: str
    key: tuple[str, ...]
    live: Row | None
    derived: Row | None


def differences(
    store: StampLedger,
    url: str,
    *,
    projections: Collection[Projection] = (*PROJECTIONS.values(),),
    progress: Progress = silent,
    owner: str = OWNER,
) -> Iterator[Difference]:
    """All of one moment, while the projections go on moving. The auditor's role is enough."""
    shadow, feed = ShadowViews.at(url, owner, projections=projections), Feed(store)
    try:
        with shadow.watching():
            until, stopped = shadow.position(), shadow.stopped()
            for streams, position in chunks(shadow, until=until):
                derived = derive_streams(
                    feed, streams, until=until, stopped=stopped, projections=projections
                )
                for projection in projections:
                    yield from _compared(shadow, projection, streams, derived)
                progress(position, until)
            for projection in projections:
                for row in shadow.orphans(projection, until=until):
                    yield _difference(projection, row, None)
            progress(until, until)
    finally:
        shadow.close()


def _compared(
    shadow: ShadowViews,
    projection: Projection,
    streams: Sequence[UUID],
    derived: Mapping[UUID, Derived],
) -> Iterator[Difference]:
    live = {projection.key_of(row): row for row in shadow.live_rows(projection, streams)}
    called_for = {
        projection.key_of(row): row
        for one in derived.values()
        for row in (one.rows or {}).get(projection.name, ())
    }
    for key in sorted(live.keys() | called_for.keys()):
        if live.get(key) != called_for.get(key):
            yield _difference(projection, live.get(key), called_for.get(key))


def _difference(projection: Projection, live: Row | None, derived: Row | None) -> Difference:
    row = live or derived
    assert row is not None
    return Difference(
        projection=projection.name, key=projection.key_of(row), live=live, derived=derived
    )


class UnknownProjection(LookupError):
    """There is no projection of that name."""


class DerivableViews(Views):
    """What readers ask of the projections, and what auditors ask about them."""

    def __init__(
        self, connections: Connections, *, store: StampLedger, url: str, words: WordFinder
    ) -> None:
        super().__init__(connections)
        self._store, self._url, self._words = store, url, words

    def diff(self, *, progress: Progress = silent) -> Iterator[Difference]:
        """Every row that is not as derived from the ledger, of one moment."""
        return differences(self._store, self._url, progress=progress)

    def rebuild(self, names: Sequence[str] = (), *, progress: Progress = silent) -> int:
        """Derive projections again (all, if none is named) and swap them in; the position.

        Raises `UnknownProjection`, `adapters.worker.projector.rebuild.RebuildRefused` and
        `adapters.postgres.views.rebuild.RebuildUnderWay`.
        """
        known = [*PROJECTIONS, self._words.name]
        unknown = [name for name in names if name not in known]
        if unknown:
            raise UnknownProjection(f"{', '.join(unknown)}; there are {', '.join(known)}")
        wanted, position = names or known, 0
        chosen = [PROJECTIONS[name] for name in wanted if name in PROJECTIONS]
        if chosen:
            position = rebuild(self._store, self._url, projections=chosen, progress=progress)
        if self._words.name in wanted:
            position = self._words.rebuild(progress)
        return position
