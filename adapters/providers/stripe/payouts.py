"""What Stripe paid out, and the balance transactions that each payout is made of.

https://docs.stripe.com/payouts/reconciliation and https://docs.stripe.com/reports/balance-transaction-types
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import stripe

from adapters.providers.stripe.client import TROUBLES, members, no_answer
from adapters.providers.stripe.fields import (
    Json,
    code,
    group,
    moment,
    money,
    name,
    reference,
    text_or_none,
)
from ledger.kernel.money import Money, major, spoken
from ledger.payments.provider import BadMessage, ProviderAway
from ledger.reconciliation.records import (
    LOOKBACK,
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

_PAGE_SIZE, _LONGEST = 100, 255
_PAYMENTS, _REFUNDS = ("charge", "payment"), ("refund", "payment_refund")
_COMES_AGAIN = "refund_failure"
# What a payout that did not arrive was made of comes with the payout that gives it back.
_GIVEN_BACK = ("payout_failure", "payout_cancel")
_UNTOLD = "Stripe does not tell what a payout is made of that was asked for by hand"
# The day of arrival is told as its first second in UTC; at noon it is that day almost everywhere.
_NOON = timedelta(hours=12)


def payouts(
    client: stripe.StripeClient, period: Period, *, live: bool
) -> Sequence[Settlement | Unread]:
    """Those that were made in a period or shortly before, the oldest first.

    Also what failed of those before: it may have been told as paid. Raises `ProviderAway`.
    """
    since = int((period.since - LOOKBACK).timestamp())
    created = {"gte": since, "lte": int(period.until.timestamp())}
    before = {"gte": int((period.since - MAY_FAIL).timestamp()), "lt": since}
    try:
        listed = [
            *_all(client.v1.payouts, {"created": created}),
            *_all(client.v1.payouts, {"created": before, "status": "failed"}),
        ]
        return [*reversed([_settlement(one, live=live) for one in listed])]
    except TROUBLES as error:
        raise ProviderAway(no_answer(error).reason) from None


def payout_rows(client: stripe.StripeClient, payout: Settlement) -> Iterator[PayoutRow]:
    """Everything that came with one payout, or was kept back from it; raises `ProviderAway`."""
    if payout.untold:
        return
    try:
        yield from _rows(client, payout.id, frozenset())
    except TROUBLES as error:
        raise ProviderAway(no_answer(error).reason) from None


def _all(endpoint: Any, wanted: Json) -> Iterator[object]:
    return members(lambda after: endpoint.list(params=wanted | {"limit": _PAGE_SIZE} | after))


def _settlement(told: object, *, live: bool) -> Settlement | Unread:
    try:
        if not isinstance(told, dict):
            raise BadMessage("it is no object")
        if told.get("livemode") is not live:
            raise BadMessage("livemode is another one than that of the key")
        status = name(told, "status")
        return Settlement(
            id=name(told, "id"),
            bank_reference=_bank_reference(told),
            settled_at=_arrived(told) if status == "paid" else None,
            amount=_signed(told, "amount"),
            failed=status in ("failed", "canceled"),
            untold="" if told.get("automatic") is True else _UNTOLD,
        )
    except BadMessage as trouble:
        return Unread(kind=PAYOUT, reference=name_in(told, "id"), why=str(trouble))


def _arrived(payout: Json) -> datetime | None:
    """None while Stripe still writes down what it is made of."""
    if payout.get("reconciliation_status", "completed") == "in_progress":
        return None
    return moment(payout, "arrival_date") + _NOON


def _bank_reference(payout: Json) -> str:
    """By which the bank can find it, or what stands on the bank's statement."""
    traced = group(payout, "trace_id").get("value")
    told = isinstance(traced, str) and traced.isprintable() and len(traced) <= _LONGEST
    return str(traced) if told else _descriptor(payout)


def _descriptor(payout: Json) -> str:
    return text_or_none(payout, "statement_descriptor") or ""


def _rows(client: stripe.StripeClient, payout: str, within: frozenset[str]) -> Iterator[PayoutRow]:
    """Its rows; in the place of an earlier one that failed, the rows of that."""
    wanted = {"payout": payout, "expand": ["data.source"]}
    for told in _all(client.v1.balance_transactions, wanted):
        try:
            if not isinstance(told, dict):
                raise BadMessage("it is no object")
            found = _row(told, payout)
            failed = reference(told, "source") if told.get("type") in _GIVEN_BACK else None
        except BadMessage as trouble:
            yield Unread(kind=PAYOUT, reference=name_in(told, "id"), why=str(trouble))
            continue
        if failed is not None and failed not in within | {payout}:
            yield from _rows(client, failed, within | {payout})
        elif found is not None:
            yield replace(found, settlement=payout) if within and isinstance(found, Row) else found


def _row(told: Json, payout: str) -> Row | BesideOrders | None:
    """None for the payout itself, which is among its own transactions."""
    kind, source = name(told, "type"), reference(told, "source")
    if kind == "payout" and source == payout:
        return None
    within = told["source"] if isinstance(told.get("source"), dict) else {}
    if kind in _PAYMENTS and (intent := reference(within, "payment_intent")) is not None:
        return _moved(told, within, Kind.PAYMENT, intent)
    if kind in _REFUNDS and source is not None:
        return _moved(told, within, Kind.REFUND, source)
    if kind == _COMES_AGAIN and source is not None:
        return replace(_moved(told, within, Kind.PAYMENT, source), kind=Kind.REFUND, again=True)
    return BesideOrders(
        reference=source or name(told, "id"), what=code(kind), amount=_signed(told, "net")
    )


def _moved(told: Json, source: Json, kind: Kind, known_as: str) -> Row:
    """Stripe tells of a refund as less than nothing; its fee is told as it was for the payment."""
    if source.get("currency", told.get("currency")) != told.get("currency"):
        raise BadMessage(_exchanged(told, source, known_as))
    amount = _signed(told, "amount")
    return Row(
        number=name(told, "id"),
        kind=kind,
        names=(),
        amount=amount if kind is Kind.PAYMENT else amount * -1,
        state=State.DONE,
        at=moment(told, "created"),
        said="",
        fees=_fee(told),
        reference=known_as,
    )


def _exchanged(told: Json, source: Json, known_as: str) -> str:
    """What a person books it by. `amount` times the rate is what came."""
    asked, came = (spoken(_signed(one, "amount")) for one in (source, told))
    rate = told.get("exchange_rate")
    return f"{known_as} was exchanged, {asked} as {came} at {rate}: that is no amount of its order"


def _signed(values: Json, key: str) -> Money:
    """An amount that may be less than nothing."""
    amount = values.get(key)
    if type(amount) is not int:
        raise BadMessage(f"{key} is not an amount")
    found = money({**values, key: abs(amount)}, key)
    return found if amount >= 0 else found * -1


def _fee(values: Json) -> Decimal:
    return major(_signed(values, "fee"))
