"""A case: something a person must resolve, folded from its stamps."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from ledger.case_stamps import CaseOpened, CaseResolved
from ledger.recorded import Recorded

_CASES = UUID("c5a53a4e-62a0-4d1f-8a6c-0d6d0f7c2e21")


def case_id(correlation_id: UUID, kind: str) -> UUID:
    """The stream of a case: the same trouble with the same cause is the same case."""
    return uuid5(_CASES, f"{correlation_id}/{kind}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case as it stands."""

    id: UUID
    version: int = 0
    opened: CaseOpened | None = None
    opened_at: datetime | None = None
    resolved: CaseResolved | None = None

    @property
    def state(self) -> str:
        return "resolved" if self.resolved else "open"


def fold_case(case: UUID, history: Iterable[Recorded]) -> Case:
    """The case as it stands after these stamps."""
    folded = Case(id=case)
    for recorded in history:
        folded = evolve_case(folded, recorded)
    return folded


def evolve_case(case: Case, recorded: Recorded) -> Case:
    """The case after one more stamp."""
    opened, opened_at, resolved = case.opened, case.opened_at, case.resolved
    if isinstance(recorded.stamp, CaseOpened):
        opened, opened_at = recorded.stamp, recorded.recorded_at
    if isinstance(recorded.stamp, CaseResolved):
        resolved = recorded.stamp
    return Case(
        id=case.id,
        version=recorded.version,
        opened=opened,
        opened_at=opened_at,
        resolved=resolved,
    )
