"""The projections as one reactor of the daemon: owned by one process, waited for by the others."""

from collections.abc import Collection
from dataclasses import dataclass, field

from adapters.postgres.views_owner import OwnedViews, OwnershipLost
from adapters.stamp_ledger import StampLedger
from adapters.worker.desk import Desk
from adapters.worker.projecting import Projector
from adapters.worker.reactor import NOTHING, Progress
from adapters.worker.rebuilding import OWNER
from ledger.case_stamps import CaseKind, CaseOpened, Severity
from ledger.recorded import derived
from projections.catalogue import PROJECTIONS
from projections.deriving import Poison
from projections.projection import Projection


@dataclass(slots=True, kw_only=True)
class Projections:
    """Moves all projections while we own them; tries to become the owner while we do not."""

    store: StampLedger
    url: str
    desk: Desk
    projections: Collection[Projection] = tuple(PROJECTIONS.values())
    name: str = "projections"
    _owned: OwnedViews | None = field(default=None)
    _projector: Projector | None = field(default=None)

    def run(self) -> Progress:
        """Everything that is due. Another owner's work is not ours: then nothing."""
        try:
            projector = self._projector or self._take()
            return Progress(done=projector.run_once()) if projector else NOTHING
        except OwnershipLost:
            self.close()
            return NOTHING

    def close(self) -> None:
        """Give the ownership back, for the next one to take at once."""
        if self._owned is not None:
            self._owned.close()
        self._owned = self._projector = None

    def _take(self) -> Projector | None:
        self._owned = OwnedViews.take(self.url, OWNER, projections=self.projections)
        if self._owned is not None:
            try:
                self._projector = Projector(self.store, self._owned, on_poison=self._on_desk)
            except BaseException:
                self.close()
                raise
        return self._projector

    def _on_desk(self, poison: Poison) -> None:
        opened = CaseOpened(
            kind=CaseKind.POISON_STAMP,
            severity=Severity.CRITICAL,
            text=f"a projection cannot digest position {poison.position}: {poison.error}",
            about=str(poison.stream),
        )
        cause = derived(poison.stream, f"poison/{poison.position}")
        self.desk.cases.open(opened, correlation_id=cause, actor="worker")
