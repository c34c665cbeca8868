"""The words of a callback for what was not told by one: so that one door reads them all."""

from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from adapters.providers.paytrail.client import Json
from adapters.providers.paytrail.references import PROVIDER, read_payment_stamp, read_refund_stamp
from ledger.inbox.intake import Message

AT = "checkout-happened-at"
_NOBODY = UUID(int=0)
# Where the callback would have come to, had it come: the shop is not told.
_PATH = "/webhooks/paytrail/fetched/{order}/{kind}"


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
