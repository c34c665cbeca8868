"""Around a provider: stamp the intent, ask, stamp the answer."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol
from uuid import UUID

from ledger.kernel.money import Money
from ledger.order.commands import RequestPayment
from ledger.order.order import Order
from ledger.order.payment_attempt import Attempt
from ledger.order.refund import Refund
from ledger.order.service import Orders
from ledger.order.stamps import (
    CreatePaymentFailure,
    CreatePaymentSuccess,
    CreateRefundFailure,
    CreateRefundSuccess,
    Line,
    Refunded,
)

_ADDRESS = re.compile(r"https?://[!-~]{1,2000}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a webhook would have brought. The same state of the same thing is the same message.

    `name` is what the inbox knows it by; `body` is read by the provider's own door.
    """

    provider: str
    name: str
    body: bytes


class BadMessage(Exception):
    """A message that is not a provider's, or not in its words. The text holds nothing of it."""


class ProviderAway(Exception):
    """The provider cannot be asked just now. The text holds no secret."""


def page_address(value: object) -> str:
    """An address on the web, without anything that cannot stand in one; raises `BadMessage`.

    >>> page_address("https://pay.example/1")
    'https://pay.example/1'
    """
    if not isinstance(value, str) or not _ADDRESS.fullmatch(value):
        raise BadMessage("the page's address is none")
    return value


PAGE_LIFETIME = timedelta(hours=23)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentAsk:
    """What a provider is asked when a payment page is wanted. The same ask may be asked again.

    `idempotency_key` comes from the stored intent, so it is the same after a restart.
    `capture_later`: the payment shall only be authorized, to be captured or voided afterwards.
    `payment_reference` is the order's own, which people see on their bank statements.
    """

    order: UUID
    order_number: int
    shop: str
    correlation_id: UUID
    idempotency_key: str
    amount: Money
    lines: tuple[Line, ...]
    language: str
    email: str
    return_url: str
    expires_at: datetime
    capture_later: bool = False
    payment_reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundAsk:
    """What a provider is asked when money shall go back.

    `known` are the provider's names of the payment's other refunds: none of them is this one.
    `refused` says that its last try was answered with no: nothing of it can be on its way.
    """

    order: UUID
    shop: str
    correlation_id: UUID
    idempotency_key: str
    payment: UUID
    payment_reference: str
    amount: Money
    try_number: int
    known: frozenset[str] = frozenset()
    refused: bool = False


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """We do not know whether it was done. `reason` is for people, without secrets.

    `person` is a short code where only a person can mend what stands in the way: our key was
    revoked or may not do that, or an idempotency key was used for something else.
    """

    reason: str
    person: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The provider accepted the refund; `settled` if it also says the money is on its way."""

    outcome: CreateRefundSuccess
    settled: Refunded | None = None


# Who wants to know that a question was not answered.
Unanswered = Callable[[NoAnswer], object]


def for_person(status: int) -> str:
    """The code of an HTTP status that only a person can mend; empty for any other."""
    return {401: "unauthorized", 403: "forbidden"}.get(status, "")


def unheard(answer: NoAnswer) -> None:
    """Nobody wants to know: recovery asks again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedOutside:
    """The provider refused since money of this payment went back without us.

    `outside` are the refunds that somebody made in its dashboard, by their correlation ids.
    """

    refused: CreateRefundFailure
    outside: Mapping[UUID, Accepted]


PaymentAnswer = CreatePaymentSuccess | CreatePaymentFailure | NoAnswer
RefundAnswer = Accepted | CreateRefundFailure | ReturnedOutside | NoAnswer


class PaymentProvider(Protocol):
    """What the services need of a payment provider, and nothing more.

    `name`, `account` and `live` are what an order's facts are bound to (law 11).
    """

    name: str
    account: str
    live: bool

    def create_payment(self, ask: PaymentAsk, *, try_number: int) -> PaymentAnswer:
        """Make a payment page; the same key gives the same page."""
        ...

    def recover_payment(self, ask: PaymentAsk, *, try_number: int) -> PaymentAnswer:
        """Settle a page that was asked for without an answer, as this provider can (SPEC P11)."""
        ...

    def expire_payment(self, reference: str) -> bool:
        """Close a payment page, best effort; False when it could not be closed."""
        ...

    def refund(self, ask: RefundAsk) -> RefundAnswer:
        """Return money of one payment; the same key never returns it twice."""
        ...

    def find_refund(self, ask: RefundAsk) -> RefundAnswer | None:
        """Look up a refund that may have been made; None when there is none."""
        ...


Providers = Mapping[str, PaymentProvider]


def idempotency_key(
    intent: UUID,
    purpose: Literal["payment", "refund", "capture", "void", "return"],
    try_number: int,
) -> str:
    """By what a provider knows that a question was asked before: the same after a restart.

    `intent` is the correlation id of the stored intent, or the case that money is sent back from.

    >>> idempotency_key(UUID(int=7), "refund", 2)
    '00000000-0000-0000-0000-000000000007/refund/2'
    """
    return f"{intent}/{purpose}/{try_number}"


