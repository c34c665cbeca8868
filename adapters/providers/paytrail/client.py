"""How Paytrail is reached: every request is signed, and an answer counts only if it is, too."""

import json
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import httpx2

from adapters.providers.paytrail.signature import SIGNATURE, is_signed, signature
from ledger.payments.provider import for_person

API_BASE = "https://services.paytrail.com"
Json = dict[str, Any]

_TRANSACTION = re.compile(r"[0-9A-Za-z-]{1,64}")
# Looked at and declined. 401 and 403 are for a person to mend, 429 and 5xx may have been done.
_REFUSED = {400: "invalid_request", 404: "unknown_payment", 422: "not_supported"}

# It tells every address that is asked for.
logging.getLogger("httpx2").setLevel(logging.WARNING)


class Lost(Exception):
    """What came of a request is not known. The text is for people, without secrets.

    `sent` is False where nothing left us, so that it can be asked again. `person` is a code where
    only a person can mend it.
    """

    def __init__(self, reason: str, *, sent: bool = True, person: str = "") -> None:
        super().__init__(reason)
        self.sent, self.person = sent, person


class Garbled(Lost):
    """Paytrail answered and signed it, and not in the way that it documents."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What Paytrail said and signed."""

    status: int
    content: Json


class Client:
    """One merchant's line to Paytrail. `patience` is how many seconds one call may take.

    Only what never left us is sent a second time: connecting is tried twice.
    """

    def __init__(
        self,
        account: str,
        secret: str,
        *,
        api_base: str | None,
        patience: float,
        transport: httpx2.BaseTransport | None,
    ) -> None:
        self._account, self._secret = account, secret
        self._http = httpx2.Client(
            base_url=api_base or API_BASE,
            timeout=patience,
            transport=transport or httpx2.HTTPTransport(retries=1),
            follow_redirects=False,
        )

    def post(self, path: str, content: Json, *, transaction: str | None = None) -> Answer:
        """Ask for something to be done; raises `Lost`."""
        body = json.dumps(content).encode()
        return _answer(*self._ask("POST", path, body, transaction=transaction))

    def get(self, path: str, *, transaction: str | None = None) -> Answer:
        """Look something up; raises `Lost`."""
        return _answer(*self._ask("GET", path, b"", transaction=transaction))

    def listed(self, path: str, query: Mapping[str, str]) -> tuple[int, Sequence[object]]:
        """Look up a list, and the status that it came with; raises `Lost`."""
        status, found = self._ask("GET", f"{path}?{urlencode(query)}", b"", transaction=None)
        if status != 200:
            return status, ()
        if not isinstance(found, list):
            raise Garbled("an answer that is not a list")
        return status, found

    def _ask(
        self, method: str, path: str, body: bytes, *, transaction: str | None
    ) -> tuple[int, Any]:
        headers = self._signed(method, body, transaction)
        try:
            answer = self._http.request(method, path, content=body or None, headers=headers)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            raise Lost(f"no connection ({type(error).__name__})", sent=False) from None
        except httpx2.HTTPError as error:
            raise Lost(f"no answer ({type(error).__name__})") from None
        if not is_signed(self._secret, answer.headers, answer.content):
            reason = f"an answer ({answer.status_code}) that Paytrail did not sign"
            raise Lost(reason, person=for_person(answer.status_code))
        if answer.headers.get("checkout-account", self._account) != self._account:
            raise Lost("an answer to another merchant")
        return answer.status_code, _json(answer.content)

    def _signed(self, method: str, body: bytes, transaction: str | None) -> Mapping[str, str]:
        named = {
            "checkout-account": self._account,
            "checkout-algorithm": "sha512",
            "checkout-method": method,
            "checkout-nonce": str(uuid4()),
            "checkout-timestamp": _moment(datetime.now(UTC)),
        }
        named |= {"checkout-transaction-id": transaction} if transaction else {}
        signed = {**named, SIGNATURE: signature(self._secret, named, body)}
        return signed | ({"content-type": "application/json; charset=utf-8"} if body else {})


def is_refusal(answer: Answer) -> bool:
    """Paytrail looked at the request and said no: nothing was done."""
    return answer.status in _REFUSED


def code_of(answer: Answer) -> str:
    """A short word for people. The message itself may quote what the customer typed."""
    return _REFUSED[answer.status]


def transaction_in(content: Mapping[str, object]) -> str | None:
    """Paytrail's name of a payment or refund; None where it tells none that we can use."""
    found = content.get("transactionId")
    return found if isinstance(found, str) and _TRANSACTION.fullmatch(found) else None


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _answer(status: int, content: Any) -> Answer:
    if not isinstance(content, dict):
        raise Garbled("an answer that is not an object")
    return Answer(status, content)


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise Garbled("an answer that is not JSON") from None
