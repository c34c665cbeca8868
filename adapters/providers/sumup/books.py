"""SumUp's own records of a period: every transaction that changed since, and what is in it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from urllib.parse import parse_qsl

from adapters.providers.http import Json, Lost
from adapters.providers.sumup import transactions
from adapters.providers.sumup.client import SumupClient
from adapters.providers.sumup.references import currency, minor, moment, name, objects
from adapters.providers.sumup.transactions import CHARGEBACK, REFUND
from ledger.payments.provider import BadMessage, ProviderAway
from ledger.reconciliation.records import Kind, Period, State, TheirRecord, Unread, name_in

_PAGE_SIZE = "100"
# Sold with a card reader or for cash: no payment page brings such money.
AT_A_TILL = ("POS", "CASH")


_Found = TheirRecord | Unread


def records(client: SumupClient, period: Period, *, merchant: str) -> Iterator[_Found]:
    """Payments, refunds and chargebacks made in a period. Raises `ProviderAway`."""
    try:
        for known_as in _changed(client, period.since, merchant=merchant):
            if isinstance(known_as, Unread):
                yield known_as
                continue
            for one in _shown(client, known_as, merchant=merchant):
                if isinstance(one, Unread) or one.at in period:
                    yield one
    except BadMessage as trouble:
        raise ProviderAway(str(trouble)) from None


def record(client: SumupClient, kind: Kind, reference: str, *, merchant: str) -> _Found | None:
    """One of them by our name of it; None when there is none. Raises `ProviderAway`."""
    every = [*_shown(client, reference.partition("/")[0], merchant=merchant)]
    for one in every:
        if (one.kind, one.reference) == (kind, reference):
            return one
    unread = [one for one in every if isinstance(one, Unread) and one.kind == kind]
    # What cannot be read may be what was asked for.
    return replace(unread[0], reference=reference) if unread else None


def _shown(client: SumupClient, known_as: str, *, merchant: str) -> Iterator[_Found]:
    """What a transaction tells, and what of it cannot be read. Raises `Lost`."""
    try:
        found = transaction(client, known_as, merchant=merchant)
        if found is not None:
            yield from _records(found, known_as, merchant=merchant)
    except BadMessage as trouble:
        yield Unread(kind=Kind.PAYMENT, reference=known_as, why=str(trouble))


def _readable(kind: Kind, reference: str, read: Callable[[], TheirRecord]) -> _Found:
    try:
        return read()
    except BadMessage as trouble:
        return Unread(kind=kind, reference=reference, why=str(trouble))


def transaction(client: SumupClient, known_as: str, *, merchant: str) -> Json | None:
    """A transaction with its events; None when there is none.

    Raises `Lost` and `BadMessage`.
    """
    answer = client.get(f"/v2.1/merchants/{merchant}/transactions", id=known_as)
    if answer.status == 404:
        return None
    if answer.status != 200 or not isinstance(answer.content, dict):
        raise BadMessage(f"an answer ({answer.status}) without a transaction")
    return answer.content


def _changed(client: SumupClient, since: datetime, *, merchant: str) -> Iterator[str | Unread]:
    """Every transaction that changed at or after a moment, page by page, each once."""
    path = f"/v2.1/merchants/{merchant}/transactions/history"
    begin = since.isoformat(timespec="seconds")
    query = {"limit": _PAGE_SIZE, "order": "ascending", "changes_since": begin}
    seen: set[str] = set()
    while query:
        answer = client.get(path, **query)
        if answer.status != 200 or not isinstance(answer.content, dict):
            raise Lost(f"an answer ({answer.status}) without a history")
        listed = answer.content.get("items") or []
        if not isinstance(listed, list):
            raise BadMessage("a history without items")
        fresh = 0
        for item in listed:
            known_as, sold_at_a_till = _read(item)
            if isinstance(known_as, Unread):
                yield known_as
            elif known_as not in seen:
                seen.add(known_as)
                fresh += 1
                if not sold_at_a_till:
                    yield known_as
        # A page that shows nothing new is the last one, whatever it says of a next.
        query = _next(answer.content) if fresh else {}


def _read(item: object) -> tuple[str | Unread, bool]:
    """The name of a listed transaction, and whether no payment page brought its money."""
    try:
        told: Json = item if isinstance(item, dict) else {}
        known_as = name(told.get("transaction_id") or told.get("id"), "transaction_id")
    except BadMessage as trouble:
        named = name_in(item, "transaction_id", "id", "transaction_code")
        return Unread(kind=Kind.PAYMENT, reference=named, why=str(trouble)), False
    return known_as, told.get("payment_type") in AT_A_TILL


def _next(page: Json) -> dict[str, str]:
    hrefs = [one.get("href") for one in objects(page, "links") if one.get("rel") == "next"]
    try:
        return dict(parse_qsl(str(hrefs[0]).rpartition("?")[2])) if hrefs else {}
    except ValueError:
        raise BadMessage("a history whose next page has no address") from None


def _records(found: Json, asked: str, *, merchant: str) -> Iterator[_Found]:
    """The payment, then each of its events: one that cannot be read hides no other."""
    known_as, at = name(found.get("id"), "id"), moment(found.get("timestamp"))
    if known_as != asked:
        raise BadMessage("an answer about another transaction")
    if at is None:
        raise BadMessage("a transaction has no time")
    if transactions.came(found):
        yield _readable(Kind.PAYMENT, known_as, lambda: _payment(found, at=at, merchant=merchant))
    for event in transactions.every_event(found):
        if not isinstance(event, dict):
            yield Unread(kind=Kind.REFUND, reference=known_as, why="an event is no object")
        elif event.get("event_type") in (REFUND, CHARGEBACK):
            read = partial(_event, event, found, at=at, merchant=merchant)
            named = f"{known_as}/{name_in(event, 'id')}"
            yield _readable(_kind(event), named, read)


def _payment(found: Json, *, at: datetime, merchant: str) -> TheirRecord:
    return TheirRecord(
        kind=Kind.PAYMENT,
        reference=found["id"],
        amount=minor(found.get("amount"), currency(found)),
        state=State.DONE,
        at=at,
        message=transactions.message(found, merchant=merchant),
    )


def _event(event: Json, found: Json, *, at: datetime, merchant: str) -> TheirRecord:
    charged_back = _kind(event) is Kind.DISPUTE
    return TheirRecord(
        kind=_kind(event),
        reference=transactions.event_name(found["id"], event),
        amount=minor(event.get("amount"), currency(found)),
        state=State.UNDER_WAY if charged_back else transactions.state_of(event),
        at=transactions.at_of(event, found) or at,
        message=transactions.message(found, event, merchant=merchant),
    )


def _kind(event: Json) -> Kind:
    return Kind.DISPUTE if event.get("event_type") == CHARGEBACK else Kind.REFUND
