"""Paytrail's payment report, read: JSON as it is delivered, or CSV as it is downloaded.

Source: `PaymentReportCallbackJSON` of the published OpenAPI file and "Payment Reports" of the
documentation. What is about customers is not asked for, and in a downloaded file not looked at.
"""

import csv
import hashlib
import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from adapters.providers.http import Json
from adapters.providers.paytrail.references import (
    CURRENCY,
    PROVIDER,
    day_and_time,
    euros,
    is_live,
    is_number,
    money,
    news_id,
    number_of,
    read_payment_stamp,
    read_refund_stamp,
    uuid_or_none,
)
from ledger.inbox.ports import Fact, Report
from ledger.kernel.money import Money
from ledger.order.stamps import CreateRefundSuccess, Paid, Refunded, RefundFailed
from ledger.payments.provider import BadMessage, Message
from ledger.reconciliation.records import REPORT, Kind, Row, State, Unread, name_in

# What is asked for: nothing of card or customer.
FIELDS = (
    "entryDate",
    "created",
    "amount",
    "status",
    "reference",
    "stamp",
    "checkoutReference",
    "settlementId",
    "originalTradeReference",
    "paymentMethodFee",
    "paymentMethodCommission",
)
# What no row can be understood without.
_NEEDED = ("entryDate", "amount", "status", "reference", "stamp")
_STATES = {
    "paid": State.DONE,
    "paid and settled": State.DONE,
    "waiting for approval": State.UNDER_WAY,
    "delayed": State.UNDER_WAY,
    "new": State.FAILED,
    "cancelled": State.FAILED,
    "timeout": State.FAILED,
    "halted": State.FAILED,
}
_LONGEST = 200


def read(body: bytes) -> Sequence[Row | Unread]:
    """Every row of a report, and those that cannot be read; raises `BadMessage` for no report.

    What is told of a row that cannot be read names it, and nothing else that it holds.
    """
    listed = _json(body) if body.lstrip()[:1] == b"[" else _csv(body)
    found, numbers = list[Row | Unread](), Counter[tuple[Kind, str]]()
    for place, one in enumerate(listed, start=1):
        try:
            row = _row(one)
        except BadMessage as trouble:
            named = name_in(one, "checkoutReference", "stamp") or f"row {place}"
            why = f"row {place}: {trouble}"
            found.append(Unread(kind=REPORT, reference=named, why=why))
        else:
            numbers[row.kind, row.number] += 1
            found.append(_told_apart(row, numbers[row.kind, row.number]))
    return found


def _told_apart(row: Row, times: int) -> Row:
    """Two rows of one report are two, whatever number Paytrail gives them."""
    return row if times == 1 else replace(row, number=f"{row.number}-{times}")


def _json(body: bytes) -> Iterable[object]:
    try:
        return list(json.loads(body, parse_float=Decimal))
    except (ValueError, ArithmeticError, RecursionError):
        raise BadMessage("the report is not JSON") from None


def _csv(body: bytes) -> Iterable[object]:
    """Columns are parted by semicolons, as in the published example, or by commas."""
    text = body.decode("utf-8-sig", "replace")
    first = text.partition("\n")[0]
    lines = csv.DictReader(io.StringIO(text), delimiter=";" if ";" in first else ",")
    try:
        missing = [one for one in _NEEDED if one not in (lines.fieldnames or ())]
        found = list(lines)
    except csv.Error:
        raise BadMessage("the report is not CSV") from None
    if missing:
        raise BadMessage(f"the report has no column {', '.join(missing)}")
    return found


def _row(told: object) -> Row:
    if not isinstance(told, dict):
        raise BadMessage("it is no object")
    if any(told.get(key) is None for key in _NEEDED):
        raise BadMessage("it has no day, amount, status, reference or stamp")
    amount, stamp, reference = euros(told["amount"]), _text(told, "stamp"), _text(told, "reference")
    refund = _is_refund(told, amount, stamp)
    status = _text(told, "status").lower()
    if status not in _STATES:
        raise BadMessage("the status is none that is published")
    named = [stamp, *([reference] if refund and uuid_or_none(reference) else [])]
    return Row(
        number=_number(told, refund=refund),
        kind=Kind.REFUND if refund else Kind.PAYMENT,
        names=tuple(one for one in named if one),
        amount=money(amount),
        state=_STATES[status],
        at=day_and_time(told.get("entryDate"), told.get("created")),
        said=reference,
        fees=euros(told.get("paymentMethodFee")) + euros(told.get("paymentMethodCommission")),
        settlement=_text(told, "settlementId"),
    )


