"""What one transaction tells: a payment that came, and each refund or chargeback of it."""

import json
from collections.abc import Sequence
from datetime import datetime

from adapters.providers.http import Json
from adapters.providers.sumup.references import (
    PROVIDER,
    currency,
    foreign,
    minor,
    moment,
    name,
    news_id,
    objects,
    read_reference,
    said,
)
from ledger.inbox.ports import Fact, Report
from ledger.order.stamps import CreateRefundSuccess, Disputed, Paid, Refunded, RefundFailed
from ledger.payments.provider import BadMessage, Message
from ledger.reconciliation.records import State

REFUND, CHARGEBACK = "REFUND", "CHARGE_BACK"
_MOST = 10**18
_CAME = ("SUCCESSFUL", "REFUNDED")
_SETTLED = ("REFUNDED", "SUCCESSFUL", "PAID_OUT", "RECONCILED")
# What is kept of a transaction and of one of its events: nothing of card or customer.
_OF_TRANSACTION = ("id", "status", "amount", "currency", "timestamp", "foreign_transaction_id")
_OF_EVENT = ("id", "event_type", "status", "amount", "timestamp")


def came(transaction: Json) -> bool:
    """Whether money came by it, whatever went back since."""
    return transaction.get("status") in _CAME


def events(transaction: Json, *kinds: str) -> Sequence[Json]:
    """What happened to a transaction, of these kinds."""
    listed = objects(transaction, "transaction_events")
    return [one for one in listed if one.get("event_type") in kinds]


def every_event(transaction: Json) -> Sequence[object]:
    """Whatever is listed as an event."""
    listed = transaction.get("transaction_events") or []
    if not isinstance(listed, list):
        raise BadMessage("transaction_events is not a list")
    return listed


def event_name(transaction: str, event: Json) -> str:
    """An event by its transaction and its number there: so it can be looked up again."""
    number = event.get("id")
    if type(number) is not int or not 0 <= number < _MOST:
        raise BadMessage("an event has no number")
    return f"{transaction}/{number}"


def state_of(event: Json) -> State:
    """How far a refund came."""
    if event.get("status") == "FAILED":
        return State.FAILED
    return State.DONE if event.get("status") in _SETTLED else State.UNDER_WAY


def at_of(event: Json, transaction: Json) -> datetime | None:
    """When it happened; the payment's time where the event tells none."""
    return moment(event.get("timestamp")) or moment(transaction.get("timestamp"))


def message(transaction: Json, event: Json | None = None, *, merchant: str) -> Message:
    """What is kept of the payment, or of one event: the same state of it is the same message."""
    known_as = name(transaction.get("id"), "id")
    told = {
        "merchant_code": merchant,
        "transaction": {key: transaction.get(key) for key in _OF_TRANSACTION},
        "event": {key: event.get(key) for key in _OF_EVENT} if event else None,
    }
    about = event_name(known_as, event) if event else known_as
    body = json.dumps(told, default=str, sort_keys=True).encode()
    return Message(provider=PROVIDER, name=f"transaction/{about}", body=body)


def reports(told: Json, *, live: bool) -> Sequence[Report]:
    """The facts of a kept message."""
    transaction, event = told.get("transaction"), told.get("event")
    if not isinstance(transaction, dict) or not isinstance(event, dict | None):
        raise BadMessage("the message holds no transaction")
    known_as = name(transaction.get("id"), "id")
    facts = [_paid(transaction)] if event is None else _facts(transaction, event)
    ours = read_reference(transaction.get("foreign_transaction_id"))
    derived = news_id(event_name(known_as, event) if event else known_as)
    stray = foreign(transaction.get("foreign_transaction_id"))
    return [
        Report(
            provider=PROVIDER,
            account=name(told.get("merchant_code"), "merchant_code"),
            live=live,
            order=ours.order if ours else None,
            attempt=ours.attempt if ours else None,
            correlation_id=ours.attempt if ours and event is None else derived,
            fact=fact,
            currency=currency(transaction),
            amount=getattr(fact, "amount", None),
            reference=known_as,
            occurred_at=at_of(event or {}, transaction),
            contradiction=stray if event is None and ours is None else "",
            payer_reference="" if ours else said(transaction.get("foreign_transaction_id")),
        )
        for fact in facts
    ]


def _paid(transaction: Json) -> Fact:
    amount = minor(transaction.get("amount"), currency(transaction))
    known_as = name(transaction.get("id"), "id")
    return Paid(amount=amount, provider=PROVIDER, provider_reference=known_as)


def _facts(transaction: Json, event: Json) -> Sequence[Fact]:
    """A settled refund was accepted, so both are told."""
    known_as = name(transaction.get("id"), "id")
    ours = read_reference(transaction.get("foreign_transaction_id"))
    payment = ours.attempt if ours else news_id(known_as)
    amount = minor(event.get("amount"), currency(transaction))
    reference = event_name(known_as, event)
    if event.get("event_type") == CHARGEBACK:
        return [Disputed(payment=payment, amount=amount, provider_reference=reference)]
    if state_of(event) is State.FAILED:
        lost = RefundFailed(
            payment=payment, amount=amount, provider_reference=reference, code="failed"
        )
        return [lost]
    accepted = CreateRefundSuccess(payment=payment, amount=amount, provider_reference=reference)
    settled = Refunded(payment=payment, amount=amount, provider_reference=reference)
    return [accepted, settled] if state_of(event) is State.DONE else [accepted]
