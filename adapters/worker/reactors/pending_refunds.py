"""Refunds that were accepted and not settled are asked about, where nobody tells of them (P10)."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from adapters.worker.reactor import DONE, NOTHING, WAITING, Clock, Patience, Progress
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
    """Acts on an order that may have a refund on its way.

    A bank takes days: with `unhurried` patience whoever waits is asked less and less often.
    """

    orders: Orders
    providers: Providers
    clock: Clock

    def __call__(self, order_id: UUID) -> Progress:
        """Ask about each refund that was accepted and not settled."""
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
                    at=self.clock(),
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
        return self.orders.follow(order.id, self.clock())


def unhurried(clock: Clock) -> Patience:
    """From a minute to an hour between two questions about one order."""
    return Patience(clock, first=timedelta(minutes=1), longest=timedelta(hours=1))


def _promised(refund: Refund, order: Order) -> bool:
    waits = bool(refund.accepted) and bool(refund.pending(order.currency))
    return waits and refund.request is not None
