"""A payment page as Paytrail has it, told in the words of the callback that would have come."""

from datetime import datetime

from adapters.providers.paytrail.client import Answer, Client, Garbled, Json, Lost
from adapters.providers.paytrail.references import read_payment_stamp
from adapters.providers.paytrail.values import moment
from adapters.providers.paytrail.words import message
from ledger.inbox.ports import Unreadable
from ledger.payments.payment_pages import Page, PageState
from ledger.reconciliation.records import ProviderAway

_NEW = "new"
_STATES = {_NEW: PageState.OPEN, "fail": PageState.EXPIRED}
_LATER = (401, 403, 408, 425, 429)


def shown(client: Client, transaction: str) -> Json | None:
    """A transaction as Paytrail shows it; None when there is none.

    Raises `ProviderAway`, and `Unreadable` where Paytrail answers, and tells no payment.
    """
    try:
        answer = client.get(f"/payments/{transaction}", transaction=transaction)
    except Garbled as garbled:
        raise Unreadable(str(garbled)) from None
    except Lost as lost:
        raise ProviderAway(str(lost)) from None
    return None if answer.status == 404 else _checked(answer, transaction)


def page(client: Client, transaction: str, *, account: str) -> Page | None:
    """A page by its transaction; None when there is none. Raises `ProviderAway`.

    One that cannot be read is not known to be closed, and its news is that nobody can read it.
    """
    try:
        told = shown(client, transaction)
    except Unreadable:
        unread = message({}, transaction, account=account, at=None)
        return Page(state=PageState.OPEN, order=None, attempt=None, news=unread)
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
    except Unreadable:
        return None


def _checked(answer: Answer, transaction: str) -> Json:
    told = answer.content
    if answer.status in _LATER or answer.status >= 500:
        raise ProviderAway(f"an answer ({answer.status}) that is neither yes nor no")
    named = isinstance(told.get("status"), str) and isinstance(told.get("stamp"), str)
    if answer.status != 200 or not named:
        raise Unreadable(f"an answer ({answer.status}) without a payment")
    if told.get("transactionId", transaction) != transaction:
        raise Unreadable("an answer about another payment")
    return told
