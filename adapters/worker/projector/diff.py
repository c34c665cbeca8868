"""Every row of every projection, compared with what the ledger says it should be."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from adapters.postgres.views.rebuild import ShadowViews
from adapters.store.ledger import StampLedger
from adapters.worker.feed import Feed
from adapters.worker.projector.questions import derive_streams
from adapters.worker.projector.rebuild import OWNER, Progress, chunks, silent
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
