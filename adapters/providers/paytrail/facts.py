"""What a signed query tells of a payment or a refund: bound by its stamp, never by its address."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from adapters.providers.http import Answer, Json
from adapters.providers.paytrail.client import PaytrailClient
from adapters.providers.paytrail.references import (
    CURRENCY,
    PROVIDER,
    PaymentStamp,
    RefundStamp,
    is_live,
    moment,
    news_id,
    read_payment_stamp,
    read_refund_stamp,
)
from ledger.inbox.ports import Fact, Report
from ledger.kernel.money import Money
from ledger.order.stamps import (
    CreateRefundFailure,
    CreateRefundSuccess,
    Paid,
    PaymentExpired,
    PaymentFailed,
    PaymentPending,
    Refunded,
    RefundFailed,
)
from ledger.payments.payment_pages import Page, PageState, unreadable
from ledger.payments.provider import BadMessage, Message, ProviderAway

Query = Mapping[str, str]

_NAME = re.compile(r"[!-~]{1,255}")
_AMOUNT = re.compile(r"[0-9]{1,12}")
_WAITS = ("pending", "delayed")
_ELSEWHERE = "the address and the stamp name different orders"
_FOREIGN = "the stamp names no payment of ours"
_UNNAMED = "the stamp names no refund of ours"


def of_payment(query: Query, *, address_of: UUID | None) -> Sequence[Report]:
    """Paid, pending or failed. A status that we do not know is kept and tells nothing.

    A stamp that is not ours differs; where there is none, the transaction may be known.
    """
    stamp = query.get("checkout-stamp") and _text(query, "checkout-stamp")
    ours = read_payment_stamp(stamp) if stamp else None
    transaction = _name(query, "checkout-transaction-id")
    return [
        _report(
            fact,
            query,
            order=ours.order if ours else None,
            attempt=ours.attempt if ours else None,
            correlation_id=ours.attempt if ours else news_id(transaction),
            reference=transaction,
            payment_reference=_text(query, "checkout-reference") if ours or not stamp else "",
            payer_reference="" if ours else _said(query),
            contradiction=_strayed(ours, address_of) if ours else _FOREIGN if stamp else "",
        )
        for fact in _payment_facts(query, transaction)
    ]


def of_refund(query: Query, *, address_of: UUID | None) -> Sequence[Report]:
    """Accepted, settled or failed, by our stamp or by Paytrail's name: it may lack either."""
    stamp = query.get("checkout-stamp") and _text(query, "checkout-stamp")
    ours = read_refund_stamp(stamp) if stamp else None
    transaction = query.get("checkout-transaction-id") and _name(query, "checkout-transaction-id")
    named = transaction or stamp
    if not named:
        raise BadMessage("neither checkout-stamp nor checkout-transaction-id is there")
    return [
        _report(
            fact,
            query,
            order=ours.order if ours else None,
            attempt=ours.payment if ours else None,
            correlation_id=ours.refund if ours else news_id(named),
            reference=named,
            payer_reference="" if ours else _said(query),
            contradiction=_strayed(ours, address_of) if ours else _UNNAMED if stamp else "",
        )
        for fact in _refund_facts(query, ours, transaction)
    ]


def _payment_facts(query: Query, transaction: str) -> Sequence[Fact]:
    """A failed page is told as closed, too: another try gets a page of its own."""
    status, amount = _text(query, "checkout-status"), _amount(query)
    if status == "ok":
        method = query.get("checkout-provider", "")
        paid = Paid(
            amount=amount,
            provider=PROVIDER,
            provider_reference=transaction,
            method=method if _NAME.fullmatch(method) else "",
        )
        return [paid]
    if status in _WAITS:
        return [PaymentPending(provider_reference=transaction)]
    if status == "fail":
        failed = PaymentFailed(provider_reference=transaction, code="fail")
        return [failed, PaymentExpired(provider_reference=transaction)]
    return []


def _refund_facts(
    query: Query, ours: RefundStamp | None, transaction: str | None
) -> Sequence[Fact]:
    """A settled refund was accepted, so both are told.

    A failed one was refused if it was never accepted, and failed after all if it was: both are
    told, and the order knows which. One that is named by our stamp alone has an empty name.
    """
    status, amount = _text(query, "checkout-status"), _amount(query)
    number = ours.try_number if ours else 1
    payment = ours.payment if ours else news_id(transaction or "")
    if status == "fail":
        refused = CreateRefundFailure(code="fail", try_number=number)
        if not transaction:
            return [refused]
        lost = RefundFailed(
            payment=payment, amount=amount, provider_reference=transaction, code="fail"
        )
        return [lost, refused] if ours else [lost]
    if status != "ok" and status not in _WAITS:
        return []
    name = transaction or ""
    accepted = CreateRefundSuccess(
        payment=payment, amount=amount, provider_reference=name, try_number=number
    )
    settled = Refunded(payment=payment, amount=amount, provider_reference=name)
    return [accepted, settled] if status == "ok" else [accepted]


def _strayed(ours: PaymentStamp | RefundStamp | None, address_of: UUID | None) -> str:
    return _ELSEWHERE if ours is not None and ours.order != address_of else ""


