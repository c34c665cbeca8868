"""SumUp's own records of a period: every transaction that changed since, and what is in it."""

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import parse_qsl

from adapters.sumup_payments import transactions
from adapters.sumup_payments.amounts import minor
from adapters.sumup_payments.client import Client, Json, Lost
from adapters.sumup_payments.naming import name
from adapters.sumup_payments.transactions import CHARGEBACK, REFUND
from adapters.sumup_payments.values import currency, moment, objects
from ledger.doors import Unreadable
from ledger.reconciling.records import Kind, Period, ProviderAway, State, TheirRecord

_PAGE_SIZE = "100"
# Sold with a card reader or for cash: no payment page brings such money.
_AT_A_TILL = ("POS", "CASH")


def records(client: Client, period: Period, *, merchant: str) -> Iterator[TheirRecord]:
    """Payments, refunds and chargebacks made in a period. Raises `ProviderAway`."""
    try:
        for known_as in _changed(client, period.since, merchant=merchant):
            found = transaction(client, known_as, merchant=merchant)
            if found is not None:
                yield from (one for one in _records(found, merchant) if one.at in period)
    except (Lost, Unreadable) as trouble:
        raise ProviderAway(str(trouble)) from None


def record(client: Client, kind: Kind, reference: str, *, merchant: str) -> TheirRecord | None:
    """One of them by our name of it; None when there is none. Raises `ProviderAway`."""
    try:
        found = transaction(client, reference.partition("/")[0], merchant=merchant)
        every = _records(found, merchant) if found is not None else ()
        return next((o for o in every if (o.kind, o.reference) == (kind, reference)), None)
    except (Lost, Unreadable) as trouble:
        raise ProviderAway(str(trouble)) from None


def transaction(client: Client, known_as: str, *, merchant: str) -> Json | None:
    """A transaction with its events; None when there is none. Raises `Lost`."""
    answer = client.get(f"/v2.1/merchants/{merchant}/transactions", id=known_as)
    if answer.status == 404:
        return None
    if answer.status != 200 or not isinstance(answer.content, dict):
        raise Lost(f"an answer ({answer.status}) without a transaction")
    return answer.content


def _changed(client: Client, since: datetime, *, merchant: str) -> Iterator[str]:
    """Every transaction that changed at or after a moment, page by page, each once."""
    path = f"/v2.1/merchants/{merchant}/transactions/history"
    begin = since.isoformat(timespec="seconds")
    query = {"limit": _PAGE_SIZE, "order": "ascending", "changes_since": begin}
    seen: set[str] = set()
    while query:
        answer = client.get(path, **query)
        if answer.status != 200 or not isinstance(answer.content, dict):
            raise Lost(f"an answer ({answer.status}) without a history")
        items = {_name_in(one): one for one in objects(answer.content, "items")}
        fresh = [known_as for known_as in items if known_as not in seen]
        seen |= {*fresh}
        yield from (one for one in fresh if items[one].get("payment_type") not in _AT_A_TILL)
        # A page that shows nothing new is the last one, whatever it says of a next.
        query = _next(answer.content) if fresh else {}


def _name_in(item: Json) -> str:
    return name(item.get("transaction_id") or item.get("id"), "transaction_id")


def _next(page: Json) -> dict[str, str]:
    hrefs = [one.get("href") for one in objects(page, "links") if one.get("rel") == "next"]
    return dict(parse_qsl(str(hrefs[0]).rpartition("?")[2])) if hrefs else {}


def _records(found: Json, merchant: str) -> Iterator[TheirRecord]:
    known_as, at = name(found.get("id"), "id"), moment(found.get("timestamp"))
    if at is None:
        raise Unreadable("a transaction has no time")
    if transactions.came(found):
        yield TheirRecord(
            kind=Kind.PAYMENT,
            reference=known_as,
            amount=minor(found.get("amount"), currency(found)),
            state=State.DONE,
            at=at,
            message=transactions.message(found, merchant=merchant),
        )
    for event in transactions.events(found, REFUND, CHARGEBACK):
        charged_back = event.get("event_type") == CHARGEBACK
        yield TheirRecord(
            kind=Kind.DISPUTE if charged_back else Kind.REFUND,
            reference=transactions.event_name(known_as, event),
            amount=minor(event.get("amount"), currency(found)),
            state=State.UNDER_WAY if charged_back else transactions.state_of(event),
            at=transactions.at_of(event, found) or at,
            message=transactions.message(found, event, merchant=merchant),
        )
