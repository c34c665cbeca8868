"""Paytrail's stand-in: payments, refunds, and the signed addresses that tell of them."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from tests.stand_ins.paytrail_reports import (
    Settlement,
    asked_for,
    listed,
    row,
    today,
    written,
)
from tests.stand_ins.paytrail_signing import ALGORITHMS, signature
from tests.stand_ins.published import Published
from tests.stand_ins.serving import Asked, Json, Message, StandIn, Told

REFUND_WAYS = ("ok", "pending", "fail", "refuse", "unsupported", "no-id")
# The prose allows callback addresses ten times as long; the file is narrower.
_LONGEST_ADDRESS = 300


@dataclass(kw_only=True)
class Payment:
    """One transaction. `asked` is the request that made it."""

    id: str
    asked: Json
    algorithm: str
    made_at: str
    status: str = "new"


@dataclass(kw_only=True)
class Refund:
    """Money on its way back."""

    id: str
    of: Payment
    asked: Json
    status: str
    made_at: str


class NotAsAgreed(Exception):
    """The request breaks a rule that Paytrail has published."""


class Paytrail(StandIn):
    """One merchant's account."""

    def __init__(
        self,
        *,
        account: str = "375917",
        secret: str = "SAIPPUAKAUPPIAS",
        published: Published,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        dated: Callable[[], datetime] | None = None,
    ) -> None:
        """`dated` is the time that things are dated with, if it is another than the calls'."""
        super().__init__()
        self.account, self.secret = account, secret
        self.payments: dict[str, Payment] = {}
        self.refunds: dict[str, Refund] = {}
        self.next_refunds: list[str] = []
        self.settlements: list[Settlement] = []
        self.shows_refunds = False
        self.bring: Callable[[Message], None] = self.news.append
        self._published, self._now, self._nonces = published, now, set[str]()
        self._dated = dated or now

    # The calls

    def answer(self, asked: Asked) -> Told:
        try:
            self._authenticate(asked)
        except NotAsAgreed as wrong:
            self.violations.append(f"{asked.method} {asked.path}: {wrong}")
            return self.error(401, str(wrong))
        try:
            return self._routed(asked)
        except NotAsAgreed as wrong:
            self.violations.append(f"{asked.method} {asked.path}: {wrong}")
            return self.error(400, str(wrong))

    def _routed(self, asked: Asked) -> Told:
        match [asked.method, *asked.path.strip("/").split("/")]:
            case ["POST", "payments"]:
                return self._create(asked)
            case ["POST", "payments", "report"]:
                return self._report(asked, None)
            case ["POST", "settlements", id, "payments", "report"]:
                return self._report(asked, id)
            case ["GET", "settlements"]:
                return self._settlements(asked)
            case ["GET", "payments", id]:
                return self._get(asked, id)
            case ["POST", "payments", id, "refund"]:
                return self._refund(asked, id)
            case _:
                raise NotAsAgreed("no such address")

    def _authenticate(self, asked: Asked) -> None:
        headers = asked.headers
        _hold("checkout-account is ours", headers.get("checkout-account") == self.account)
        _hold("the algorithm is known", headers.get("checkout-algorithm") in ALGORITHMS)
        _hold("the method is the request's", headers.get("checkout-method") == asked.method)
        nonce = headers.get("checkout-nonce", "")
        _hold("the nonce is fresh", bool(nonce) and nonce not in self._nonces)
        self._nonces.add(nonce)
        at = datetime.fromisoformat(headers.get("checkout-timestamp", "").replace("Z", "+00:00"))
        _hold("the time is now", abs(self._now() - at) < timedelta(minutes=5))
        if asked.body:
            kind = headers.get("content-type", "").lower().replace(" ", "")
            _hold("the body is named as JSON", kind == "application/json;charset=utf-8")
        right = signature(headers, asked.body, secret=self.secret)
        _hold("the signature is right", headers.get("signature") == right)

    def _create(self, asked: Asked) -> Told:
        wish = asked.json()
        self._agreed("PaymentRequest", wish)
        lines = sum(one["unitPrice"] * one["units"] for one in wish["items"])
        _hold("the items make the amount", lines == wish["amount"])
        for urls in (wish["redirectUrls"], wish.get("callbackUrls", {})):
            for url in urls.values():
                _hold("addresses are short", len(url) <= _LONGEST_ADDRESS)
        stamps = {one.asked["stamp"] for one in self.payments.values()}
        if wish["stamp"] in stamps:
            # No slip of the caller's: one whose answer was lost cannot know.
            return self.error(400, "stamp has been used")
        algorithm = asked.headers["checkout-algorithm"]
        payment = Payment(
            id=str(uuid4()), asked=wish, algorithm=algorithm, made_at=today(self._dated())
        )
        self.payments[payment.id] = payment
        page = {
            "transactionId": payment.id,
            "href": self.page(payment.id),
            "reference": wish["reference"],
            "terms": "By paying you agree.",
            "groups": [],
            "providers": [],
        }
        return self._told(201, page, asked=asked, name="PaymentRequestResponse", of=payment.id)

    def _get(self, asked: Asked, id: str) -> Told:
        _hold("the id is in a header, too", asked.headers.get("checkout-transaction-id") == id)
        payment = self.payments.get(id)
        if payment is None:
            return self._refund_shown(asked, id)
        wish = payment.asked
        shown = {
            "transactionId": id,
            "status": payment.status,
            "amount": wish["amount"],
            "currency": wish["currency"],
            "stamp": wish["stamp"],
            "reference": wish["reference"],
            "createdAt": payment.made_at,
        }
        if payment.status == "new":
            shown["href"] = self.page(id)
        if payment.status == "ok":
            shown |= {"provider": "osuuspankki", "paidAt": payment.made_at}
            shown["cardInfo"] = {"partialPan": "4242", "bin": "415301", "countryCode": "FI"}
        return self._told(200, shown, asked=asked, name="Payment", of=id)

    def _refund_shown(self, asked: Asked, id: str) -> Told:
        """Whether a refund is shown is not published; where it is, it is a transaction too."""
        refund = self.refunds.get(id) if self.shows_refunds else None
        if refund is None:
            return self.error(404, "Payment not found")
        shown = {
            "transactionId": id,
            "status": refund.status,
            "amount": refund.asked["amount"],
            "currency": "EUR",
            "stamp": refund.asked.get("refundStamp", ""),
            "reference": refund.asked.get("refundReference", ""),
            "createdAt": refund.made_at,
        }
        return self._told(200, shown, asked=asked, name="Payment", of=id)

    def _report(self, asked: Asked, settlement: str | None) -> Told:
        wish = asked.json()
        kind = (
            "PaymentReportRequest" if settlement is None else "PaymentReportBySettlementIdRequest"
        )
        self._agreed(kind, wish)
        _hold("addresses are short", len(wish["callbackUrl"]) <= _LONGEST_ADDRESS)
        if settlement is not None and settlement not in {str(one.id) for one in self.settlements}:
            return self.error(404, "Settlement not found")
        body, wrong = written(self.rows(wish, settlement), wish, published=self._published)
        self.violations += wrong
        self.bring(self._delivery(wish, body))
        answer = {"requestId": str(uuid4())}
        return self._told(200, answer, asked=asked, name="PaymentReportRequestResponse", of="")

    def rows(self, wish: Json, settlement: str | None = None) -> list[Json]:
        """The rows of a report, as many as were asked for."""
        told = []
        refunds = [(one, one.of) for one in self.refunds.values()]
        moved: list[tuple[Payment | Refund, Payment | None]] = [
            *((one, None) for one in self.payments.values()),
            *refunds,
        ]
        for number, (one, of) in enumerate(moved, start=1_255_000_000):
            paid_out = next((s for s in self.settlements if one.id in s.of), None)
            of_it = settlement is None or (paid_out is not None and str(paid_out.id) == settlement)
            wanted = wish.get("paymentStatus", "default") == "all" or one.status == "ok"
            if of_it and wanted and asked_for(one.made_at, wish):
                told.append(row(one, of, number=number, settlement=paid_out))
        return told[: wish.get("limit", 50_000)]

    def _delivery(self, wish: Json, body: bytes) -> Message:
        values = {
            "checkout-account": self.account,
            "checkout-algorithm": "sha256",
            "checkout-method": "POST",
            "checkout-nonce": str(uuid4()),
            "checkout-timestamp": self._now().isoformat(timespec="milliseconds"),
        }
        signed = {**values, "signature": signature(values, body, secret=self.secret)}
        kind = {"Content-Type": "application/json"}
        return Message(method="POST", url=wish["callbackUrl"], headers=kind | signed, body=body)

    def settle(self) -> Settlement:
        """Everything that moved and is not paid out yet goes to the merchant's bank."""
        out = {id for one in self.settlements for id in one.of}
        every: list[Payment | Refund] = [*self.payments.values(), *self.refunds.values()]
        of = {one.id for one in every if one.status == "ok"} - out
        number = 100 + len(self.settlements)
        settlement = Settlement(id=number, made_at=today(self._dated()), of=of)
        self.settlements.append(settlement)
        return settlement

    def _settlements(self, asked: Asked) -> Told:
        shown = listed(self.settlements, asked.query)
        for one in shown:
            self.violations += self._published.wrong_answer("SettlementIdItem", one)
        return self._signed(200, shown, algorithm="sha256", method="GET", of="")

    def _refund(self, asked: Asked, id: str) -> Told:
        _hold("the id is in a header, too", asked.headers.get("checkout-transaction-id") == id)
        wish = asked.json()
        self._agreed("Refund", wish)
        payment = self.payments.get(id)
        if payment is None:
            return self.error(404, "Payment not found")
        way = self.next_refunds.pop(0) if self.next_refunds else "ok"
        if way == "unsupported":
            return self.error(422, "The payment method does not support refunds")
        if way == "refuse" or wish.get("amount", 0) > self.held(id):
            return self.error(400, "Refund amount exceeds what is left")
        status = {"no-id": "fail"}.get(way, way)
        refund = Refund(
            id=str(uuid4()), of=payment, asked=wish, status=status, made_at=today(self._dated())
        )
        self.refunds[refund.id] = refund
        if way != "pending":
            self._tell_refund(refund, named=way != "no-id")
        body = {"transactionId": refund.id, "provider": "osuuspankki", "status": status}
        return self._told(201, body, asked=asked, name="RefundResponse", of=refund.id)

    def _agreed(self, name: str, body: Any) -> None:
        wrong = self._published.wrong_request(name, body)
        _hold("; ".join(wrong), not wrong)

    def _told(self, status: int, body: Json, *, asked: Asked, name: str, of: str) -> Told:
        self.violations += self._published.wrong_answer(name, body)
        return self._signed(
            status, body, algorithm=asked.headers["checkout-algorithm"], method=asked.method, of=of
        )

    def error(self, status: int, message: str) -> Told:
        body = {"status": "error", "message": message}
        self.violations += self._published.wrong_answer("Error", body)
        return self._signed(status, body, algorithm="sha256", method="POST", of="")

    def _signed(
        self, status: int, body: Json | list[Json], *, algorithm: str, method: str, of: str
    ) -> Told:
        raw = json.dumps(body).encode()
        values = {
            "checkout-account": self.account,
            "checkout-algorithm": algorithm,
            "checkout-method": method,
            "checkout-nonce": str(uuid4()),
            "checkout-timestamp": self._now().isoformat(timespec="milliseconds"),
        } | ({"checkout-transaction-id": of} if of else {})
        signed = {**values, "signature": signature(values, raw, secret=self.secret)}
        kind = {"Content-Type": "application/json; charset=utf-8", "request-id": str(uuid4())}
        return Told(status=status, body=raw, headers={**kind, **signed})

    def forged(self, told: Told) -> Told:
        values = {name: one for name, one in told.headers.items() if name.startswith("checkout-")}
        wrong = signature(values, told.body, secret="somebody else's")
        return replace(told, headers={**told.headers, "signature": wrong})

    # What customers and banks do

    def page(self, id: str) -> str:
        return f"{self.url}/pay/{id}"

    def conclude(self, id: str, status: str) -> None:
        """The customer's or the bank's word: ok, fail, pending or delayed. Told twice over."""
        payment = self.payments[id]
        payment.status = status
        which = "cancel" if status == "fail" else "success"
        query = self._query(
            payment,
            amount=payment.asked["amount"],
            stamp=payment.asked["stamp"],
            reference=payment.asked["reference"],
            status=status,
            id=id,
        )
        for urls in ("redirectUrls", "callbackUrls"):
            if urls in payment.asked:
                self.news.append(_get(payment.asked[urls][which], query))

    def refund_by_hand(self, id: str, amount: int) -> Refund:
        """Somebody refunds at Paytrail's own desk, which tells the shop nothing."""
        refund = Refund(
            id=str(uuid4()),
            of=self.payments[id],
            asked={"amount": amount},
            status="ok",
            made_at=today(self._dated()),
        )
        self.refunds[refund.id] = refund
        return refund

    def conclude_refund(self, id: str, *, ok: bool) -> None:
        """The last word on a refund."""
        self.refunds[id].status = "ok" if ok else "fail"
        self._tell_refund(self.refunds[id], named=True)

    def _tell_refund(self, refund: Refund, *, named: bool) -> None:
        which = "cancel" if refund.status == "fail" else "success"
        query = self._query(
            refund.of,
            amount=refund.asked["amount"],
            stamp=refund.asked.get("refundStamp", ""),
            reference=refund.asked.get("refundReference", ""),
            status=refund.status,
            id=refund.id if named else "",
        )
        self.news.append(_get(refund.asked["callbackUrls"][which], query))

    def _query(
        self, payment: Payment, *, amount: int, stamp: str, reference: str, status: str, id: str
    ) -> Mapping[str, str]:
        values = {
            "checkout-account": self.account,
            "checkout-algorithm": payment.algorithm,
            "checkout-amount": str(amount),
            "checkout-stamp": stamp,
            "checkout-reference": reference,
            "checkout-status": status,
            "checkout-provider": "osuuspankki",
        } | ({"checkout-transaction-id": id} if id else {})
        return self.signed_query(values)

    def signed_query(self, values: Mapping[str, str]) -> Mapping[str, str]:
        """Whatever it says, as Paytrail would sign it."""
        return {**values, "signature": signature(values, b"", secret=self.secret)}

    # The truth

    def held(self, id: str) -> int:
        """Cents that the merchant has of a payment: what is pending back is gone."""
        payment = self.payments[id]
        back = [one for one in self.refunds.values() if one.of is payment and one.status != "fail"]
        came = payment.asked["amount"] if payment.status == "ok" else 0
        return int(came - sum(one.asked["amount"] for one in back))


def _get(url: str, query: Mapping[str, str]) -> Message:
    return Message(method="GET", url=f"{url}{'&' if '?' in url else '?'}{urlencode(query)}")


def _hold(rule: str, kept: bool) -> None:
    if not kept:
        raise NotAsAgreed(rule)
