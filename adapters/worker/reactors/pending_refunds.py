"""Refunds that were accepted and not settled are asked about, where nobody tells of them (P10)."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from adapters.worker.reactor import DONE, NOTHING, WAITING, Clock, Find, Patience, Progress, each
from adapters.worker.threads import Hands
from ledger.order.order import Order
from ledger.order.refund import Refund
from ledger.order.service import Orders
from ledger.order.stamps import CreateRefundFailure, RefundFailed
from ledger.payments.provider import (
    Accepted,
    NoAnswer,
    Providers,
    RefundAnswer,
    ReturnedOutside,
    record_refund,
    refund_ask,
)

_ACTOR = "worker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promises:
    """The reactor of refunds on their way. `find` names orders that may have one.

    A bank takes days: with `unhurried` patience whoever waits is asked less and less often.
    """

    orders: Orders
    find: Find
    providers: Providers
    patience: Patience
    hands: Hands | None = None
    name: str = "promises"

    def run(self) -> Progress:
        """Ask about each, less and less often."""
        return each(self.name, self.find(), self._order, patience=self.patience, hands=self.hands)

    def _order(self, order_id: UUID) -> Progress:
        order, progress = self.orders.get(order_id), NOTHING
        for refund in order.refunds.values():
            if _promised(refund, order):
                progress += self._ask(order, refund)
        return progress

    def _ask(self, order: Order, refund: Refund) -> Progress:
        provider = self.providers.get(refund.request.provider) if refund.request else None
        if provider is None:
            return WAITING
        after = self._heard(order, refund, provider.find_refund(refund_ask(order, refund)))
        return WAITING if _promised(after.refunds[refund.correlation_id], after) else DONE

    def _heard(self, order: Order, refund: Refund, answer: RefundAnswer | None) -> Order:
        match answer:
            case Accepted(settled=settled) if settled is not None:
                return record_refund(
                    self.orders,
                    order.id,
                    refund.correlation_id,
                    answer,
                    at=self.patience.clock(),
                    actor=_ACTOR,
                )
            case CreateRefundFailure(code=code):
                return self._failed_after_all(order, refund, code)
            case Accepted() | ReturnedOutside() | NoAnswer() | None:
                return order

    def _failed_after_all(self, order: Order, refund: Refund, code: str) -> Order:
        """It was accepted, so it is no refusal: the money comes back."""
        assert refund.payment is not None, "an accepted refund names its payment"
        for reference, amount in refund.accepted.items():
            if reference not in refund.settled and reference not in refund.gone:
                lost = RefundFailed(
                    payment=refund.payment, amount=amount, provider_reference=reference, code=code
                )
                self.orders.record(
                    order.id, lost, correlation_id=refund.correlation_id, actor=_ACTOR
                )
        return self.orders.follow(order.id, self.patience.clock())


def unhurried(clock: Clock) -> Patience:
    """From a minute to an hour between two questions about one order."""
    return Patience(clock, first=timedelta(minutes=1), longest=timedelta(hours=1))


def _promised(refund: Refund, order: Order) -> bool:
    waits = bool(refund.accepted) and bool(refund.pending(order.currency))
    return waits and refund.request is not None