def start_payment(
    orders: Orders,
    provider: PaymentProvider,
    order_id: UUID,
    attempt_id: UUID,
    *,
    return_url: str,
    actor: str = "ledger",
    again: bool = False,
    unanswered: Unanswered = unheard,
    known: Order | None = None,
) -> Order:
    """Ask for the payment page of a stored intent and stamp the answer. Safe to call again.

    `again`: whoever asked first has given up waiting, so it is recovered as the provider can.
    `known` is the order as the caller has it: if somebody has asked since, the provider gives the
    same page under the same key.
    """
    order = known or orders.get(order_id)
    attempt = order.attempts[attempt_id]
    if not attempt.unanswered:
        return order
    # No transaction is open while we wait; the key comes from the stored intent.
    ask = provider.recover_payment if again else provider.create_payment
    answer = ask(_payment_ask(order, attempt, return_url), try_number=attempt.last_try)
    if isinstance(answer, NoAnswer):
        unanswered(answer)
        return order
    return orders.record(order_id, answer, correlation_id=attempt_id, actor=actor)


def payment_request(
    provider: PaymentProvider,
    *,
    correlation_id: UUID,
    actor: str,
    at: datetime,
    request: str | None = None,
) -> RequestPayment:
    """The wish for one more attempt at this provider, to be stamped before it is asked."""
    return RequestPayment(
        correlation_id=correlation_id,
        actor=actor,
        at=at,
        request=request,
        provider=provider.name,
        account=provider.account,
        live=provider.live,
    )


def _payment_ask(order: Order, attempt: Attempt, return_url: str) -> PaymentAsk:
    terms = order.terms
    return PaymentAsk(
        order=order.id,
        order_number=order.number,
        shop=terms.shop_slug,
        correlation_id=attempt.correlation_id,
        idempotency_key=idempotency_key(attempt.correlation_id, "payment", attempt.last_try),
        amount=attempt.asked,
        lines=terms.lines,
        language=terms.language,
        email=terms.customer.email if terms.customer else "",
        return_url=return_url,
        expires_at=attempt.requested_at + PAGE_LIFETIME,
        capture_later=terms.grace_period is not None,
        payment_reference=order.payment_reference,
    )


def refund_ask(order: Order, refund: Refund) -> RefundAsk:
    """What a provider is asked for a stored refund intent; the same for every repetition."""
    assert refund.request is not None, "a refund that we never asked for"
    return RefundAsk(
        order=order.id,
        shop=order.terms.shop_slug,
        correlation_id=refund.correlation_id,
        idempotency_key=idempotency_key(refund.correlation_id, "refund", refund.last_try),
        payment=refund.request.payment,
        payment_reference=refund.request.payment_reference,
        amount=refund.request.amount,
        try_number=refund.last_try,
        known=_other_refunds(order, refund),
        refused=refund.was_refused,
    )


def _other_refunds(order: Order, refund: Refund) -> frozenset[str]:
    others = [
        one
        for one in order.refunds.values()
        if one.payment == refund.payment and one.correlation_id != refund.correlation_id
    ]
    return frozenset(name for one in others for name in (*one.accepted, *one.settled, *one.failed))


def start_refund(
    orders: Orders,
    provider: PaymentProvider,
    order_id: UUID,
    refund_id: UUID,
    *,
    at: datetime,
    actor: str = "ledger",
    unanswered: Unanswered = unheard,
    known: Order | None = None,
) -> Order:
    """Ask for the refund of a stored intent, stamp the answer, and do what follows from it.

    `known` is the order as the caller's own wish left it: then it need not be read again.
    """
    order = known or orders.get(order_id)
    refund = order.refund_of(refund_id)
    if refund is None or not refund.unanswered:
        return orders.follow(order_id, at)
    answer = provider.refund(refund_ask(order, refund))
    if isinstance(answer, NoAnswer):
        unanswered(answer)
    return record_refund(orders, order_id, refund_id, answer, at=at, actor=actor)


def record_refund(
    orders: Orders,
    order_id: UUID,
    refund_id: UUID,
    answer: RefundAnswer,
    *,
    at: datetime,
    actor: str = "ledger",
) -> Order:
    """Stamp what a provider said of a refund. No answer stamps nothing: the intent stays open."""
    after: Order | None = None
    match answer:
        case Accepted():
            after = _record_accepted(orders, order_id, refund_id, answer, actor=actor)
        case ReturnedOutside(refused=refused, outside=outside):
            for made_as, accepted in outside.items():
                _record_accepted(orders, order_id, made_as, accepted, actor=actor)
            orders.record(order_id, refused, correlation_id=refund_id, actor=actor)
        case CreateRefundFailure():
            after = orders.record(order_id, answer, correlation_id=refund_id, actor=actor)
        case NoAnswer():
            pass
    return orders.follow(order_id, at, after=after)


def _record_accepted(
    orders: Orders, order_id: UUID, refund_id: UUID, accepted: Accepted, *, actor: str
) -> Order:
    # The last word first: a crash in between must not leave a refund that seems unsettled at a
    # provider that tells nobody of settlements.
    if accepted.settled is not None:
        orders.record(order_id, accepted.settled, correlation_id=refund_id, actor=actor)
    return orders.record(order_id, accepted.outcome, correlation_id=refund_id, actor=actor)


def newest(order: Order) -> Attempt | None:
    """The last attempt that was asked for: they stand in the order of their requests.

    One that staff took back was none.
    """
    asked = reversed([*order.attempts.values()])
    return next((one for one in asked if one.withdrawn is None), None)
