"""Paytrail's reports and settlements: answered at once, and brought to the merchant afterwards.

What the published file says of a field is followed; what it leaves open is set by the test:
whether a refund is told with its own stamp, or is shown to those who ask for it by name.
"""

import csv
import io
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from tests.stand_ins.published import Published
from tests.stand_ins.serving import Json

_HOME = ZoneInfo("Europe/Helsinki")
_STATUSES = {
    "new": "New",
    "ok": "Paid",
    "fail": "Cancelled",
    "pending": "waiting for approval",
    "delayed": "Delayed",
}
_FEE, _COMMISSION = 0.35, 0.0875
_MOST_SETTLEMENTS = 100


class Moved(Protocol):
    """A payment or a refund, as the account keeps it."""

    id: str
    asked: Json
    status: str
    made_at: str


@dataclass(kw_only=True)
class Settlement:
    """What was paid out together: the ids of payments and refunds."""

    id: int
    made_at: str
    of: set[str] = field(default_factory=set)
    settled: bool = True

    @property
    def shown(self) -> Json:
        made = {
            "id": self.id,
            "createdAt": self.made_at,
            "settlementReference": f"4566{self.id}",
        }
        return made | ({"settledAt": self.made_at} if self.settled else {})


def listed(settlements: list[Settlement], query: Any) -> list[Json]:
    """The newest first, at most a hundred, between two days."""
    first, last = query.get("startDate", "0"), query.get("endDate", "9")
    between = [one for one in settlements if first <= one.made_at[:10] <= last]
    newest = sorted(between, key=lambda one: (one.made_at, one.id), reverse=True)
    limit = min(int(query.get("limit", _MOST_SETTLEMENTS)), _MOST_SETTLEMENTS)
    return [one.shown for one in newest][:limit]


def row(one: Moved, of: Moved | None, *, number: int, settlement: Settlement | None) -> Json:
    """One row with all fields; of a refund the amount is negative, and its payment is named."""
    made = datetime.fromisoformat(one.made_at).astimezone(_HOME)
    named = one.asked if of is None else _of_refund(one.asked, of.asked)
    status = _STATUSES[one.status]
    if settlement is not None:
        status = "Paid and settled"
    return {
        "entryDate": f"{made:%d-%m-%Y}",
        "created": f"{made:%H:%M}",
        "amount": one.asked["amount"] / 100 * (1 if of is None else -1),
        "status": status,
        "firstname": "Ada",
        "familyname": "Lovelace",
        "description": "",
        "reference": named["reference"],
        "paymentMethod": "OP",
        "stamp": named["stamp"],
        "address": "Mannerheimintie 1",
        "checkoutReference": str(number),
        "payerName": "LOVELACEADA",
        "settlementId": settlement.id if settlement else None,
        "originalTradeReference": of.asked["reference"] if of is not None else None,
        "paymentMethodFee": _FEE if of is None else 0.0,
        "paymentMethodCommission": _COMMISSION if of is None else 0.0,
    }


def _of_refund(refund: Json, payment: Json) -> Json:
    return {
        "stamp": refund.get("refundStamp", payment["stamp"]),
        "reference": refund.get("refundReference", payment["reference"]),
    }


def written(rows: list[Json], asked: Json, *, published: Published) -> tuple[bytes, list[str]]:
    """The report in the format asked for, and what in it is not as published."""
    fields = asked.get("reportFields")
    kept = [{key: one[key] for key in fields or one if key in one} for one in rows]
    bare = [{key: value for key, value in one.items() if value is not None} for one in kept]
    wrong = [
        slip for one in bare for slip in published.wrong_answer("PaymentReportCallbackJSON", one)
    ]
    if asked["requestType"] == "csv":
        return _csv(kept), wrong
    return json.dumps(kept).encode(), wrong


def _csv(rows: list[Json]) -> bytes:
    """Semicolons, quotes and decimal commas, as in the one published example."""
    told = io.StringIO()
    lines = csv.DictWriter(told, rows[0] if rows else [], delimiter=";", quoting=csv.QUOTE_ALL)
    lines.writeheader()
    for one in rows:
        lines.writerow({key: _comma(value) for key, value in one.items()})
    return told.getvalue().encode()


def _comma(value: Any) -> Any:
    return f"{value:.4f}".replace(".", ",") if isinstance(value, float) else value


def asked_for(made_at: str, wish: Json) -> bool:
    """Whether a payment was begun between the two moments; without a zone they are Finnish."""
    at = datetime.fromisoformat(made_at)
    first, last = (_moment(wish.get(key)) for key in ("startDate", "endDate"))
    return (first is None or first <= at) and (last is None or at <= last)


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=_HOME)


def today(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
