"""What Paytrail shows of one thing to those who know its name, and what its report adds."""

from collections.abc import Sequence
from uuid import UUID

from adapters.providers.http import Json
from adapters.providers.paytrail.client import PaytrailClient
from adapters.providers.paytrail.facts import happened, message, shown
from adapters.providers.paytrail.parse_report import message as row_message
from adapters.providers.paytrail.references import (
    CURRENCY,
    cents,
    is_number,
    payment_stamp,
    read_payment_stamp,
    read_refund_stamp,
    refund_stamp,
)
from ledger.kernel.money import Money
from ledger.payments.provider import BadMessage
from ledger.reconciliation.our_records import Known
from ledger.reconciliation.records import Kind, NotShown, Row, State, TheirRecord, Unread

_STATES = {
    "ok": State.DONE,
    "pending": State.UNDER_WAY,
    "delayed": State.UNDER_WAY,
    "authorization-hold": State.UNDER_WAY,
}
_SAYS = {State.DONE: "ok", State.UNDER_WAY: "pending", State.FAILED: "fail"}


def record(
    client: PaytrailClient, kind: Kind, transaction: str, *, account: str
) -> TheirRecord | Unread | None:
    """A payment or a refund by its transaction; None when it shows none.

    Raises `ProviderAway`, and `NotShown` for what only a report has told of.
    """
    if kind is Kind.DISPUTE or is_number(transaction):
        raise NotShown
    try:
        told = shown(client, transaction)
        return _record(kind, told, transaction, account=account) if told is not None else None
    except BadMessage as trouble:
        return Unread(kind=kind, reference=transaction, why=str(trouble))


def names(known: Known) -> Sequence[str]:
    """The stamp that it was asked for under; of a refund the reference, too."""
    if known.kind is Kind.REFUND:
        return (_refund_stamp(known), str(known.correlation_id))
    if known.try_number is None:
        return ()
    stamp = payment_stamp(known.owner, known.correlation_id, try_number=known.try_number)
    return (stamp,)


def owner(row: Row) -> UUID | None:
    """The order or the case that the stamp of a row names."""
    stamp = row.names[0] if row.names else ""
    ours = read_refund_stamp(stamp) if row.kind is Kind.REFUND else read_payment_stamp(stamp)
    return ours.order if ours else None


def told(row: Row, known: Known | None, *, account: str) -> TheirRecord:
    """A row: what is known gets its transaction back, the rest keeps the report's number."""
    if known is None:
        news, reference = row_message(row, account=account), row.number
    else:
        refund = known.kind is Kind.REFUND
        words: Json = {
            "amount": row.amount.amount,
            "stamp": _refund_stamp(known) if refund else row.names[0],
            "reference": row.said,
            "status": _SAYS[row.state],
        }
        reference = known.reference
        news = message(words, reference, account=account, at=row.at, refund=refund)
    return TheirRecord(
        kind=row.kind,
        reference=reference,
        amount=row.amount,
        state=row.state,
        at=row.at,
        message=news,
        names=tuple(row.names),
    )


def _record(kind: Kind, told: Json, transaction: str, *, account: str) -> TheirRecord:
    refund = kind is Kind.REFUND
    if told.get("currency", CURRENCY) != CURRENCY:
        raise BadMessage("the currency is another one")
    at = happened(told)
    if at is None:
        raise BadMessage("its time is none")
    return TheirRecord(
        kind=kind,
        reference=transaction,
        amount=Money(cents(told.get("amount")), CURRENCY),
        state=_STATES.get(told["status"], State.FAILED),
        at=at,
        message=message(told, transaction, account=account, at=at, refund=refund),
        names=(told["stamp"],),
    )


def _refund_stamp(known: Known) -> str:
    return refund_stamp(
        known.owner, known.payment, known.correlation_id, try_number=known.try_number or 1
    )
