"""What the tests of the Paytrail adapter share: a merchant, signed queries, signed answers."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import httpx2

from adapters.providers.paytrail import PaytrailDoor, PaytrailPayments
from adapters.providers.paytrail.client import signature
from ledger.payments.ask_once import OnceInMemory

ACCOUNT, SECRET = "375917", "SAIPPUAKAUPPIAS"
NOW = datetime(2027, 1, 10, 12, tzinfo=UTC)
# The example of a created payment in Paytrail's documentation.
TRANSACTION = "5770642a-9a02-4ca2-8eaa-cc6260a78eb6"
MADE = {
    "transactionId": TRANSACTION,
    "href": f"https://services.paytrail.com/pay/{TRANSACTION}",
    "reference": "809759248",
}
DOOR = PaytrailDoor(ACCOUNT, SECRET)


def target(shop: str, order: Any, kind: str, *, algorithm: str = "sha256", **told: Any) -> bytes:
    """The address that Paytrail asks for, signed as it signs."""
    names = {"checkout-account": ACCOUNT, "checkout-algorithm": algorithm}
    names |= {f"checkout-{name.replace('_', '-')}": str(value) for name, value in told.items()}
    query = urlencode({**names, "signature": signature(SECRET, names)})
    return f"/webhooks/paytrail/{shop}/{order}/{kind}?{query}".encode()


class Teller:
    """Answers each request with the next of these, signed; remembers what it was asked."""

    def __init__(self, *answers: Any) -> None:
        self.answers, self.asked = list(answers), list[httpx2.Request]()
        self.payments = PaytrailPayments(
            ACCOUNT,
            SECRET,
            public_url="https://shop.example",
            once=OnceInMemory(),
            transport=httpx2.MockTransport(self._answer),
        )

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx2.Response) else signed(*answer)

    def body(self, number: int = -1) -> Any:
        return json.loads(self.asked[number].content)


def signed(status: int, content: Any, *, secret: str = SECRET) -> httpx2.Response:
    """An answer as Paytrail gives it."""
    body = json.dumps(content).encode()
    names = {"checkout-account": ACCOUNT, "checkout-algorithm": "sha512", "checkout-method": "POST"}
    headers = {**names, "signature": signature(secret, names, body), "request-id": "1"}
    return httpx2.Response(status, content=body, headers=headers)
