"""Stripe's till: the sandbox of the product, its own signatures, and the published schema."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin

import httpx2

from adapters.providers.stripe import StripeDoor, StripePayments
from adapters.sandbox import Sandbox
from adapters.sandbox.outbox import signature
from tests.stand_ins import till
from tests.stand_ins.serving import Message
from tests.stand_ins.till import Till

API_KEY, SECRET, ACCOUNT = "sk_test_conformance", "whsec_conformance", "acct_conformance"
PUBLIC = "http://localhost"
_HTTP = httpx2.Client(trust_env=False, verify=False)
_PATHS = {
    "payment": "/v1/checkout/sessions",
    "refund": "/v1/refunds",
    "capture": "/v1/payment_intents",
    "void": "/v1/payment_intents",
}


class StripeTill(Till):
    """One sandbox, which sends nothing by itself: the suite fetches its events and sends them."""

    provider = "stripe"
    can = frozenset(
        {
            till.LATER,
            till.SAME_PAGE_AGAIN,
            till.CAN_BE_ASKED,
            till.EXPIRES,
            till.SETTLES_LATER,
            till.FAILS_AFTER_SETTLED,
            till.SAYS_FAILED,
            till.FINDS_REFUNDS,
            till.REFUNDS_OUTSIDE,
            till.RESERVES,
        }
    )

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox, self._told = sandbox, set[str]()

    def connect(self) -> tuple[StripePayments, StripeDoor]:
        payments = StripePayments(
            API_KEY, account=ACCOUNT, api_base=self._sandbox.url, patience=5, retries=0
        )
        return payments, StripeDoor(SECRET, account=ACCOUNT)

    def pay(self, page: str) -> None:
        self._lever(f"sessions/{page}/pay")

    def decline(self, page: str) -> None:
        self._lever(f"sessions/{page}/decline")

    def pay_later(self, page: str) -> None:
        self._lever(f"sessions/{page}/pay-later")

    def settle(self, page: str, *, ok: bool) -> None:
        self._lever(f"payments/{page}/{'settle' if ok else 'fail'}")

    def expire(self, page: str) -> None:
        self._call("POST", f"checkout/sessions/{page}/expire")

    def catch_up(self) -> None:
        self._lever("clock", advance=0)

    def refuse_next_refund(self) -> None:
        self._lever("refunds/next", behaviour="decline")

    def hold_next_refund(self) -> None:
        self._lever("refunds/next", behaviour="pending")

    def fail_next_refund(self) -> None:
        self._lever("refunds/next", behaviour="fail")

    def conclude_refunds(self, page: str, *, ok: bool) -> None:
        for one in self._refunds(page):
            if one["status"] == "pending" or (one["status"] == "succeeded" and not ok):
                self._lever(f"refunds/{one['id']}/{'settle' if ok else 'fail'}")

    def refund_outside(self, page: str, cents: int) -> None:
        body = {"payment_intent": self._intent(page), "amount": str(cents)}
        self._call("POST", "refunds", body)

    def lose_answer(self, of: str, *, times: int = 1) -> None:
        self._lever("calls/next", kind="cut", path=_PATHS[of], count=times)

    def go_down(self, of: str, *, times: int = 1) -> None:
        self._lever("calls/next", kind="429", path=_PATHS[of], count=times)

    def news(self) -> Sequence[Message]:
        fresh = [one for one in self._list("events")[::-1] if one["id"] not in self._told]
        self._told |= {one["id"] for one in fresh}
        return [_message(one) for one in fresh]

    def seal(self, message: Message) -> Message:
        if "Stripe-Signature" in message.headers:
            return message
        return self._signed(message, SECRET)

    def forge(self, message: Message) -> Message:
        return self._signed(message, "whsec_of_somebody_else")

    def _signed(self, message: Message, secret: str) -> Message:
        at = int(self._sandbox.world.clock.shared())
        header = signature(message.body.decode(), secret, at=at)
        return replace(message, headers={**message.headers, "Stripe-Signature": header})

    def of_another_account(self, message: Message) -> Message:
        event = json.loads(message.body) | {"livemode": True, "id": "evt_live"}
        event["data"]["object"]["livemode"] = True
        return _message(event)

    def elsewhere(self, message: Message, *, order: str, attempt: str) -> Message:
        event = json.loads(message.body)
        thing = event["data"]["object"]
        thing["metadata"] = thing.get("metadata", {}) | {"order": order, "correlation_id": attempt}
        if "client_reference_id" in thing:
            thing["client_reference_id"] = order
        return _message(event | {"id": f"{event['id']}_elsewhere"})

    def misstated(self, message: Message, *, cents: int) -> Message:
        event = json.loads(message.body)
        for name in ("amount", "amount_total", "amount_received", "amount_captured"):
            if event["data"]["object"].get(name):
                event["data"]["object"][name] = cents
        return _message(event)

    def held(self, page: str) -> int:
        charges = [
            one for one in self._list("charges") if one["payment_intent"] == self._intent(page)
        ]
        return sum(one["amount_captured"] - one["amount_refunded"] for one in charges)

    def refunds_made(self, page: str) -> int:
        return len([one for one in self._refunds(page) if one["status"] not in ("failed",)])

    def pages_made(self, order: str) -> int:
        sessions = self._list("checkout/sessions")
        return len([one for one in sessions if one["metadata"].get("order") == order])

    def _refunds(self, page: str) -> list[Any]:
        return [one for one in self._list("refunds") if one["payment_intent"] == self._intent(page)]

    def _intent(self, page: str) -> str:
        return str(self._call("GET", f"checkout/sessions/{page}")["payment_intent"])

    def _list(self, kind: str) -> list[Any]:
        return list(self._call("GET", f"{kind}?limit=100")["data"])

    def _call(self, method: str, path: str, body: dict[str, str] | None = None) -> Any:
        url, headers = f"{self._sandbox.url}/v1/{path}", {"Authorization": f"Bearer {API_KEY}"}
        answer = _HTTP.request(method, url, data=body, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def _lever(self, path: str, /, **asked: Any) -> None:
        answer = _HTTP.post(f"{self._sandbox.url}/sandbox/{path}", json=asked)
        assert answer.status_code == 200, answer.text


def _message(event: Any) -> Message:
    kind = {"Content-Type": "application/json; charset=utf-8"}
    url = urljoin(PUBLIC, "/webhooks/stripe")
    return Message(method="POST", url=url, headers=kind, body=json.dumps(event).encode())
