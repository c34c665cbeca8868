"""What is kept of one line of a payout, and what it says of an order, whoever paid it out."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from ledger.inbox.ports import Report
from ledger.kernel.money import Money
from ledger.order.payouts import payout_cause
from ledger.order.stamps import PaidOut
from ledger.payments.provider import BadMessage, Message

_OBJECT = "payout_line"
_KEYS = frozenset(
    (
        *("object", "provider", "account", "live", "order", "reference", "amount", "currency"),
        *("payout", "bank_reference", "settled_at", "fee_millionths", "kept_back"),
    )
)


def message(stamp: PaidOut, *, order: UUID, account: str, live: bool) -> Message:
    """What is kept of a line: nothing of card or customer, and the same bytes every time."""
    kind = "refund" if stamp.kept_back else "payment"
    kept = {
        "object": _OBJECT,
        "provider": stamp.provider,
        "account": account,
        "live": live,
        "order": str(order),
        "reference": stamp.provider_reference,
        "amount": stamp.amount.amount,
        "currency": stamp.amount.currency,
        "payout": stamp.payout,
        "bank_reference": stamp.bank_reference,
        "settled_at": stamp.settled_at.isoformat(),
        "fee_millionths": stamp.fee_millionths,
        "kept_back": stamp.kept_back,
    }
    return Message(
        provider=stamp.provider,
        name=f"payout/{stamp.payout}/{kind}/{stamp.provider_reference}",
        body=json.dumps(kept, sort_keys=True, separators=(",", ":")).encode(),
    )


def reports(body: bytes) -> Sequence[Report] | None:
    """The fact of a kept line; None for a message of another kind. Raises `BadMessage`.

    Nothing that a provider sends has exactly these names, and what it sends may have no others.
    """
    kept = _kept(body)
    if kept is None:
        return None
    try:
        return [_report(kept)]
    except (ValueError, TypeError):
        raise BadMessage("the kept line of a payout cannot be read") from None


def _kept(body: bytes) -> dict[str, Any] | None:
    if not body.startswith(b"{") or b'"payout_line"' not in body:
        return None
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    ours = found.keys() == _KEYS and found["object"] == _OBJECT  # it began like an object
    return found if ours else None


def _report(kept: dict[str, Any]) -> Report:
    settled_at = datetime.fromisoformat(kept["settled_at"])
    stamp = PaidOut(
        provider=str(kept["provider"]),
        provider_reference=str(kept["reference"]),
        amount=Money(int(kept["amount"]), str(kept["currency"])),
        payout=str(kept["payout"]),
        bank_reference=str(kept["bank_reference"]),
        settled_at=settled_at,
        fee_millionths=int(kept["fee_millionths"]),
        kept_back=kept["kept_back"] is True,
    )
    account = str(kept["account"])
    return Report(
        provider=stamp.provider,
        account=account,
        live=kept["live"] is True,
        order=UUID(kept["order"]),
        attempt=None,
        correlation_id=payout_cause(stamp, account=account),
        fact=stamp,
        currency=stamp.amount.currency,
        amount=None,  # it tells of money that came before, and is none by itself
        reference=stamp.provider_reference,
        occurred_at=settled_at,
    )
