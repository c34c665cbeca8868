"""The projections as one reactor of the daemon: owned by one process, waited for by the others."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

from adapters.postgres.views.owner import OwnedViews, OwnershipLost
from adapters.store.ledger import StampLedger
from adapters.worker.feed import Feed
from adapters.worker.open_cases import Desk
from adapters.worker.projector.projector import Projector
from adapters.worker.projector.rebuild import OWNER
from adapters.worker.reactor import NOTHING, Progress
from ledger.cases.case import case_id
from ledger.cases.stamps import Action, CaseKind, CaseOpened, CaseResolved, Severity
from ledger.kernel.events import derived
from ledger.kernel.refusals import UnknownCase
from ledger.kernel.store import LedgerUnavailable
from projections.all import PROJECTIONS
from projections.engine.derive import Poison
from projections.engine.projection import Projection


@dataclass(slots=True, kw_only=True)
class Projections:
    """Moves all projections while we own them; tries to become the owner while we do not."""

    store: StampLedger
    url: str
    desk: Desk
    feed: Feed | None = None
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
                self._projector = Projector(
                    self.store,
                    self._owned,
                    on_poison=self._on_desk,
                    on_mended=self._off_desk,
                    feed=self.feed,
                )
            except BaseException:
                self.close()
                raise
        return self._projector

    def _on_desk(self, poison: Poison) -> None:
        if self._is_ours(poison.stream):
            return  # a case about the case would be stopped, too, and so on
        opened = CaseOpened(
            kind=CaseKind.POISON_STAMP,
            severity=Severity.CRITICAL,
            text=f"a projection cannot digest position {poison.position}: {poison.error}",
            about=str(poison.stream),
        )
        self.desk.cases.open(opened, correlation_id=_cause(poison), actor="worker")

    def _off_desk(self, poison: Poison) -> None:
        """The stream goes on: nobody need look at it any more."""
        over = CaseResolved(action=Action.SETTLED)
        with suppress(UnknownCase):
            self.desk.cases.stamp(
                case_id(_cause(poison), CaseKind.POISON_STAMP),
                lambda now: (over,) if now.state == "open" else (),
                correlation_id=derived(poison.stream, f"mended/{poison.position}"),
                actor="worker",
            )

    def _is_ours(self, stream: UUID) -> bool:
        try:
            opened = self.desk.cases.get(stream).opened
        except LedgerUnavailable:
            raise
        except Exception:  # it cannot be read, so it is none of ours
            return False
        return opened is not None and opened.kind is CaseKind.POISON_STAMP


def _cause(poison: Poison) -> UUID:
    return derived(poison.stream, f"poison/{poison.position}")
