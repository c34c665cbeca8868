"""What our stamps say of money at a provider, and the names that it is known by there."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from ledger.cases.stamps import CaseKind, CaseOpened, CaseReturnAccepted
from ledger.codec import NAMES
from ledger.codec.rows import LedgerRows, all_rows, last_before, recorded
from ledger.kernel.events import Recorded
from ledger.order.stamps import (
    AuthorizationExpired,
    Authorized,
    CreatePaymentRequest,
    CreatePaymentSuccess,
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
    assigned = isinstance(stamp, PaymentAssigned)
    return str(stamp.payment_reference if assigned else stamp.provider_reference)


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


_NAMING = (CreatePaymentSuccess, CaseOpened, CaseReturnAccepted)
_TELLING = MOVING | {NAMES[one][0] for one in _NAMING}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A payment page, a payment or a refund, and what it was asked for as.

    `payment` is the attempt that a refund returns, `owner` the order or the case that it is of.
    `try_number` is None where only the first stamp of a thing would have told it.
    """

    kind: Kind
    reference: str
    owner: UUID
    correlation_id: UUID
    payment: UUID
    try_number: int | None = None


def known_since(rows: LedgerRows, since: datetime, books: Holder) -> Iterator[Known]:
    """Everything of the orders and cases of which something was told since; each once."""
    until = rows.head()[0]
    streams = dict.fromkeys(
        row.stream for row in all_rows(rows, after=last_before(rows, since)) if row.type in _TELLING
    )
    for stream in streams:
        yield from known_of([recorded(row) for row in rows.stream(stream, until=until)], books)


def known_of(history: Sequence[Recorded[object]], books: Holder) -> Iterable[Known]:
    """What one stream names at these books; pages that nobody paid are among it."""
    payments, found = _payments(history, books), dict[tuple[Kind, str], Known]()
    for one in history:
        named = _named(one)
        if named is not None and named.payment in payments:
            found.setdefault((named.kind, named.reference), named)
    return found.values()


def _payments(history: Sequence[Recorded[object]], books: Holder) -> set[UUID]:
    """The payments of an order, or a case that is about a payment, at these books."""
    here = (books.name, books.account, books.live)
    cases = {
        one.stream
        for one in history
        if isinstance(one.stamp, CaseOpened)
        and (one.stamp.provider, one.stamp.account, one.stamp.live) == here
    }
    return payments_at(history, books) | cases


def _named(one: Recorded[object]) -> Known | None:
    """What a stamp names, if it names something; the page is told before the payment."""
    stamp = one.stamp
    match stamp:
        case CreatePaymentSuccess():
            return _payment(one, stamp.provider_reference, number=stamp.try_number)
        case Paid():
            return _payment(one, stamp.provider_reference)
        case CaseOpened() if stamp.payment_reference and stamp.kind is not CaseKind.UNBOUND_FACT:
            return _payment(one, stamp.payment_reference, of=one.stream)
        case CaseReturnAccepted():
            return _refund(one, stamp, payment=one.stream)
        case CreateRefundSuccess() | Refunded() | RefundFailed():
            return _refund(one, stamp, payment=stamp.payment)
        case _:
            return None


def _payment(
    one: Recorded[object], reference: str, *, number: int | None = None, of: UUID | None = None
) -> Known:
    return Known(
        kind=Kind.PAYMENT,
        reference=reference,
        owner=one.stream,
        correlation_id=one.correlation_id,
        payment=of or one.correlation_id,
        try_number=number,
    )


def _refund(
    one: Recorded[object],
    stamp: CaseReturnAccepted | CreateRefundSuccess | Refunded | RefundFailed,
    *,
    payment: UUID,
) -> Known:
    return Known(
        kind=Kind.REFUND,
        reference=stamp.provider_reference,
        owner=one.stream,
        correlation_id=one.correlation_id,
        payment=payment,
        try_number=getattr(stamp, "try_number", None),
    )
