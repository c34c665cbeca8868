"""Paytrail's reports: asked for, and brought to an address that only whoever was asked knows.

https://docs.paytrail.com/#/?id=payment-reports
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import httpx2

from adapters.providers.http import Json
from adapters.providers.paytrail import parse_report as reports
from adapters.providers.paytrail.client import PaytrailClient, is_signed
from adapters.providers.paytrail.references import PROVIDER, moment
from ledger.payments.provider import BadMessage, ProviderAway
from ledger.reconciliation.records import PAYOUT, Period, Row, Settlement, Unread, name_in

_LIVES = timedelta(days=1)
_WRITTEN = re.compile(r"([0-9]{1,12})\.([0-9a-f]{32})\.([0-9a-f]{64})")


class ReportAddresses:
    """The last part of such an address, and the name that its report is kept under."""

    def __init__(self, account: str, secret: str) -> None:
        self._account, self._secret = account, secret.encode()

    def make(self, *, now: datetime) -> tuple[str, str]:
        """A fresh address and its name."""
        until, nonce = int((now + _LIVES).timestamp()), secrets.token_hex(16)
        return f"{until}.{nonce}.{self._mark(until, nonce)}", _name(nonce)

    def read(self, address: str, *, now: datetime) -> str:
        """The name that an address was made with; raises `BadMessage` for any other."""
        found = _WRITTEN.fullmatch(address)
        if found is None:
            raise BadMessage("the address is none of ours")
        until, nonce, mark = int(found[1]), found[2], found[3]
        if not hmac.compare_digest(self._mark(until, nonce), mark):
            raise BadMessage("the address is none of ours")
        if until < now.timestamp():
            raise BadMessage("the address was for a day that is over")
        return _name(nonce)

    def _mark(self, until: int, nonce: str) -> str:
        words = f"address of a report/{self._account}/{until}/{nonce}".encode()
        return hmac.new(self._secret, words, hashlib.sha256).hexdigest()


def _name(nonce: str) -> str:
    return f"report/{nonce}"


# The door takes a mebibyte, and one row may have two names of 200 characters.
MOST_ROWS = 1_000
_MOST_SETTLEMENTS = 100


class PaytrailReports:
    """One merchant's reports. `public_url` is where they are brought to."""

    name = PROVIDER

    def __init__(
        self,
        account: str,
        secret: str,
        *,
        api_base: str | None = None,
        public_url: str,
        most_rows: int = MOST_ROWS,
        patience: float = 10.0,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        self._account, self._secret, self.most_rows = account, secret, most_rows
        self._door = f"{public_url.rstrip('/')}/webhooks/paytrail/reports"
        self._reachable = api_base is not None or public_url.startswith("https://")
        self._addresses = ReportAddresses(account, secret)
        self._client = PaytrailClient(
            account, secret, api_base=api_base, patience=patience, transport=transport
        )

    def hindrance(self) -> str:
        """Paytrail brings reports to addresses with https only."""
        return "" if self._reachable else "Paytrail brings reports to https addresses only"

    def ask(self, period: Period, *, now: datetime) -> str:
        """Ask for every payment that was begun in a period, whatever came of it."""
        asked = {
            "paymentStatus": "all",
            "startDate": _naive(period.since),
            "endDate": _naive(period.until),
            "limit": self.most_rows,
        }
        return self._ask("/payments/report", asked, now=now)

    def ask_settlement(self, id: str, *, now: datetime) -> str:
        """Ask for the payments of one settlement."""
        return self._ask(f"/settlements/{id}/payments/report", {}, now=now)

    def settlements(self, period: Period) -> Sequence[Settlement | Unread]:
        """Settlements made in a period. Paytrail shows the newest hundred: older ones follow."""
        found: dict[object, Settlement | Unread] = {}
        last = period.until
        while True:
            listed = self._settlements(period.since, last)
            told = [_settlement(one) for one in listed]
            known = len(found)
            found |= {one.id if isinstance(one, Settlement) else one: one for one in told}
            made = [at for one in listed if (at := _made_at(one)) is not None]
            if len(listed) < _MOST_SETTLEMENTS or len(found) == known or not made:
                return [*reversed(found.values())]
            last = min(made)

    def accept(
        self, address: str, body: bytes, headers: Mapping[str, str], *, now: datetime
    ) -> str:
        """A report that Paytrail signed, at an address that we gave out. Raises `BadMessage`."""
        name = self._addresses.read(address, now=now)
        if not is_signed(self._secret, headers, body):
            raise BadMessage("the signature is wrong")
        if body.lstrip()[:1] != b"[":
            raise BadMessage("the report is not a list")
        return name

    def read(self, body: bytes) -> Sequence[Row | Unread]:
        """The rows of a report. Raises `BadMessage` for what is none."""
        return reports.read(body)

    def _ask(self, path: str, asked: Json, *, now: datetime) -> str:
        address, name = self._addresses.make(now=now)
        wish = {
            **asked,
            "requestType": "json",
            "callbackUrl": f"{self._door}/{address}",
            "reportFields": list(reports.FIELDS),
        }
        try:
            answer = self._client.post(path, wish)
        except BadMessage as trouble:
            raise ProviderAway(str(trouble)) from None
        if answer.status != 200 or not isinstance(answer.content.get("requestId"), str):
            raise ProviderAway(f"an answer ({answer.status}) that promises no report")
        return name

    def _settlements(self, since: datetime, until: datetime) -> Sequence[object]:
        days = {"startDate": f"{since:%Y-%m-%d}", "endDate": f"{until:%Y-%m-%d}"}
        try:
            return self._client.listed("/settlements", days)
        except BadMessage as trouble:
            raise ProviderAway(str(trouble)) from None


def _settlement(told: object) -> Settlement | Unread:
    named, values = name_in(told, "id"), told if isinstance(told, dict) else {}
    try:
        if not (named.isascii() and named.isdigit()):
            raise BadMessage("a settlement without a number")
        settled = moment(values["settledAt"]) if values.get("settledAt") else None
    except BadMessage as trouble:
        bank_reference = name_in(told, "settlementReference")
        return Unread(kind=PAYOUT, reference=named or bank_reference, why=str(trouble))
    return Settlement(
        id=named, bank_reference=name_in(told, "settlementReference"), settled_at=settled
    )


def _made_at(told: object) -> datetime | None:
    try:
        return moment(told.get("createdAt")) if isinstance(told, dict) else None
    except BadMessage:
        return None


def _naive(at: datetime) -> str:
    """As in the published example: without a zone."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"
