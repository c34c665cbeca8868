"""Payments that two stamps of a ledger in memory count as different people's money (law 3)."""

from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from adapters.stamp_rows import StampRow
from ledger.codec import Unreadable, decode, unframe
from ledger.order.by_hand import MANUAL
from ledger.payment_claims import payment_id
from ledger.stamps import CreatePaymentRequest, Paid, PaymentAssigned

_TOLD = ("CREATE_PAYMENT_REQUEST", "PAID", "PAYMENT_ASSIGNED")


def counted_twice(rows: Iterable[StampRow]) -> Iterator[int]:
    """Where a payment is counted that was somebody else's before."""
    holders: dict[UUID, UUID | None] = {}
    for position, cause, payment in _counted([row for row in rows if row.topic in _TOLD]):
        if holders.setdefault(payment, cause) != cause:
            yield position


def _counted(rows: Sequence[StampRow]) -> Iterator[tuple[int, UUID | None, UUID]]:
    accounts: dict[UUID | None, str] = {}
    for row in rows:
        match _stamp(row):
            case CreatePaymentRequest(account=account):
                accounts.setdefault(row.correlation_id, account)
            case Paid(provider=provider, provider_reference=reference) if provider != MANUAL:
                payment = payment_id(provider, accounts.get(row.correlation_id, ""), reference)
                yield row.id, row.correlation_id, payment
            case PaymentAssigned(provider=provider, account=account, payment_reference=reference):
                yield row.id, row.correlation_id, payment_id(provider, account, reference)
            case _:
                continue


def _stamp(row: StampRow) -> object:
    """What cannot be read is found where it stands."""
    try:
        schema, _, body = unframe(row.state)
        return decode(row.topic, schema, body, None).stamp
    except Unreadable:
        return None
