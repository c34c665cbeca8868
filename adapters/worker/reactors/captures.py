"""Authorizations are captured when their grace period ends, and given up when nobody needs them.

Whatever was asked and not answered is asked again with its own key; after that key is forgotten,
or after a refusal, the provider is first asked how the authorization stands (SPEC G1, G3, P11).
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
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
from adapters.worker.reactors.open_payments import REMEMBERED
from ledger.kernel.events import derived
from ledger.order.commands import CaptureAuthorization, VoidAuthorization
from ledger.order.decisions.capture import capture_due_at, void_due_at
from ledger.order.order import Order
from ledger.order.payment_attempt import Attempt
from ledger.order.service import Orders
from ledger.order.stamps import Authorized, CreateCaptureFailure, CreateVoidFailure
from ledger.payments.capture import (
    CapturingProvider,
    Standing,
    capturing,
    record_ending,
    start_capture,
    start_void,
)
from ledger.payments.provider import NoAnswer, Providers

_ACTOR = "worker"
_log = structlog.get_logger("worker")


@dataclass(frozen=True, slots=True, kw_only=True)
class Captures:
    """Acts on an order that may have an authorization to be looked after.

    The web has a `head_start` to finish what it began.
    """

    orders: Orders
    providers: Providers
    desk: Desk
    clock: Clock
    head_start: timedelta = field(default=timedelta(seconds=20))

    def __call__(self, order_id: UUID) -> Progress:
        """Do all that is due, as far as the providers answer."""
        order, progress = self.orders.get(order_id), NOTHING
        for attempt in order.reservations():
            provider = capturing(self.providers, attempt.provider)
            if provider is not None:
                progress += self._one(order_id, attempt.correlation_id, provider)
        if progress != NOTHING:
            self._report(self.orders.get(order_id))
        return progress

    def _one(self, order_id: UUID, payment: UUID, provider: CapturingProvider) -> Progress:
        """One authorization: what is due is asked for, what was asked for is settled."""
        order = self.orders.get(order_id)
        attempt = order.attempts[payment]
        if attempt.capture_unanswered or attempt.void_unanswered:
            return self._settled(order, attempt, provider) if self._is_old(attempt) else NOTHING
        if _is_due(capture_due_at(order, attempt), self.clock()):
            wish = CaptureAuthorization(correlation_id=payment, actor=_ACTOR, at=self.clock())
            return self._asked(order, attempt, wish, provider)
        if _is_due(void_due_at(order, attempt), self.clock()):
            under = derived(payment, "void")
            again = VoidAuthorization(
                correlation_id=under, actor=_ACTOR, at=self.clock(), payment=payment
            )
            return self._asked(order, attempt, again, provider)
        return NOTHING

    def _asked(
        self,
        order: Order,
        attempt: Attempt,
        wish: CaptureAuthorization | VoidAuthorization,
        provider: CapturingProvider,
    ) -> Progress:
        """Stamp the intent and ask; after a refusal, only if it came to nothing in between."""
        if attempt.capture_refused or attempt.void_refused:
            stands = self._looked_up(order, attempt, provider)
            if not isinstance(stands, Authorized):
                return WAITING if isinstance(stands, NoAnswer) else DONE
        order = self.orders.handle(order.id, wish)
        attempt = order.attempts[attempt.correlation_id]
        if not (attempt.capture_unanswered or attempt.void_unanswered):
            return WAITING
        return self._told(order, attempt, provider)

    def _told(self, order: Order, attempt: Attempt, provider: CapturingProvider) -> Progress:
        """Ask for what was stamped; the same intent has the same key, however often it is asked."""
        start = start_capture if attempt.capture_unanswered else start_void
        payment = attempt.correlation_id
        after = start(self.orders, provider, order.id, payment, at=self.clock(), actor=_ACTOR)
        told = after.attempts[payment]
        return WAITING if told.capture_unanswered or told.void_unanswered else DONE

    def _settled(self, order: Order, attempt: Attempt, provider: CapturingProvider) -> Progress:
        """No answer came: the same key again, as long as the provider remembers it."""
        asked_at = attempt.authorization.asked_at if attempt.authorization else None
        if asked_at is not None and asked_at + REMEMBERED > self.clock():
            return self._told(order, attempt, provider)
        stands = self._looked_up(order, attempt, provider)
        if isinstance(stands, Authorized):
            self._never_done(order, attempt)
        return WAITING if isinstance(stands, NoAnswer) else DONE

    def _looked_up(self, order: Order, attempt: Attempt, provider: CapturingProvider) -> Standing:
        """How it stands at the provider; what it came to, if it did, is stamped."""
        stands = provider.authorization(attempt.reference)
        if not isinstance(stands, Authorized | NoAnswer):
            payment = attempt.correlation_id
            record_ending(self.orders, order.id, payment, stands, at=self.clock(), actor=_ACTOR)
        return stands

    def _never_done(self, order: Order, attempt: Attempt) -> None:
        """It still waits there, so what was asked for and is forgotten was not done."""
        kept = attempt.authorization
        assert kept is not None, "it is a reservation"
        no: CreateCaptureFailure | CreateVoidFailure
        if attempt.capture_unanswered:
            no = CreateCaptureFailure(code="never_made", try_number=kept.last_capture)
        else:
            no = CreateVoidFailure(code="never_made", try_number=kept.last_void)
        payment = attempt.correlation_id
        record_ending(self.orders, order.id, payment, no, at=self.clock(), actor=_ACTOR)

    def _is_old(self, attempt: Attempt) -> bool:
        asked_at = attempt.authorization.asked_at if attempt.authorization else None
        return asked_at is not None and asked_at + self.head_start <= self.clock()

    def _report(self, order: Order) -> None:
        self.desk.open_all(order, now=self.clock())
        for attempt in order.attempts.values():
            if attempt.void_failed:
                _log.critical(
                    "void failed, manual void required", attempt=str(attempt.correlation_id)
                )


def _is_due(due_at: datetime | None, now: datetime) -> bool:
    return due_at is not None and due_at <= now
