"""SumUp's stand-in: checkouts, the transactions that pay them, and two kinds of webhooks."""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import uuid4

from tests.stand_ins.published import Published
from tests.stand_ins.serving import Asked, Json, Message, StandIn, Told

SIGNATURE = "X-SumUp-Webhook-Signature"
REFUND_WAYS = ("ok", "pending", "refuse", "no-balance")
_ALL_BACK = "REFUNDED"
_EVENTS = {"PAID": "checkouts.paid", "FAILED": "checkouts.failed", "EXPIRED": "checkouts.expired"}


@dataclass(kw_only=True)
class Transaction:
    """One try to pay; amounts in cents."""

    id: str
    code: str
    amount: int
    at: datetime
    status: str
    reference: str = ""
    kind: str = "ECOM"
    events: list[Json] = field(default_factory=list)

    @property
    def changed_at(self) -> datetime:
        """When it came, or when the last thing happened to it."""
        happened = (datetime.fromisoformat(one["timestamp"]) for one in self.events)
        return max([self.at, *happened])

    @property
    def returned(self) -> int:
        gone = [one for one in self.events if one["status"] != "FAILED"]
        return sum(int(Decimal(str(one["amount"])) * 100) for one in gone)


@dataclass(kw_only=True)
class Checkout:
    """One page to pay at. `asked` is the request that made it."""

    id: str
    asked: Json
    at: datetime
    status: str = "PENDING"
    tries: list[Transaction] = field(default_factory=list)

    @property
    def cents(self) -> int:
        return int(Decimal(str(self.asked["amount"])) * 100)


class NotAsAgreed(Exception):
    """The request breaks a rule that SumUp has published."""