def _is_refund(told: Mapping[str, Any], amount: Decimal, stamp: str) -> bool:
    """It is negative, is of another payment, or was asked for by us."""
    named = bool(_text(told, "originalTradeReference")) or read_refund_stamp(stamp) is not None
    return amount < 0 or named


def _number(told: Mapping[str, Any], *, refund: bool) -> str:
    """Paytrail's number of the row. Whether a refund has one of its own is not published."""
    given = _text(told, "checkoutReference")
    plain = given.isascii() and given.isalnum() and len(given) <= 32
    parts = [str(told.get(key)) for key in ("stamp", "reference", "amount")]
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    if plain:
        return number_of(f"{given}-{digest[:8]}" if refund else given)
    return number_of(digest[:32])


def _text(told: Mapping[str, Any], key: str) -> str:
    value = told.get(key)
    text = "" if value is None else str(value).strip()
    if len(text) > _LONGEST or not text.isprintable():
        raise BadMessage(f"{key} is too long or not printable")
    return text


_UNNAMED = "Paytrail's report names no transaction"


def message(row: Row, *, account: str) -> Message:
    """What is kept of a row: neither card nor customer, nor what changes when it is paid out."""
    kept = {
        "account": account,
        "number": row.number,
        "kind": row.kind,
        "amount": row.amount.amount,
        "state": row.state,
        "at": row.at.isoformat(),
        "stamp": row.names[0] if row.names else "",
        "reference": row.said,
    }
    body = json.dumps(kept, sort_keys=True).encode()
    return Message(provider=PROVIDER, name=f"row/{row.kind}/{row.number}", body=body)


def reports(body: bytes) -> Sequence[Report]:
    """The facts of a kept row. Raises `BadMessage`."""
    try:
        kept = json.loads(body)
        return [_report(fact, kept) for fact in _facts(kept)]
    except (ValueError, RecursionError, KeyError, TypeError):
        raise BadMessage("the kept row cannot be read") from None


def _facts(kept: Json) -> Sequence[Fact]:
    kind, state, number = Kind(kept["kind"]), State(kept["state"]), _kept_number(kept)
    amount = Money(int(kept["amount"]), CURRENCY)
    if kind is Kind.PAYMENT:
        paid = Paid(amount=amount, provider=PROVIDER, provider_reference=number)
        return [paid] if state is State.DONE else []
    payment = news_id(number)
    if state is State.FAILED:
        lost = RefundFailed(payment=payment, amount=amount, provider_reference=number, code="fail")
        return [lost]
    accepted = CreateRefundSuccess(payment=payment, amount=amount, provider_reference=number)
    settled = Refunded(payment=payment, amount=amount, provider_reference=number)
    return [accepted, settled] if state is State.DONE else [accepted]


def _kept_number(kept: Json) -> str:
    number = kept["number"]
    if not isinstance(number, str) or not is_number(number):
        raise BadMessage("the kept row has no number")
    return number


def _report(fact: Fact, kept: Json) -> Report:
    stamp, reference, number = str(kept["stamp"]), str(kept["reference"]), _kept_number(kept)
    ours = read_payment_stamp(stamp) or read_refund_stamp(stamp)
    return Report(
        provider=PROVIDER,
        account=str(kept["account"]),
        live=is_live(str(kept["account"])),
        order=ours.order if ours else None,
        attempt=None,
        correlation_id=news_id(number),
        fact=fact,
        currency=CURRENCY,
        amount=Money(int(kept["amount"]), CURRENCY),
        reference=number,
        occurred_at=datetime.fromisoformat(kept["at"]),
        contradiction=_UNNAMED,
        payer_reference="" if ours else reference,
    )
