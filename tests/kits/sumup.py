"""What the tests of the SumUp adapter share: a merchant, checkouts and transactions as told."""

import json
from typing import Any

import httpx2

from adapters.providers.sumup import SumupDoor, SumupPayments
from ledger.payments.ask_once import OnceInMemory

API_KEY, MERCHANT, SECRET = "sup_sk_secret", "MH4H92C7", "whsec_sumup"
CHECKOUT = "4e425463-3e1b-431d-83fa-1e51c2925e99"
TRANSACTION = "410fc44a-5956-44e1-b5cc-19c6f8d727a4"


class Teller:
    """Answers each request with the next of these; remembers what it was asked."""

    def __init__(self, *answers: Any) -> None:
        self.answers, self.asked = list(answers), list[httpx2.Request]()
        self.payments = SumupPayments(
            API_KEY,
            merchant_code=MERCHANT,
            public_url="https://shop.example",
            sandbox=True,
            once=OnceInMemory(),
            transport=httpx2.MockTransport(self._answer),
        )
        self.door = SumupDoor(self.payments, webhook_secret=SECRET)

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        status, content = answer
        return (
            httpx2.Response(status, json=content)
            if content is not None
            else httpx2.Response(status)
        )

    def body(self, number: int = -1) -> Any:
        return json.loads(self.asked[number].content)


def checkout(reference: str, *, status: str = "PENDING", **changed: Any) -> dict:
    """A checkout of seventy euros, as the published example tells it."""
    return {
        "checkout_reference": reference,
        "amount": 70.0,
        "currency": "EUR",
        "merchant_code": MERCHANT,
        "description": "Purchase",
        "id": CHECKOUT,
        "status": status,
        "date": "2027-01-10T12:00:00+00:00",
        "hosted_checkout_url": f"https://checkout.sumup.com/pay/{CHECKOUT}",
        "transactions": [],
    } | changed


def tried(status: str, *, id: str = TRANSACTION, amount: float = 70.0) -> dict:
    """One try to pay."""
    return {
        "id": id,
        "status": status,
        "amount": amount,
        "currency": "EUR",
        "timestamp": "2027-01-10T12:05:00.876Z",
        "payment_type": "ECOM",
        "transaction_code": "TEENSK4W2K",
    }


def refund_event(number: int, *, amount: float = 70.0, status: str = "REFUNDED") -> dict:
    """What proves a refund."""
    return {"id": number, "event_type": "REFUND", "status": status, "amount": amount}


def transaction(*events: dict) -> dict:
    """A transaction with all that happened to it."""
    payout = {"id": 1, "event_type": "PAYOUT", "status": "PAID_OUT", "amount": 69.0}
    return {**tried("SUCCESSFUL"), "transaction_events": [payout, *events]}