class Sumup(StandIn):
    """One merchant. A refund answers 204 as the description says, or 201 as the library does."""

    def __init__(
        self,
        *,
        api_key: str = "sup_sk_stand_in",
        merchant: str = "MH4H92C7",
        webhook_secret: str = "whsec_sumup_stand_in",
        webhook_url: str = "",
        published: Published,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__()
        self.api_key, self.merchant = api_key, merchant
        self.webhook_secret, self.webhook_url = webhook_secret, webhook_url
        self.checkouts: dict[str, Checkout] = {}
        self.next_refunds: list[str] = []
        self.refund_status = 204
        self.tills: list[Transaction] = []
        self.payouts: list[Json] = []
        # Whether a transaction shows the reference of its checkout is not published.
        self.tells_reference = False
        self._published, self._now, self._numbers = published, now, count(1)

    # The calls

    def answer(self, asked: Asked) -> Told:
        if asked.headers.get("authorization") != f"Bearer {self.api_key}":
            self.violations.append(f"{asked.path}: not authorized")
            return self._told(401, "Problem", {"type": "about:blank", "title": "Unauthorized"})
        try:
            return self._routed(asked)
        except NotAsAgreed as wrong:
            self.violations.append(f"{asked.method} {asked.path}: {wrong}")
            return self.error(400, str(wrong))

    def _routed(self, asked: Asked) -> Told:
        match [asked.method, *asked.path.strip("/").split("/")]:
            case ["POST", "v0.1", "checkouts"]:
                return self._create(asked)
            case ["GET", "v0.1", "checkouts"]:
                return self._list(asked.query.get("checkout_reference"))
            case ["GET", "v0.1", "checkouts", id]:
                return self._show(id)
            case ["DELETE", "v0.1", "checkouts", id]:
                return self._end(id)
            case ["POST", "v1.0", "merchants", self.merchant, "payments", id, "refunds"]:
                return self._refund(asked, id)
            case _:
                return self._told_of_money(asked)

    def _told_of_money(self, asked: Asked) -> Told:
        match [asked.method, *asked.path.strip("/").split("/")]:
            case ["GET", "v2.1", "merchants", self.merchant, "transactions"]:
                return self._transaction(asked.query)
            case ["GET", "v2.1", "merchants", self.merchant, "transactions", "history"]:
                return self._history(asked.query)
            case ["GET", "v1.0", "merchants", self.merchant, "payouts"]:
                return self._payouts(asked.query)
            case _:
                raise NotAsAgreed("no such address")

    def _create(self, asked: Asked) -> Told:
        wish = asked.json()
        wrong = self._published.wrong_request("CheckoutCreateRequest", wish)
        _hold("; ".join(wrong), not wrong)
        _hold("the amount is in cents", Decimal(str(wish["amount"])) * 100 % 1 == 0)
        _hold("the amount is positive", wish["amount"] > 0)
        if wish["merchant_code"] != self.merchant:
            body = {"error_message": "checkout_payments_not_allowed", "error_code": "FORBIDDEN"}
            return self._told(403, "ErrorForbidden", body | {"status_code": "403"})
        references = {one.asked["checkout_reference"] for one in self.checkouts.values()}
        if wish["checkout_reference"] in references:
            body = {"error_code": "DUPLICATED_CHECKOUT", "message": "Checkout already exists"}
            return self._told(409, "Error", body)
        checkout = Checkout(id=str(uuid4()), asked=wish, at=self._now())
        self.checkouts[checkout.id] = checkout
        return self._told(201, "Checkout", self._shown(checkout))

    def _list(self, reference: str | None) -> Told:
        found = [
            self._shown(one)
            for one in self.checkouts.values()
            if reference in (None, one.asked["checkout_reference"])
        ]
        for one in found:
            self.violations += self._published.wrong_answer("CheckoutSuccess", one)
        return _json(200, found)

    def _show(self, id: str) -> Told:
        checkout = self._known(id)
        if checkout is None:
            return self._missing()
        return self._told(200, "CheckoutSuccess", self._shown(checkout))

    def _end(self, id: str) -> Told:
        checkout = self._known(id)
        if checkout is None:
            return self._missing()
        if checkout.status == "PAID":
            body = {"error_code": "CHECKOUT_PROCESSED", "message": "Checkout is already processed"}
            return self._told(409, "Error", body)
        self._become(checkout, "EXPIRED")
        return self._told(200, "Checkout", self._shown(checkout))

    def _known(self, id: str) -> Checkout | None:
        """Time passes between two looks."""
        checkout = self.checkouts.get(id)
        until = checkout.asked.get("valid_until") if checkout else None
        waits = checkout is not None and checkout.status in ("PENDING", "FAILED")
        if checkout and waits and until and datetime.fromisoformat(until) <= self._now():
            self._become(checkout, "EXPIRED")
        return checkout

    def _refund(self, asked: Asked, id: str) -> Told:
        wish = asked.json() or {}
        _hold("only the amount is asked", set(wish) <= {"amount"})
        paid = self.transaction(id)
        if paid is None:
            return self._missing()
        cents = Decimal(str(wish["amount"])) * 100 if "amount" in wish else paid.amount
        _hold("the amount is in cents", cents % 1 == 0)
        way = self.next_refunds.pop(0) if self.next_refunds else "ok"
        code = "NOT_ENOUGH_BALANCE" if way == "no-balance" else "CONFLICT"
        if way in ("refuse", "no-balance") or not 0 < cents <= paid.amount - paid.returned:
            return self._told(409, "Error", {"error_code": code, "message": "Not refundable"})
        self._give_back(paid, int(cents), "PENDING" if way == "pending" else _ALL_BACK)
        return Told(status=204) if self.refund_status == 204 else _json(201, {})

    def _give_back(
        self, paid: Transaction, cents: int, status: str, *, kind: str = "REFUND"
    ) -> None:
        event = {
            "id": next(self._numbers),
            "event_type": kind,
            "status": status,
            "amount": cents / 100,
            "date": self._now().date().isoformat(),
            "timestamp": _written(self._now()),
        }
        self.violations += self._published.wrong_answer("TransactionEvent", event)
        paid.events.append(event)

    def _transaction(self, query: Mapping[str, str]) -> Told:
        every = self._every()
        wanted = (query.get("id"), query.get("transaction_code"))
        found = next((one for one in every if one.id == wanted[0] or one.code == wanted[1]), None)
        if found is None:
            return self._missing()
        status = _ALL_BACK if found.returned else found.status
        full = self._tried(found) | {
            "status": status,
            "simple_status": status,
            "transaction_events": found.events,
            "username": "merchant@example.com",
            "card": {"last_4_digits": "4242", "type": "VISA"},
            "product_summary": "for Ada Lovelace",
        }
        if self.tells_reference:
            full["foreign_transaction_id"] = found.reference
        return self._told(200, "TransactionFull", full)

    def _history(self, query: Mapping[str, str]) -> Told:
        """A page of what came, the first that came first; after it, the way to the next one."""
        _hold("the page has a size", query.get("limit", "10").isdigit())
        limit, since = int(query.get("limit", "10")), query.get("changes_since")
        _hold("the oldest come first", query.get("order", "ascending") == "ascending")
        every = sorted(self._every(), key=lambda one: (one.at, one.id))
        if "oldest_ref" in query:
            _hold("the page follows one", query["oldest_ref"] in [one.id for one in every])
            after = [one.id for one in every].index(query["oldest_ref"]) + 1
            every = every[after:]
        if since is not None:
            every = [one for one in every if one.changed_at >= datetime.fromisoformat(since)]
        shown = every[:limit]
        items = [self._listed(one) for one in shown]
        for item in items:
            self.violations += self._published.wrong_answer("TransactionHistory", item)
        links = []
        if len(every) > limit:
            href = f"limit={limit}&oldest_ref={shown[-1].id}&order=ascending"
            links = [{"rel": "next", "href": href}]
        return _json(200, {"items": items, "links": links})

    def _listed(self, one: Transaction) -> Json:
        back = {"transaction_id": one.id, "refunded_amount": one.returned / 100}
        return self._tried(one) | back | {"type": "PAYMENT"}

    def _payouts(self, query: Mapping[str, str]) -> Told:
        """A row for each transaction: https://github.com/sumup/sumup-ts/issues/186."""
        known = {"start_date", "end_date", "format", "limit", "order"}
        _hold("only what is published is asked", {*query} <= known)
        since, until = query.get("start_date", ""), query.get("end_date", "")
        _hold("both dates are there", bool(since and until))
        _hold("the period is one", date.fromisoformat(since) <= date.fromisoformat(until))
        limit = query.get("limit", "10")
        _hold("the limit is one", limit.isdigit() and 1 <= int(limit) <= 9999)
        _hold("the order is one", query.get("order", "asc") in ("asc", "desc"))
        found = [one for one in self.payouts if since <= one["date"] <= until]
        found.sort(key=lambda one: str(one["date"]), reverse=query.get("order") == "desc")
        self.violations += self._published.wrong_answer("FinancialPayouts", found[: int(limit)])
        return _json(200, found[: int(limit)])

    def _every(self) -> list[Transaction]:
        online = [one for checkout in self.checkouts.values() for one in checkout.tries]
        return [*online, *self.tills]

    def _told(self, status: int, name: str, body: Json) -> Told:
        self.violations += self._published.wrong_answer(name, body)
        return _json(status, body)

    def error(self, status: int, message: str) -> Told:
        return self._told(status, "Error", {"error_code": "INVALID", "message": message})

    def _missing(self) -> Told:
        body = {"error_code": "NOT_FOUND", "message": "Resource not found"}
        return self._told(404, "Error", body)

    def _shown(self, checkout: Checkout) -> Json:
        kept = ("checkout_reference", "amount", "currency", "merchant_code", "description")
        shown = {name: checkout.asked[name] for name in kept if name in checkout.asked} | {
            "id": checkout.id,
            "status": checkout.status,
            "date": _written(checkout.at),
            "purpose": "CHECKOUT",
            "transactions": [self._tried(one) for one in checkout.tries],
        }
        for name in ("return_url", "redirect_url", "valid_until"):
            if name in checkout.asked:
                shown[name] = checkout.asked[name]
        if checkout.asked.get("hosted_checkout", {}).get("enabled"):
            shown["hosted_checkout_url"] = self.page(checkout.id)
        won = [one for one in checkout.tries if one.status == "SUCCESSFUL"]
        if won:
            shown |= {"transaction_id": won[0].id, "transaction_code": won[0].code}
        return shown

    def _tried(self, one: Transaction) -> Json:
        return {
            "id": one.id,
            "transaction_code": one.code,
            "amount": one.amount / 100,
            "currency": "EUR",
            "timestamp": _written(one.at),
            "status": one.status,
            "payment_type": one.kind,
            "installments_count": 1,
            "merchant_code": self.merchant,
            "entry_mode": "CUSTOMER_ENTRY",
        }

    # What customers and banks do

    def page(self, id: str) -> str:
        return f"{self.url}/pay/{id}"

    def conclude(self, id: str, status: str, *, cents: int | None = None) -> None:
        """A try to pay: SUCCESSFUL, FAILED or PENDING. An open one gets its last word."""
        checkout = self.checkouts[id]
        tried = next((one for one in checkout.tries if one.status == "PENDING"), None)
        if tried is None:
            tried = self._try(checkout, cents)
        tried.status = status
        word = {"SUCCESSFUL": "PAID", "FAILED": "FAILED"}.get(status, checkout.status)
        self._become(checkout, word)

    def expire(self, id: str) -> None:
        """The page closes by itself."""
        self._become(self.checkouts[id], "EXPIRED")

    def _try(self, checkout: Checkout, cents: int | None) -> Transaction:
        code = f"T{uuid4().hex[:9].upper()}"
        amount = checkout.cents if cents is None else cents
        checkout.tries.append(
            Transaction(
                id=str(uuid4()),
                code=code,
                amount=amount,
                at=self._now(),
                status="PENDING",
                reference=checkout.asked["checkout_reference"],
            )
        )
        return checkout.tries[-1]

    def sell(self, cents: int, *, kind: str = "POS", reference: str = "") -> Transaction:
        """A sale of the same merchant that no checkout of ours knows."""
        code = f"T{uuid4().hex[:9].upper()}"
        sold = Transaction(
            id=str(uuid4()),
            code=code,
            amount=cents,
            at=self._now(),
            status="SUCCESSFUL",
            reference=reference,
            kind=kind,
        )
        self.tills.append(sold)
        return sold

    def pay_out(self, *moves: tuple[Transaction, str, int], fee: int = 0, **told: Any) -> str:
        """One payout of these moves, in cents before the fee; the reference of its rows."""
        today = self._now().date()
        reference = f"SUMUP PID{next(self._numbers)} PAYOUT {today:%d%m%y}"
        for of, kind, cents in moves:
            row = {
                "id": next(self._numbers),
                "type": kind,
                "amount": (cents - (fee if kind == "PAYOUT" else 0)) / 100,
                "fee": (fee if kind == "PAYOUT" else 0) / 100,
                "date": today.isoformat(),
                "currency": "EUR",
                "status": "SUCCESSFUL",
                "reference": reference,
                "transaction_code": of.code,
            }
            self.payouts.append(row | told)
        return reference

    def charge_back(self, transaction: str, cents: int) -> None:
        """The payer's bank takes money back."""
        paid = self.transaction(transaction)
        assert paid is not None
        self._give_back(paid, cents, "SUCCESSFUL", kind="CHARGE_BACK")

    def refund_by_hand(self, transaction: str, cents: int) -> None:
        """Somebody refunds at SumUp's own desk, which tells the shop nothing."""
        paid = self.transaction(transaction)
        assert paid is not None
        self._give_back(paid, cents, _ALL_BACK)

    def conclude_refund(self, transaction: str, *, ok: bool) -> None:
        """The last word on a refund that was pending. Nobody is told: it can only be looked up."""
        paid = self.transaction(transaction)
        assert paid is not None
        for event in paid.events:
            if event["status"] == "PENDING":
                event["status"] = _ALL_BACK if ok else "FAILED"

    def _become(self, checkout: Checkout, status: str) -> None:
        checkout.status = status
        body = {"event_type": "CHECKOUT_STATUS_CHANGED", "id": checkout.id}
        if "return_url" in checkout.asked:
            self.news.append(_post(checkout.asked["return_url"], body))
        if self.webhook_url and status in _EVENTS:
            self.news.append(self.signed_event(_EVENTS[status], checkout.id))

    def signed_event(self, kind: str, checkout: str, *, secret: str | None = None) -> Message:
        """A webhook of the newer kind: https://developer.sumup.com, as its libraries check it."""
        url = f"{self.url}/v0.1/checkouts/{checkout}"
        event = {
            "id": f"evt_{uuid4().hex}",
            "type": kind,
            "created_at": _written(self._now()),
            "object": {"id": checkout, "type": "checkout", "url": url},
        }
        message = _post(self.webhook_url, event)
        header = self.event_signature(message.body, secret=secret)
        return replace(message, headers={**message.headers, SIGNATURE: header})

    def event_signature(self, body: bytes, *, secret: str | None = None) -> str:
        """The header that goes with a body now."""
        at = str(int(self._now().timestamp()))
        key = (secret or self.webhook_secret).encode()
        digest = hmac.new(key, b"v1:" + at.encode() + b":" + body, hashlib.sha256).hexdigest()
        return f"t={at},v1={digest}"

    # The truth

    def transaction(self, id: str) -> Transaction | None:
        return next((one for one in self._every() if one.id == id), None)

    def held(self, id: str) -> int:
        """Cents that the merchant has of a checkout."""
        came = [one for one in self.checkouts[id].tries if one.status == "SUCCESSFUL"]
        return sum(one.amount - one.returned for one in came)


def _json(status: int, body: Any) -> Told:
    return Told(
        status=status,
        body=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )


def _post(url: str, body: Json) -> Message:
    return Message(
        method="POST",
        url=url,
        headers={"Content-Type": "application/json"},
        body=json.dumps(body).encode(),
    )


def _written(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")


def _hold(rule: str, kept: bool) -> None:
    if not kept:
        raise NotAsAgreed(rule)
