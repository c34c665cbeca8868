"""A payment or refund as Paytrail shows it, told in the words of the callback that would have come.

So one door reads them all.
"""

from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from adapters.providers.http import Answer, Json
from adapters.providers.paytrail.client import PaytrailClient
from adapters.providers.paytrail.references import PROVIDER, read_payment_stamp, read_refund_stamp
from adapters.providers.paytrail.values import moment
from ledger.payments.message import BadMessage, Message, ProviderAway
from ledger.payments.payment_pages import Page, PageState, unreadable

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
