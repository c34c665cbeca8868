"""News of a refund that does not tell, or tells late, what the provider calls it.

A provider may name a refund only by the word that we asked with. Such news stands under an empty
name; whichever name comes first is the refund's, so that its money is never counted twice.
"""

from dataclasses import replace
from uuid import UUID

from ledger.order.order import Order
from ledger.order.refund import NOTHING_MADE, Refund
from ledger.order.stamps import (
    CreateRefundFailure,
    CreateRefundSuccess,
    OrderStamp,
    Refunded,
    RefundFailed,
)


def under_its_name(fact: OrderStamp, correlation_id: UUID, order: Order) -> OrderStamp:
    """The news under the name that the refund has in this order; as it came where it fits."""
    refund = order.refunds.get(correlation_id)
    if refund is None:
        return fact
    match fact:
        case CreateRefundSuccess():
            known = refund.names.get(fact.try_number, _nameless(refund))
        case Refunded() | RefundFailed():
            known = _name(refund) if not fact.provider_reference else _nameless(refund)
        case CreateRefundFailure():
            return _failed_after_all(fact, refund)
        case _:
            return fact
    if known is None or (known and fact.provider_reference):
        return fact
    return replace(fact, provider_reference=known)


def _nameless(refund: Refund) -> str | None:
    """The empty name, where the refund has that and no other."""
    return "" if {*refund.accepted, *refund.settled} == {""} else None


def _name(refund: Refund) -> str | None:
    """The newest name; of a refund that has one only by its money, that one."""
    names = [refund.names[number] for number in sorted(refund.names)] or [*refund.settled]
    return names[-1] if names else None


def _failed_after_all(
    fact: CreateRefundFailure, refund: Refund
) -> CreateRefundFailure | RefundFailed:
    """People had said that nothing was made; it was, and now the provider says that it failed."""
    name, amount = refund.names.get(fact.try_number), None
    if name is not None and refund.refusals.get(fact.try_number) in NOTHING_MADE:
        amount = refund.accepted.get(name)
    if name is None or amount is None or refund.payment is None:
        return fact
    return RefundFailed(
        payment=refund.payment, amount=amount, provider_reference=name, code=fact.code
    )
