"""How Paytrail is reached: every request is signed, and an answer counts only if it is, too."""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import uuid4

import httpx2

from adapters.providers.http import Answer, HttpClient, Json, Lost
from ledger.payments.provider import BadMessage, for_person

ALGORITHMS = {"sha256": hashlib.sha256, "sha512": hashlib.sha512}
SIGNATURE = "signature"
_PREFIX = "checkout-"
# A line feed within a value would let two different sets of names have one signature.
_LINE = re.compile(r"[^\x00-\x1f\x7f]*")


def signed_names(names: Mapping[str, str]) -> dict[str, str]:
    """What is signed of headers or of a query: all that begins with `checkout-`, in lower case."""
    lower = {name.lower(): value for name, value in names.items()}
    return {name: value for name, value in sorted(lower.items()) if name.startswith(_PREFIX)}


def signature(secret: str, names: Mapping[str, str], body: bytes = b"") -> str:
    """The signature in hexadecimal, by the algorithm that the names themselves tell."""
    signed = signed_names(names)
    lines = "".join(f"{name}:{value}\n" for name, value in signed.items())
    digest = ALGORITHMS[signed["checkout-algorithm"]]
    return hmac.new(secret.encode(), lines.encode() + body, digest).hexdigest()


def is_signed(secret: str, names: Mapping[str, str], body: bytes = b"") -> bool:
    """Whether the names carry the signature of these names and this body."""
    signed = signed_names(names)
    told = next((value for name, value in names.items() if name.lower() == SIGNATURE), "")
    if signed.get("checkout-algorithm") not in ALGORITHMS or not told.isascii():
        return False
    if not all(_LINE.fullmatch(value) for value in signed.values()):
        return False
    return hmac.compare_digest(signature(secret, names, body), told.lower())


API_BASE = "https://services.paytrail.com"

_TRANSACTION = re.compile(r"[0-9A-Za-z-]{1,64}")
# Looked at and declined. 401 and 403 are for a person to mend, 429 and 5xx may have been done.
_REFUSED = {400: "invalid_request", 404: "unknown_payment", 422: "not_supported"}


class PaytrailClient:
    """One merchant's line to Paytrail. `patience` is how many seconds one call may take.

    Whatever it is asked raises `Lost`, and `BadMessage` for what Paytrail signed and does not
    document.
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
        self._http = HttpClient(
            api_base or API_BASE, counts=self._counts, patience=patience, transport=transport
        )

    def post(self, path: str, content: Json, *, transaction: str | None = None) -> Answer:
        """Ask for something to be done."""
        return _object(self._ask("POST", path, json.dumps(content).encode(), transaction))

    def get(self, path: str, *, transaction: str | None = None) -> Answer:
        """Look something up."""
        return _object(self._ask("GET", path, b"", transaction))

    def listed(self, path: str, query: Mapping[str, str]) -> Sequence[object]:
        """Look up a list."""
        answer = self._ask("GET", path, b"", None, query)
        if answer.status != 200:
            raise Lost(f"an answer ({answer.status}) without a list")
        if not isinstance(answer.content, list):
            raise BadMessage("an answer that is not a list")
        return answer.content

    def _ask(
        self,
        method: str,
        path: str,
        body: bytes,
        transaction: str | None,
        query: Mapping[str, str] | None = None,
    ) -> Answer:
        named = {
            "checkout-account": self._account,
            "checkout-algorithm": "sha512",
            "checkout-method": method,
            "checkout-nonce": str(uuid4()),
            "checkout-timestamp": _moment(datetime.now(UTC)),
        }
        named |= {"checkout-transaction-id": transaction} if transaction else {}
        signed = {**named, SIGNATURE: signature(self._secret, named, body)}
        signed |= {"content-type": "application/json; charset=utf-8"} if body else {}
        return self._http.ask(method, path, body=body, query=query, headers=signed)

    def _counts(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        if not is_signed(self._secret, headers, body):
            reason = f"an answer ({status}) that Paytrail did not sign"
            raise Lost(reason, person=for_person(status))
        if headers.get("checkout-account", self._account) != self._account:
            raise Lost("an answer to another merchant")


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


def _object(answer: Answer) -> Answer:
    if not isinstance(answer.content, dict):
        raise BadMessage("an answer that is not an object")
    return answer
