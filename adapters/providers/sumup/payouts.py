"""What SumUp paid out: rows of one transaction each, which share the reference of their payout.

https://developer.sumup.com/api/payouts; that each transaction has a row of its own, and `amount` is
what is left of it after the `fee`: https://github.com/sumup/sumup-ts/issues/186
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from adapters.providers.http import Json, Lost
from adapters.providers.sumup import transactions
from adapters.providers.sumup.books import AT_A_TILL
from adapters.providers.sumup.client import SumupClient
from adapters.providers.sumup.references import currency, minor, name, said
from adapters.providers.sumup.transactions import REFUND
from ledger.kernel.money import Money, major, zero
from ledger.payments.provider import BadMessage, ProviderAway
from ledger.reconciliation.records import (
    MAY_FAIL,
    PAYOUT,
    BesideOrders,
    Kind,
    PayoutRow,
    Period,
    Row,
    Settlement,
    State,
    Unread,
    name_in,
)

# As many rows as one answer may have; one that has as many may leave some out.
_MOST = 9999
_PAYOUT, _REFUNDED = "PAYOUT", "REFUND_DEDUCTION"
# Only a day is told; at noon it is that day almost everywhere.
_NOON = time(12, tzinfo=UTC)

Transaction = Callable[[str], Json | None]


@dataclass(frozen=True, slots=True)
class _Told:
    """One row as SumUp tells it. `amount` is before the fee, and never less than nothing."""

    number: str
    kind: str
    day: date
    reference: str
    transaction: str
    amount: Money
    fee: Money
    failed: bool

    @property
    def payout(self) -> str:
        """By its reference, or by its day where it has none."""
        return self.reference or self.day.isoformat()

    @property
    def net(self) -> Money:
        return self.amount if self.kind == _PAYOUT else self.amount * -1


def payouts(client: SumupClient, period: Period, *, merchant: str) -> Sequence[Settlement | Unread]:
    """Every payout of a period, the oldest first; raises `ProviderAway`.

    Also what failed of those before: it may have been told as paid.
    """
    first = period.since.date()
    told = _told(client, first, period.until.date(), merchant=merchant)
    before = _told(client, first - MAY_FAIL, first - timedelta(days=1), merchant=merchant)
    unread = [one for one in told if isinstance(one, Unread)]
    failed = [one for one in _settlements(before) if one.failed]
    return [*unread, *failed, *_settlements(told)]


def _settlements(told: Sequence[_Told | Unread]) -> list[Settlement]:
    """The rows of each day and reference are one payout."""
    rows: dict[tuple[date, str], list[_Told]] = {}
    for one in told:
        if isinstance(one, _Told):
            rows.setdefault((one.day, one.payout), []).append(one)
    return [_settlement(rows[key]) for key in sorted(rows)]


def payout_rows(client: SumupClient, payout: Settlement, *, merchant: str) -> Iterator[PayoutRow]:
    """What each row is about, by the transaction whose code it has; raises `ProviderAway`."""
    assert payout.settled_at is not None, "each payout of SumUp's has its day"
    day = payout.settled_at.date()
    for one in _told(client, day, day, merchant=merchant):
        if isinstance(one, Unread) or one.payout != payout.id:
            continue  # who listed the payouts told of what cannot be read
        try:
            yield _row(one, lambda code: _by_code(client, code, merchant=merchant))
        except BadMessage as trouble:
            yield Unread(kind=PAYOUT, reference=one.number, why=str(trouble))


def _told(
    client: SumupClient, since: date, until: date, *, merchant: str
) -> Sequence[_Told | Unread]:
    try:
        return [*_all(client, since, until, merchant=merchant)]
    except BadMessage as trouble:
        raise ProviderAway(str(trouble)) from None


def _by_code(client: SumupClient, code: str, *, merchant: str) -> Json | None:
    path = f"/v2.1/merchants/{merchant}/transactions"
    answer = client.get(path, transaction_code=code)
    if answer.status == 404:
        return None
    if answer.status != 200 or not isinstance(answer.content, dict):
        raise BadMessage(f"an answer ({answer.status}) without a transaction")
    if answer.content.get("transaction_code") != code:
        raise BadMessage("an answer about another transaction")
    return answer.content


def _all(
    client: SumupClient, since: date, until: date, *, merchant: str
) -> Iterator[_Told | Unread]:
    """An answer that is full may leave some out: its days are asked for in halves."""
    days = {"start_date": since.isoformat(), "end_date": until.isoformat()}
    path = f"/v1.0/merchants/{merchant}/payouts"
    answer = client.get(path, **days, format="json", order="asc", limit=str(_MOST))
    if answer.status != 200 or not isinstance(answer.content, list):
        raise Lost(f"an answer ({answer.status}) without payouts")
    if len(answer.content) < _MOST:
        yield from map(_read, answer.content)
        return
    if since >= until:
        raise BadMessage(f"{since} has more payouts than an answer of SumUp's")
    middle = since + (until - since) // 2
    yield from _all(client, since, middle, merchant=merchant)
    yield from _all(client, middle + timedelta(days=1), until, merchant=merchant)


def _read(row: object) -> _Told | Unread:
    try:
        if not isinstance(row, dict):
            raise BadMessage("it is no object")
        return _Told(
            number=_number(row),
            kind=name(row.get("type"), "type"),
            day=_day(row.get("date")),
            reference=said(row.get("reference")),
            transaction=said(row.get("transaction_code")),
            amount=_gross(row),
            fee=_unsigned(row, "fee"),
            failed=name(row.get("status"), "status") != "SUCCESSFUL",
        )
    except BadMessage as trouble:
        named = name_in(row, "id", "transaction_code", "reference")
        return Unread(kind=PAYOUT, reference=named, why=str(trouble))


def _number(row: Json) -> str:
    if (number := name_in(row, "id")) == "":
        raise BadMessage("a row of a payout has no number")
    return number


def _day(value: object) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise BadMessage("the date is none") from None


def _unsigned(row: Json, key: str) -> Money:
    value = row.get(key) or 0
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise BadMessage(f"{key} is not an amount")
    return minor(abs(value), currency(row))


def _gross(row: Json) -> Money:
    """What was paid. A deduction has no fee of its own that would be part of it."""
    amount = _unsigned(row, "amount")
    return amount + _unsigned(row, "fee") if row.get("type") == _PAYOUT else amount


def _settlement(rows: Sequence[_Told]) -> Settlement:
    """Failed if none of its rows succeeded: what did not arrive brings nothing."""
    arrived = [one for one in rows if not one.failed]
    nothing = zero(rows[0].amount.currency)
    return Settlement(
        id=rows[0].payout,
        bank_reference=rows[0].reference,
        settled_at=datetime.combine(rows[0].day, _NOON),
        amount=sum((one.net - one.fee for one in arrived), nothing),
        failed=not arrived,
    )


def _row(one: _Told, transaction: Transaction) -> PayoutRow:
    if one.kind not in (_PAYOUT, _REFUNDED):
        return _beside(one, one.kind)
    found = transaction(name(one.transaction, "transaction_code"))
    if found is None:
        raise BadMessage("SumUp knows no transaction of its code")
    if found.get("payment_type") in AT_A_TILL:
        return _beside(one, str(found["payment_type"]))
    known_as = name(found.get("id"), "id")
    payment = one.kind == _PAYOUT
    if payment and minor(found.get("amount"), currency(found)) != one.amount:
        raise BadMessage("its amount and its fee do not come to what was paid")
    return Row(
        number=one.number,
        kind=Kind.PAYMENT if payment else Kind.REFUND,
        names=(),
        amount=one.amount,
        state=State.FAILED if one.failed else State.DONE,
        at=datetime.combine(one.day, _NOON),
        said=one.reference,
        fees=major(zero(one.fee.currency) if one.failed else one.fee),
        reference=known_as if payment else _refund(found, one.amount),
    )


def _beside(one: _Told, what: str) -> BesideOrders:
    amount = zero(one.amount.currency) if one.failed else one.net - one.fee
    return BesideOrders(reference=one.transaction or one.number, what=what, amount=amount)


def _refund(found: Json, amount: Money) -> str:
    """The one refund of this amount: of several nobody says which it is, and none is guessed."""
    known_as = name(found.get("id"), "id")
    fitting = [
        event
        for event in transactions.events(found, REFUND)
        if transactions.state_of(event) is not State.FAILED
        and minor(event.get("amount"), currency(found)) == amount
    ]
    if len(fitting) != 1:
        raise BadMessage(f"{len(fitting)} refunds of {known_as} have its amount")
    return transactions.event_name(known_as, fitting[0])
