"""Troubles are put on the desk as cases, each once."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ledger.cases.service import Cases
from ledger.order.issues import Trouble, troubles
from ledger.order.order import Order
from ledger.order.overdue import overdue


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the worker leaves what it cannot settle."""

    cases: Cases

    def open(self, order: UUID, trouble: Trouble) -> None:
        """One case, whether it is there already or not."""
        self.cases.open(trouble.case(order), correlation_id=trouble.correlation_id, actor="worker")

    def open_all(self, order: Order, *, now: datetime | None = None) -> None:
        """Every trouble that the order is in; with the time, also what is overdue."""
        late = overdue(order, now) if now else ()
        for trouble in (*troubles(order), *late):
            self.open(order.id, trouble)
