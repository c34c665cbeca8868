"""What one order's stamps say of money at a provider."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from ledger.codec import NAMES
from ledger.kernel.events import Recorded
from ledger.order.stamps import (
    AuthorizationExpired,
    Authorized,
    CreatePaymentRequest,
    CreateRefundSuccess,
    DisputeClosed,
    Disputed,
    Paid,
    PaymentAssigned,
    Refunded,
    RefundFailed,
    Voided,
)
from ledger.reconciliation.records import Holder, Kind, OurRecord, State

# The later word wins, whichever was stamped first: a refund's failure is final (SPEC P10), and
# money that was taken was taken, whatever is told of its authorization.
_ENDS = (State.UNDER_WAY, State.DONE, State.FAILED)
_RANK = {
    Kind.PAYMENT: (State.UNDER_WAY, State.FAILED, State.DONE),
    Kind.REFUND: _ENDS,
    Kind.DISPUTE: _ENDS,
}
_SAYS: Mapping[type, tuple[Kind, State]] = {
    Authorized: (Kind.PAYMENT, State.UNDER_WAY),
    Voided: (Kind.PAYMENT, State.FAILED),
    AuthorizationExpired: (Kind.PAYMENT, State.FAILED),
    Paid: (Kind.PAYMENT, State.DONE),
    PaymentAssigned: (Kind.PAYMENT, State.DONE),
    CreateRefundSuccess: (Kind.REFUND, State.UNDER_WAY),
    Refunded: (Kind.REFUND, State.DONE),
    RefundFailed: (Kind.REFUND, State.FAILED),
    Disputed: (Kind.DISPUTE, State.UNDER_WAY),
}
# Stored names of the stamps by which money moves at a provider.
MOVING = frozenset(NAMES[one][0] for one in (*_SAYS, DisputeClosed))


def our_records(history: Sequence[Recorded[object]], books: Holder) -> Iterable[OurRecord]:
    """Each payment, refund and dispute of an order once, as it stands, of this provider only."""
    known: dict[tuple[Kind, str], OurRecord] = {}
    for one in _told(history, books):
        before = known.setdefault((one.kind, one.reference), one)
        last = max(before, one, key=lambda record: _RANK[record.kind].index(record.state))
        known[one.kind, one.reference] = replace(last, at=min(before.at, one.at))
    return known.values()


def _told(history: Sequence[Recorded[object]], books: Holder) -> Iterator[OurRecord]:
    payments = payments_at(history, books)
    # An end names no amount: it is about what began under the same name.
    amounts = {
        one.stamp.provider_reference: one.stamp.amount
        for one in history
        if isinstance(one.stamp, Authorized | Disputed)
    }
    for one in history:
        if (said := _said(one.stamp)) is None:
            continue
        reference = _reference(one.stamp)
        payment = getattr(one.stamp, "payment", one.correlation_id)
        amount = getattr(one.stamp, "amount", amounts.get(reference))
        if payment in payments and amount is not None:
            yield OurRecord(
                kind=said[0],
                reference=reference,
                amount=amount,
                state=said[1],
                at=one.happened_at,
                order=one.stream,
            )


def _reference(stamp: Any) -> str:
    """The provider's name of what a stamp is about."""
    named = stamp.payment_reference if isinstance(stamp, PaymentAssigned) else None
    return str(named or stamp.provider_reference)


def _said(stamp: object) -> tuple[Kind, State] | None:
    if isinstance(stamp, DisputeClosed):
        return Kind.DISPUTE, State.FAILED if stamp.won else State.DONE
    return _SAYS.get(type(stamp))


def payments_at(history: Sequence[Recorded[object]], books: Holder) -> set[UUID]:
    """The correlation ids of payments at these books; money of another mode is not in them."""
    asked = {
        one.correlation_id: (one.stamp.provider, one.stamp.account, one.stamp.live)
        for one in history
        if isinstance(one.stamp, CreatePaymentRequest | PaymentAssigned)
    }
    here = (books.name, books.account, books.live)
    paid = {
        one.correlation_id
        for one in history
        if isinstance(one.stamp, Paid) and one.stamp.provider == books.name
    }
    return {one for one in {*asked, *paid} if asked.get(one, here) == here}
