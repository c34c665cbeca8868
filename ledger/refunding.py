"""Refunds that staff ask for: once through the provider, and again when one was refused."""

from uuid import UUID

from ledger.commands import RefundPayment, RetryRefund
from ledger.order.state import Order
from ledger.payments import (
    Accepted,
    NoAnswer,
    Providers,
    record_refund,
    refund_ask,
    start_refund,
)
from ledger.refusals import NothingToRefund, NotRefundable, RefundStillUnknown
from ledger.service import Orders


def refund_payment(
    orders: Orders, providers: Providers, order_id: UUID, command: RefundPayment
) -> Order:
    """The order after a staff refund and its provider's answer; recovery settles what has none."""
    order = orders.handle(order_id, command)
    refund = order.refunds[command.correlation_id]
    provider = providers.get(refund.request.provider) if refund.request else None
    if provider is None:
        return orders.follow(order_id, command.at)
    return start_refund(orders, provider, order_id, command.correlation_id, at=command.at)


def retry_refund(
    orders: Orders, providers: Providers, order_id: UUID, command: RetryRefund
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
    if refund.unanswered or not refund.was_refused:
        return order
    provider = providers.get(refund.request.provider)
    if provider is None:
        raise NotRefundable
    found = provider.find_refund(refund_ask(order, refund))
    if isinstance(found, NoAnswer):
        raise RefundStillUnknown
    if isinstance(found, Accepted):
        return record_refund(
            orders, order_id, refund.correlation_id, found, at=command.at, actor=command.actor
        )
    orders.handle(order_id, command)
    return start_refund(
        orders, provider, order_id, refund.correlation_id, at=command.at, actor=command.actor
    )
