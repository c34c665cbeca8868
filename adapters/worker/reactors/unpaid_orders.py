"""Orders that nobody paid in time are cancelled, silently, at the provider too (SPEC X7)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import structlog

from adapters.worker.open_cases import Desk
from adapters.worker.reactor import (
    DONE,
    NOTHING,
    WAITING,
    Clock,
    Progress,
)
from ledger.kernel.events import derived
from ledger.order.commands import CancelUnpaid
from ledger.order.issues import payments_overdue
from ledger.order.order import Order
from ledger.order.overdue import REFUND, page_of_unknown_fate
from ledger.order.payable import overdue_since, pay_by
from ledger.order.service import Orders
from ledger.payments.payment_pages import OpenPages

# Seats are not held for ever because a provider is away: money that comes late has its own rule.
LONGEST_WAIT = timedelta(days=1)
_log = structlog.get_logger("worker")


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Acts on an order that may have been unpaid for too long.

    `look` looks at an order's payment pages first: money of which the news was lost is not unpaid.
    It returns False when a provider does not answer; the order then waits, for a day at most.
    An order whose payment is pending at a bank is never cancelled: when that takes longer than it
    can, a case asks a person.
    """

    orders: Orders
    pages: OpenPages
    clock: Clock
    desk: Desk | None = None
    look: Callable[[Order], bool] = field(default=lambda _: True)

    def __call__(self, order_id: UUID) -> Progress:
        """Cancel an order whose time to pay is over."""
        before = self.orders.get(order_id)
        if before.under_way:
            return self._under_way(before)
        if before.alive and not before.received:
            if not self.look(before) and not self._waited_long(before):
                self._tell(before)
                return WAITING
            before = self.orders.get(order_id)
        command = CancelUnpaid(
            correlation_id=_cause(before),
            actor="worker",
            at=self.clock(),
        )
        after = self.orders.handle(order_id, command)
        if after.version == before.version or after.alive:
            return NOTHING
        for attempt in self.pages.close_all(after):
            _log.info("page_stays_open", attempt=str(attempt.correlation_id))
        return DONE

    def _tell(self, order: Order) -> None:
        """Nobody knows whether it was paid: after an hour a person is told, until it is known."""
        if self.desk is not None and pay_by(order) + REFUND <= self.clock():
            for attempt in order.attempts.values():
                if attempt.open and attempt.session:
                    self.desk.open(order.id, page_of_unknown_fate(attempt))

    def _under_way(self, order: Order) -> Progress:
        """Whether it failed meanwhile is asked first; then a person is."""
        overdue = overdue_since(order)
        if overdue is None or self.clock() < overdue:
            return NOTHING
        self.look(order)
        for trouble in payments_overdue(self.orders.get(order.id)):
            if self.desk is not None:
                self.desk.open(order.id, trouble)
        return WAITING

    def _waited_long(self, order: Order) -> bool:
        return pay_by(order) + LONGEST_WAIT <= self.clock()


def _cause(order: Order) -> UUID:
    """The same for every worker. An order that was taken up again may time out once more."""
    again = f"/{order.retaken_position}" if order.retaken_position else ""
    return derived(order.correlation_id or order.id, f"unpaid{again}")
