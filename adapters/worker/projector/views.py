"""Views together with the ledger that they follow from: they can be compared and rebuilt."""

from collections.abc import Iterator, Sequence

from adapters.postgres.connections import Connections
from adapters.postgres.views.queries import Views
from adapters.store.ledger import StampLedger
from adapters.worker.projector.diff import Difference, differences
from adapters.worker.projector.rebuild import Progress, rebuild, silent
from projections.all import PROJECTIONS


class UnknownProjection(LookupError):
    """There is no projection of that name."""


class DerivableViews(Views):
    """What readers ask of the projections, and what auditors ask about them."""

    def __init__(self, connections: Connections, *, store: StampLedger, url: str) -> None:
        super().__init__(connections)
        self._store, self._url = store, url

    def diff(self, *, progress: Progress = silent) -> Iterator[Difference]:
        """Every row that is not as derived from the ledger, of one moment."""
        return differences(self._store, self._url, progress=progress)

    def rebuild(self, names: Sequence[str] = (), *, progress: Progress = silent) -> int:
        """Derive projections again (all, if none is named) and swap them in; the position.

        Raises `UnknownProjection`, `adapters.worker.projector.rebuild.RebuildRefused` and
        `adapters.postgres.views.rebuild.RebuildUnderWay`.
        """
        unknown = [name for name in names if name not in PROJECTIONS]
        if unknown:
            raise UnknownProjection(f"{', '.join(unknown)}; there are {', '.join(PROJECTIONS)}")
        chosen = [PROJECTIONS[name] for name in names or PROJECTIONS]
        return rebuild(self._store, self._url, projections=chosen, progress=progress)
