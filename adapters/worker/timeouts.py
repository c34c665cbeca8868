"""Orders that nobody paid in time are cancelled, silently, at the provider too (SPEC X7)."""

from dataclasses import dataclass
from uuid import UUID

import structlog

from adapters.worker.reactor import (
    DONE,
    NOTHING,
    Clock,
    Find,
    Patience,
    Progress,
    each,
)
from ledger.commands import CancelUnpaid
from ledger.payments import Providers, close_pages
from ledger.recorded import derived
from ledger.service import Orders

_log = structlog.get_logger("worker")


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """The reactor of unpaid orders. `find` names those that may be due."""

    orders: Orders
    find: Find
    providers: Providers
    clock: Clock
    patience: Patience
    name: str = "timeouts"

    def run(self) -> Progress:
        """Cancel every order whose time to pay is over."""
        return each(self.name, self.find(), self._order, patience=self.patience)

    def _order(self, order_id: UUID) -> Progress:
        before = self.orders.get(order_id)
        command = CancelUnpaid(
            correlation_id=derived(before.correlation_id or order_id, "unpaid"),
            actor="worker",
            at=self.clock(),
        )
        after = self.orders.handle(order_id, command)
        if after.version == before.version or after.alive:
            return NOTHING
        for attempt in close_pages(after, self.providers):
            _log.info("page_stays_open", attempt=str(attempt.correlation_id))
        return DONE
