"""What a checkout tells of its payment: kept without card or customer, and read the same again."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
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
from ledger.kernel.money import Money
from ledger.order.stamps import Paid, PaymentExpired, PaymentFailed, PaymentPending
from ledger.payments.provider import BadMessage, Message

# What is kept of a checkout and of each of its transactions.
_OF_CHECKOUT = ("id", "checkout_reference", "status", "amount", "currency", "merchant_code")
_OF_TRANSACTION = ("id", "status", "amount", "currency", "timestamp")
# Under this name the kept message says what came instead of a checkout.
UNREAD = "not_a_checkout_but"
_SAID = 200
_WON, _LOST, _WAITS = ("SUCCESSFUL", "REFUNDED"), ("FAILED", "CANCELLED"), "PENDING"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Try:
    """One transaction of a checkout: one try to pay it."""

    id: str
    status: str
    amount: Money
    at: datetime | None


def message(checkout: Json) -> Message:
    """What is kept of a checkout: the same state of it is the same message."""
    kept = {key: checkout.get(key) for key in _OF_CHECKOUT}
    tries = [
        {key: one.get(key) for key in _OF_TRANSACTION} for one in objects(checkout, "transactions")
    ]
    body = json.dumps({**kept, "transactions": tries}, default=str, sort_keys=True).encode()
    known_as = name(checkout.get("id"), "id")
    return Message(provider=PROVIDER, name=f"checkout/{known_as}", body=body)


def unread(answer: object, asked: str) -> Message:
    """An answer about a checkout that we cannot read: kept, so that a person is told of it.

    Nothing of card or customer is in it: only what would be kept of one that we can read.
    """
    told = answer if isinstance(answer, dict) else {}
    kept = {key: str(told[key])[:_SAID] for key in _OF_CHECKOUT if key in told}
    body = json.dumps({**kept, "id": asked, UNREAD: type(answer).__name__}, sort_keys=True)
    return Message(provider=PROVIDER, name=f"unread/{asked}", body=body.encode())


def reports(checkout: Json, *, live: bool) -> Sequence[Report]:
    """Paid, failed, expired or under way. A checkout that nobody has tried to pay tells nothing."""
    return [_report(fact, at, checkout, live=live) for fact, at in _facts(checkout)]


def _facts(checkout: Json) -> Sequence[tuple[Fact, datetime | None]]:
    known_as, tries = name(checkout.get("id"), "id"), _tries(checkout)
    won = [one for one in tries if one.status in _WON]
    status = checkout.get("status")
    if status == "PAID" or won:
        return [_paid(one) for one in won[:1]] or _unproven()
    if status == "EXPIRED":
        return [(PaymentExpired(provider_reference=known_as), None)]
    lost = [
        (PaymentFailed(provider_reference=one.id, code=one.status.lower()), one.at)
        for one in tries
        if one.status in _LOST
    ]
    waits = [
        (PaymentPending(provider_reference=known_as), one.at)
        for one in tries
        if one.status == _WAITS
    ]
    if status == "FAILED" and not lost:
        return [(PaymentFailed(provider_reference=known_as, code="failed"), None)]
    return [*lost, *waits[:1]]


def _paid(one: _Try) -> tuple[Fact, datetime | None]:
    return Paid(amount=one.amount, provider=PROVIDER, provider_reference=one.id), one.at


def _unproven() -> Sequence[tuple[Fact, datetime | None]]:
    raise BadMessage("a paid checkout shows no successful transaction")


def _report(fact: Fact, at: datetime | None, checkout: Json, *, live: bool) -> Report:
    ours = read_reference(checkout.get("checkout_reference"))
    known_as = name(checkout.get("id"), "id")
    return Report(
        provider=PROVIDER,
        account=name(checkout.get("merchant_code"), "merchant_code"),
        live=live,
        order=ours.order if ours else None,
        attempt=ours.attempt if ours else None,
        correlation_id=ours.attempt if ours else news_id(known_as),
        fact=fact,
        currency=currency(checkout),
        amount=fact.amount if isinstance(fact, Paid) else None,
        reference=known_as,
        occurred_at=at,
        contradiction="" if ours else foreign(checkout.get("checkout_reference")),
        payer_reference="" if ours else said(checkout.get("checkout_reference")),
    )


def _tries(checkout: Json) -> Sequence[_Try]:
    return [_try(one, otherwise=currency(checkout)) for one in objects(checkout, "transactions")]


def _try(one: Json, *, otherwise: str) -> _Try:
    told_in = currency(one) if one.get("currency") else otherwise
    return _Try(
        id=name(one.get("id"), "transaction id"),
        status=str(one.get("status")),
        amount=minor(one.get("amount"), told_in),
        at=moment(one.get("timestamp")),
    )
