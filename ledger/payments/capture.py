"""Around an authorization: stamp the intent, ask to capture or to void, stamp what became of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable
from uuid import UUID

from ledger.kernel.money import Money
from ledger.order.order import Order
from ledger.order.payment_attempt import Attempt
from ledger.order.service import Orders
from ledger.order.stamps import (
    AuthorizationExpired,
    Authorized,
    CreateCaptureFailure,
    CreateVoidFailure,
    Paid,
    Voided,
)
from ledger.payments.provider import NoAnswer, Providers, idempotency_key


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureAsk:
    """What a provider is asked when authorized money shall be taken. Less may be asked than kept.

    `payment_reference` is the provider's name of the authorized payment, `correlation_id` that
    of the payment attempt. The key comes from the stored intent: the same after a restart.
    """

    order: UUID
    shop: str
    correlation_id: UUID
    idempotency_key: str
    payment_reference: str
    amount: Money
    try_number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidAsk:
    """What a provider is asked when an authorization shall be given up, whole."""

    order: UUID
    shop: str
    correlation_id: UUID
    idempotency_key: str
    payment_reference: str
    try_number: int


# What can become of an authorization; whichever was asked for, the provider may tell of any.
Ending = Paid | Voided | AuthorizationExpired
CaptureAnswer = Ending | CreateCaptureFailure | NoAnswer
VoidAnswer = Ending | CreateVoidFailure | NoAnswer
Standing = Ending | Authorized | NoAnswer


@runtime_checkable
class CapturingProvider(Protocol):
    """What capturing later needs of a payment provider that can, beside being one."""

    name: str

    def capture(self, ask: CaptureAsk) -> CaptureAnswer:
        """Take authorized money; the same key never takes it twice.

        `Paid` names the payment as its authorization did, and tells the amount really taken.
        """
        ...

    def void(self, ask: VoidAsk) -> VoidAnswer:
        """Give up an authorization.

        One that is given up already is `Voided` again; one that was captured after all is `Paid`.
        """
        ...

    def authorization(self, payment_reference: str) -> Standing:
        """How an authorized payment stands at the provider; `Authorized` while it still waits."""
        ...


def capturing(providers: Providers, name: str) -> CapturingProvider | None:
    """The provider of this name, if it is one of ours that can capture later."""
    provider: object = providers.get(name)
    return provider if isinstance(provider, CapturingProvider) else None


def _capture_ask(order: Order, attempt: Attempt) -> CaptureAsk:
    """What a provider is asked for a stored capture intent; the same for every repetition."""
    kept = attempt.authorization
    assert kept is not None, "an attempt that was never authorized"
    assert kept.capture_amount is not None, "a capture that we never asked for"
    return CaptureAsk(
        order=order.id,
        shop=order.terms.shop_slug,
        correlation_id=attempt.correlation_id,
        idempotency_key=idempotency_key(attempt.correlation_id, "capture", kept.last_capture),
        payment_reference=attempt.reference,
        amount=kept.capture_amount,
        try_number=kept.last_capture,
    )


def _void_ask(order: Order, attempt: Attempt) -> VoidAsk:
    """What a provider is asked for a stored void intent; the same for every repetition."""
    assert attempt.authorization is not None, "a void never asked for"
    number = attempt.authorization.last_void
    return VoidAsk(
        order=order.id,
        shop=order.terms.shop_slug,
        correlation_id=attempt.correlation_id,
        idempotency_key=idempotency_key(attempt.correlation_id, "void", number),
        payment_reference=attempt.reference,
        try_number=number,
    )


def start_capture(
    orders: Orders,
    provider: CapturingProvider,
    order_id: UUID,
    attempt_id: UUID,
    *,
    at: datetime,
    actor: str = "ledger",
) -> Order:
    """Ask for the capture of a stored intent and stamp the answer. Safe to call again."""
    order = orders.get(order_id)
    attempt = order.attempts[attempt_id]
    if not attempt.capture_unanswered:
        return orders.follow(order_id, at)
    # No transaction is open while we wait; the key comes from the stored intent.
    ask = _capture_ask(order, attempt)
    answer = provider.capture(ask)
    if isinstance(answer, NoAnswer) and answer.person:
        # The same key comes to nothing until a person mends it: looked up, then a new number.
        answer = CreateCaptureFailure(code=answer.person, try_number=ask.try_number)
    return record_ending(orders, order_id, attempt_id, answer, at=at, actor=actor)


def start_void(
    orders: Orders,
    provider: CapturingProvider,
    order_id: UUID,
    attempt_id: UUID,
    *,
    at: datetime,
    actor: str = "ledger",
) -> Order:
    """Ask for the void of a stored intent and stamp the answer. Safe to call again."""
    order = orders.get(order_id)
    attempt = order.attempts[attempt_id]
    if not attempt.void_unanswered:
        return orders.follow(order_id, at)
    ask = _void_ask(order, attempt)
    answer = provider.void(ask)
    if isinstance(answer, NoAnswer) and answer.person:
        answer = CreateVoidFailure(code=answer.person, try_number=ask.try_number)
    return record_ending(orders, order_id, attempt_id, answer, at=at, actor=actor)


def start_voids(
    orders: Orders, providers: Providers, order_id: UUID, *, at: datetime, actor: str = "ledger"
) -> Order:
    """Ask for every void that was stamped and not answered, where we know the provider."""
    order = orders.get(order_id)
    for attempt in [one for one in order.attempts.values() if one.void_unanswered]:
        provider = capturing(providers, attempt.provider)
        if provider is not None:
            payment = attempt.correlation_id
            order = start_void(orders, provider, order_id, payment, at=at, actor=actor)
    return order


def record_ending(
    orders: Orders,
    order_id: UUID,
    attempt_id: UUID,
    answer: CaptureAnswer | VoidAnswer,
    *,
    at: datetime,
    actor: str = "ledger",
) -> Order:
    """Stamp what became of an authorization, and do what follows from it.

    No answer stamps nothing: the intent stays open.
    """
    if not isinstance(answer, NoAnswer):
        orders.record(order_id, answer, correlation_id=attempt_id, actor=actor)
    return orders.follow(order_id, at)