def _report(
    fact: Fact,
    query: Query,
    *,
    order: UUID | None,
    attempt: UUID | None,
    correlation_id: UUID,
    reference: str,
    payment_reference: str = "",
    payer_reference: str,
    contradiction: str,
) -> Report:
    account = _name(query, "checkout-account")
    # A refund of ours that was refused is told with the amount that was asked for.
    moves = isinstance(fact, Paid | Refunded | CreateRefundSuccess | RefundFailed)
    refused = isinstance(fact, CreateRefundFailure) and order is not None
    return Report(
        provider=PROVIDER,
        account=account,
        live=is_live(account),
        order=order,
        attempt=attempt,
        correlation_id=correlation_id,
        fact=fact,
        currency=CURRENCY,
        amount=_amount(query) if moves or refused else None,
        reference=reference,
        occurred_at=_at(query),
        contradiction=contradiction,
        payment_reference=payment_reference,
        payer_reference=payer_reference,
    )


def _said(query: Query) -> str:
    """What another shop on the account called it: for the person who looks for its owner."""
    reference = query.get("checkout-reference", "")
    return reference if len(reference) <= 255 and reference.isprintable() else ""


def _text(query: Query, key: str) -> str:
    value = query.get(key, "")
    if not value or len(value) > 255 or not value.isprintable():
        raise BadMessage(f"{key} is missing, or no short line")
    return value


def _name(query: Query, key: str) -> str:
    value = _text(query, key)
    if not _NAME.fullmatch(value):
        raise BadMessage(f"{key} is not a name")
    return value


def _at(query: Query) -> datetime | None:
    """When it happened, as far as we looked it up: Paytrail's own messages tell no time."""
    try:
        return moment(query[AT]) if AT in query else None
    except BadMessage:
        return None


def _amount(query: Query) -> Money:
    value = query.get("checkout-amount", "")
    if not _AMOUNT.fullmatch(value):
        raise BadMessage("checkout-amount is not an amount")
    return Money(int(value), CURRENCY)


AT = "checkout-happened-at"
_NOBODY = UUID(int=0)
# Where the callback would have come to, had it come: the shop is not told.
_PATH = "/webhooks/paytrail/fetched/{order}/{kind}"
_NEW = "new"
_STATES = {_NEW: PageState.OPEN, "fail": PageState.EXPIRED}
_LATER = (401, 403, 408, 425, 429)


def shown(client: PaytrailClient, transaction: str) -> Json | None:
    """A transaction as Paytrail shows it; None when there is none.

    Raises `ProviderAway`, and `BadMessage` where Paytrail answers, and tells no payment.
    """
    answer = client.get(f"/payments/{transaction}", transaction=transaction)
    return None if answer.status == 404 else _checked(answer, transaction)


def page(client: PaytrailClient, transaction: str, *, account: str) -> Page | None:
    """A page by its transaction; None when there is none. Raises `ProviderAway`.

    One that cannot be read is not known to be closed, and its news is that nobody can read it.
    """
    try:
        told = shown(client, transaction)
    except BadMessage:
        return unreadable(message({}, transaction, account=account, at=None))
    if told is None:
        return None
    ours, status = read_payment_stamp(told["stamp"]), told["status"]
    at = happened(told)
    news = message(told, transaction, account=account, at=at) if status != _NEW else None
    return Page(
        state=_STATES.get(status, PageState.COMPLETE),
        order=ours.order if ours else None,
        attempt=ours.attempt if ours else None,
        news=news,
    )


def happened(told: Json) -> datetime | None:
    """When a payment was made or, until then, begun; None where that cannot be read."""
    try:
        return moment(told.get("paidAt") or told.get("createdAt"))
    except BadMessage:
        return None


def message(
    told: Json, transaction: str, *, account: str, at: datetime | None, refund: bool = False
) -> Message:
    """A payment or a refund under Paytrail's name of it, by its stamp, reference and status.

    Callbacks tell no time. `at` stands under a name that a signature would cover if anybody else
    wrote it there.
    """
    stamp = str(told.get("stamp"))
    ours = read_refund_stamp(stamp) if refund else read_payment_stamp(stamp)
    query = {
        "checkout-account": account,
        "checkout-amount": str(told.get("amount")),
        "checkout-stamp": stamp,
        "checkout-reference": str(told.get("reference")),
        "checkout-transaction-id": transaction,
        "checkout-status": str(told.get("status")),
        "checkout-provider": str(told.get("provider", "")),
    } | ({AT: at.isoformat()} if at else {})
    path = _PATH.format(
        order=ours.order if ours else _NOBODY, kind="refund" if refund else "callback"
    )
    # What is no character, such as half of one, cannot stand in an address.
    told_in_address = urlencode(query, errors="replace")
    name = f"{'refund' if refund else 'payment'}/{transaction}"
    return Message(provider=PROVIDER, name=name, body=f"{path}?{told_in_address}".encode())


def _checked(answer: Answer, transaction: str) -> Json:
    told: Json = answer.content
    if answer.status in _LATER or answer.status >= 500:
        raise ProviderAway(f"an answer ({answer.status}) that is neither yes nor no")
    named = isinstance(told.get("status"), str) and isinstance(told.get("stamp"), str)
    if answer.status != 200 or not named:
        raise BadMessage(f"an answer ({answer.status}) without a payment")
    if told.get("transactionId", transaction) != transaction:
        raise BadMessage("an answer about another payment")
    return told
