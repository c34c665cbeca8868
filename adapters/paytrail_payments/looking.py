"""A payment page as Paytrail has it, told in the words of the callback that would have come."""

from urllib.parse import urlencode
from uuid import UUID

from adapters.paytrail_payments.client import Answer, Client, Json, Lost
from adapters.paytrail_payments.naming import PROVIDER, read_payment_stamp
from ledger.intake import Message
from ledger.reconciling.records import ProviderAway
from ledger.regenerating import Page, PageState

_NEW = "new"
_STATES = {_NEW: PageState.OPEN, "fail": PageState.EXPIRED}
_NOBODY = UUID(int=0)
# Where the callback would have come to, had it come: the shop is not told.
_PATH = "/webhooks/paytrail/fetched/{order}/callback"


def page(client: Client, transaction: str, *, account: str) -> Page | None:
    """A page by its transaction; None when there is none. Raises `ProviderAway`."""
    try:
        answer = client.get(f"/payments/{transaction}", transaction=transaction)
    except Lost as lost:
        raise ProviderAway(str(lost)) from None
    return None if answer.status == 404 else _page(answer, transaction, account=account)


def _page(answer: Answer, transaction: str, *, account: str) -> Page:
    told, status = answer.content, answer.content.get("status")
    stamp = told.get("stamp")
    if answer.status != 200 or not isinstance(status, str) or not isinstance(stamp, str):
        raise ProviderAway(f"an answer ({answer.status}) without a payment")
    if told.get("transactionId", transaction) != transaction:
        raise ProviderAway("an answer about another payment")
    ours = read_payment_stamp(stamp)
    order = ours.order if ours else None
    news = None if status == _NEW else _message(told, transaction, order=order, account=account)
    return Page(
        state=_STATES.get(status, PageState.COMPLETE),
        order=order,
        attempt=ours.attempt if ours else None,
        news=news,
    )


def _message(told: Json, transaction: str, *, order: UUID | None, account: str) -> Message:
    query = {
        "checkout-account": account,
        "checkout-amount": str(told.get("amount")),
        "checkout-stamp": str(told.get("stamp")),
        "checkout-reference": str(told.get("reference")),
        "checkout-transaction-id": transaction,
        "checkout-status": str(told.get("status")),
        "checkout-provider": str(told.get("provider", "")),
    }
    body = f"{_PATH.format(order=order or _NOBODY)}?{urlencode(query)}".encode()
    return Message(provider=PROVIDER, name=f"payment/{transaction}", body=body)
