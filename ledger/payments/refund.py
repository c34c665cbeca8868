"""Refunds that are asked for, tried again, or settled when nobody answers for them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from ledger.kernel.refusals import NothingToRefund, NotRefundable, RefundStillUnknown
from ledger.order.commands import RefundPayment, RetryRefund
from ledger.order.order import Order
from ledger.order.refund import Refund
from ledger.order.service import Beside, Orders, alone
from ledger.order.stamps import CreateRefundFailure, CreateRefundSuccess, Refunded
from ledger.payments.provider import (
    Accepted,
    NoAnswer,
    Providers,
    RefundAnswer,
    RefundAsk,
    record_refund,
    refund_ask,
    start_refund,
)


def unseen(answered: bool) -> None:
    """Nobody counts the answers."""


def send_back(
    orders: Orders,
    providers: Providers,
    order_id: UUID,
    *,
    since: UUID,
    at: datetime,
    actor: str = "ledger",
    told: Callable[[bool], object] = unseen,
    known: Order | None = None,
) -> Order:
    """The order after its provider was asked for a refund, and for those that follow from it.

    `since` is the correlation id of the first: it and what was stamped after it are asked for,
    each once; of earlier ones that nobody answered recovery finds out. `told` hears of each
    question whether it was answered. `known` is the order as the caller left it a moment ago.
    """
    order, asked = orders.follow(order_id, at, after=known), set[UUID]()
    while (refund := _next(order, since, asked)) is not None:
        asked.add(refund.correlation_id)
        provider = providers.get(refund.request.provider) if refund.request else None
        if provider is not None:
            refund_id = refund.correlation_id
            order = start_refund(
                orders, provider, order_id, refund_id, at=at, actor=actor, known=order
            )
            told(not order.refunds[refund_id].unanswered)
    return order


def _next(order: Order, since: UUID, asked: set[UUID]) -> Refund | None:
    first = order.refund_of(since)
    waiting = (one for one in order.unanswered_refunds() if one.correlation_id not in asked)
    later = (one for one in waiting if first and one.first_position >= first.first_position)
    return min(later, key=lambda one: one.first_position, default=None)


def refund_payment(
    orders: Orders,
    providers: Providers,
    order_id: UUID,
    command: RefundPayment,
    *,
    beside: Beside = alone,
) -> Order:
    """The order after a staff refund and its provider's answer; recovery settles what has none."""
    order = orders.handle(order_id, command, beside=beside)
    since = command.correlation_id
    return send_back(orders, providers, order_id, since=since, at=command.at, known=order)


def settle_refund(
    orders: Orders,
    providers: Providers,
    order_id: UUID,
    refund_id: UUID,
    *,
    made_as: str | None,
    at: datetime,
    actor: str,
) -> Order:
    """The order after a person said what became of a refund that nobody answered for.

    `made_as` is the provider's name of it, None if it was never made. What the provider itself
    can tell counts more. Raises `NothingToRefund` when there is no such refund.
    """
    order = orders.get(order_id)
    refund = order.refund_of(refund_id)
    if refund is None or refund.request is None:
        raise NothingToRefund
    if not refund.unanswered:
        return order
    ask = refund_ask(order, refund)
    provider = providers.get(refund.request.provider)
    found = provider.find_refund(ask) if provider else None
    told = found if isinstance(found, Accepted) else _as_told(ask, made_as)
    return record_refund(orders, order_id, refund_id, told, at=at, actor=actor)


def _as_told(ask: RefundAsk, made_as: str | None) -> RefundAnswer:
    if made_as is None:
        return CreateRefundFailure(code="never_made", try_number=ask.try_number)
    return Accepted(
        outcome=CreateRefundSuccess(
            payment=ask.payment,
            amount=ask.amount,
            provider_reference=made_as,
            try_number=ask.try_number,
        ),
        settled=Refunded(payment=ask.payment, amount=ask.amount, provider_reference=made_as),
    )


def retry_refund(
    orders: Orders,
    providers: Providers,
    order_id: UUID,
    command: RetryRefund,
    *,
    beside: Beside = alone,
) -> Order:
    """The order after a new try with a new number and key (SPEC P11).

    A refund that the provider turns out to have made is stamped instead. Raises `NothingToRefund`
    when there is no such refund, `NotRefundable` without its provider, and `RefundStillUnknown`
    when the provider cannot be asked.
    """
    order = orders.get(order_id)
    refund = order.refund_of(command.correlation_id)
    if refund is None or refund.request is None:
        raise NothingToRefund
    if not refund.was_refused:
        return order
    provider = providers.get(refund.request.provider)
    if provider is None:
        raise NotRefundable
    found = provider.find_refund(refund_ask(order, refund))
    if isinstance(found, NoAnswer):
        raise RefundStillUnknown
    if isinstance(found, Accepted):
        made = _beside(found, refund)
        return record_refund(
            orders, order_id, refund.correlation_id, made, at=command.at, actor=command.actor
        )
    orders.handle(order_id, command, beside=beside)
    return start_refund(
        orders, provider, order_id, refund.correlation_id, at=command.at, actor=command.actor
    )


def _beside(found: Accepted, refund: Refund) -> Accepted:
    """Beside the try that was refused: what is found stands, whatever was said of that one."""
    outcome = replace(found.outcome, try_number=refund.last_try + 1)
    return replace(found, outcome=outcome)
