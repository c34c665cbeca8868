"""Questions to providers that nobody answered are asked again, and never done twice (SPEC P11)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from adapters.worker.open_cases import Desk
from adapters.worker.reactor import (
    DONE,
    NOTHING,
    WAITING,
    Clock,
    Progress,
)
from ledger.order.issues import Trouble, refund_of_unknown_fate
from ledger.order.order import Order
from ledger.order.overdue import page_of_unknown_fate
from ledger.order.payment_attempt import Attempt
from ledger.order.refund import Refund
from ledger.order.service import Orders
from ledger.order.stamps import CreatePaymentFailure, CreateRefundFailure
from ledger.payments.payment_pages import OpenPages
from ledger.payments.provider import (
    NoAnswer,
    PaymentProvider,
    Providers,
    Unanswered,
    record_refund,
    refund_ask,
    start_payment,
    start_refund,
)

# Providers remember an idempotency key for at least 24 hours; an hour is left for the way there.
REMEMBERED = timedelta(hours=23)
_ACTOR = "worker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Payments:
    """Acts on an order that may have open intents: pages and refunds that were asked for.

    The web has a `head_start` to finish what it began. `return_url` must be what the web asked
    with: a key is bound to it.
    """

    orders: Orders
    providers: Providers
    pages: OpenPages
    desk: Desk
    return_url: Callable[[Order], str]
    clock: Clock
    head_start: timedelta = field(default=timedelta(seconds=20))

    def __call__(self, order_id: UUID) -> Progress:
        """Settle every intent without an outcome, as far as the providers answer."""
        order, progress = self.orders.get(order_id), NOTHING
        for attempt in order.unanswered_payments():
            if attempt.provider in self.providers and self._is_old(attempt.requested_at):
                progress += self._payment(order, attempt, self.providers[attempt.provider])
                self.desk.open_all(self.orders.get(order_id), now=self.clock())
        for refund in order.unanswered_refunds():
            provider = self.providers.get(refund.request.provider) if refund.request else None
            if provider is not None and self._is_old(refund.requested_at):
                progress += self._refund(order, refund, provider)
        return progress

    def _is_old(self, asked_at: datetime | None) -> bool:
        return asked_at is not None and asked_at + self.head_start <= self.clock()

    def _is_forgotten(self, asked_at: datetime | None) -> bool:
        return asked_at is not None and asked_at + REMEMBERED <= self.clock()

    def _payment(self, order: Order, attempt: Attempt, provider: PaymentProvider) -> Progress:
        if self._is_forgotten(attempt.requested_at):
            # Nobody saw the page's address, so nobody can have paid there. Should money come
            # after all, it is still bound to this attempt.
            failure = CreatePaymentFailure(code="unanswered", try_number=attempt.last_try)
            self.orders.record(
                order.id, failure, correlation_id=attempt.correlation_id, actor=_ACTOR
            )
            return DONE
        after = start_payment(
            self.orders,
            provider,
            order.id,
            attempt.correlation_id,
            return_url=self.return_url(order),
            actor=_ACTOR,
            again=True,
            unanswered=self._tell(order, page_of_unknown_fate(attempt)),
        )
        self.pages.close_replaced(after)
        return WAITING if after.attempts[attempt.correlation_id].unanswered else DONE

    def _refund(self, order: Order, refund: Refund, provider: PaymentProvider) -> Progress:
        if self._is_forgotten(refund.requested_at):
            after = self._looked_up(order, refund, provider)
        else:
            after = start_refund(
                self.orders,
                provider,
                order.id,
                refund.correlation_id,
                at=self.clock(),
                actor=_ACTOR,
                unanswered=self._tell(order, refund_of_unknown_fate(refund, order)),
            )
        self.desk.open_all(after, now=self.clock())
        return WAITING if after.refunds[refund.correlation_id].unanswered else DONE

    def _tell(self, order: Order, trouble: Trouble) -> Unanswered:
        """What only a person can mend is told at once, the rest when its promise is over."""

        def told(answer: NoAnswer) -> None:
            if answer.person:
                self.desk.open(order.id, trouble)

        return told

    def _looked_up(self, order: Order, refund: Refund, provider: PaymentProvider) -> Order:
        """An old key would refund again: only look. What was never made is refused, for staff."""
        answer = provider.find_refund(refund_ask(order, refund))
        if isinstance(answer, NoAnswer):
            self.desk.open(order.id, refund_of_unknown_fate(refund, order))
        return record_refund(
            self.orders,
            order.id,
            refund.correlation_id,
            answer or CreateRefundFailure(code="never_made", try_number=refund.last_try),
            at=self.clock(),
            actor=_ACTOR,
        )
