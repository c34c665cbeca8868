"""News that only a report tells: money under the merchant's names, without Paytrail's own.

A report names no transaction. So what the ledger does not know already reaches no order by it: it
is evidence for a case, and a person finds the transaction by the report's number.
"""

import json
from collections.abc import Sequence
from datetime import datetime

from adapters.providers.http import Json
from adapters.providers.paytrail.references import (
    CURRENCY,
    PROVIDER,
    is_live,
    is_number,
    news_id,
    read_payment_stamp,
    read_refund_stamp,
)
from ledger.inbox.report import Fact, Report
from ledger.kernel.money import Money
from ledger.order.stamps import CreateRefundSuccess, Paid, Refunded, RefundFailed
from ledger.payments.message import BadMessage, Message
from ledger.reconciliation.records import Kind, Row, State

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
    kind, state, number = Kind(kept["kind"]), State(kept["state"]), _number(kept)
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


def _number(kept: Json) -> str:
    number = kept["number"]
    if not isinstance(number, str) or not is_number(number):
        raise BadMessage("the kept row has no number")
    return number


def _report(fact: Fact, kept: Json) -> Report:
    stamp, reference, number = str(kept["stamp"]), str(kept["reference"]), _number(kept)
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
