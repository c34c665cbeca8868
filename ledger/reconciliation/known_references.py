"""What the ledger knows by a provider's name: what to ask for where nothing can be listed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ledger.cases.stamps import CaseKind, CaseOpened, CaseReturnAccepted
from ledger.codec import NAMES
from ledger.codec.rows import LedgerRows, all_rows, last_before, recorded
from ledger.kernel.events import Recorded
from ledger.order.stamps import (
    CreatePaymentSuccess,
    CreateRefundSuccess,
    Paid,
    Refunded,
    RefundFailed,
)
from ledger.reconciliation.our_records import MOVING, payments_at
from ledger.reconciliation.records import Holder, Kind

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
        row.stream
        for row in all_rows(rows, after=last_before(rows, since))
        if row.type in _TELLING and row.recorded_at >= since
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
