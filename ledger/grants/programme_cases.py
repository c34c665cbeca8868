"""A programme that is over while somebody confirms: one case of it, however many do."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from uuid import UUID

from ledger.cases.case import case_id
from ledger.cases.service import Cases
from ledger.cases.stamps import CaseKind, CaseOpened, Severity
from ledger.grants.programme import programme_id
from ledger.grants.stamps import GrantsSetUp
from ledger.kernel.events import derived

ACTOR = "worker"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeCases:
    """Who is held back stands on the list; the case says that somebody does."""

    cases: Cases

    def over(self, rules: GrantsSetUp, ended: datetime) -> None:
        """Somebody is held back. There is an open one after this, also where one was closed."""
        opened = CaseOpened(
            kind=CaseKind.VOUCHERS_OVER,
            severity=Severity.WARNING,
            text=f"Somebody confirmed at {rules.shop_slug}, but its vouchers for people were valid "
            f"until {ended:%Y-%m-%d %H:%M} UTC: none is made. Prolong them, and each is made by "
            "itself; or tell whoever is held back on the list.",
            provider=str(rules.destination.place),
        )
        for cause in _causes(rules.shop, ended):
            case = self.cases.get(case_id(cause, CaseKind.VOUCHERS_OVER))
            if case.state == "open":
                self.cases.open(opened, correlation_id=cause, actor=ACTOR)
                return

    def prolonged(self, rules: GrantsSetUp, ended: datetime) -> None:
        """Whoever was held back is given one: nobody has to see to it any more."""
        for cause in _causes(rules.shop, ended):
            if not self.cases.settle(case_id(cause, CaseKind.VOUCHERS_OVER), actor=ACTOR):
                return


def _causes(shop: UUID, ended: datetime) -> Iterator[UUID]:
    """Of the first case of a programme that ended then, the second, and so on."""
    for number in count(1):
        yield derived(programme_id(shop), f"over/{ended.isoformat()}/{number}")
