"""Cases as a service: open one once, whatever how often its cause is seen."""

from uuid import UUID

from ledger.appends import Append, Conflict, StampStore
from ledger.case import Case, case_id, fold_case
from ledger.case_stamps import CaseKind, CaseOpened, Severity
from ledger.recorded import Draft
from ledger.refusals import Busy
from ledger.stamp import occurrence_of

PATIENCE = 5


class Cases:
    """All cases of a ledger."""

    def __init__(self, store: StampStore) -> None:
        self._store = store

    def get(self, case: UUID) -> Case:
        """The case as it stands; version 0 if there is none."""
        return fold_case(case, self._store.read(case))

    def open(self, opened: CaseOpened, *, correlation_id: UUID, actor: str) -> UUID:
        """The case of this cause and kind; opened now, or before."""
        case = case_id(correlation_id, opened.kind)
        draft = Draft(stream=case, stamp=opened, correlation_id=case, actor=actor)
        for _ in range(PATIENCE):
            if self.get(case).opened is not None:
                return case
            if not isinstance(self._store.append(_alone(draft))[0], Conflict):
                return case
        raise Busy(case)

    def contradiction(self, order: UUID, draft: Draft) -> UUID:
        """A fact came again with other binding fields: alarm, never a silent drop (law 3)."""
        name = type(draft.stamp).__name__
        opened = CaseOpened(
            kind=CaseKind.CONTRADICTION,
            severity=Severity.CRITICAL,
            text=f"{name} was reported again with other figures than the ledger holds",
            order=order,
            provider_reference=getattr(draft.stamp, "provider_reference", ""),
            amount=getattr(draft.stamp, "amount", None),
            about=f"{draft.correlation_id}/{name}/{occurrence_of(draft.stamp)}",
        )
        return self.open(opened, correlation_id=draft.correlation_id, actor=draft.actor)


def _alone(draft: Draft) -> Append:
    return Append(drafts=[draft], expected={draft.stream: 0})
