"""How SumUp is reached. Looking is tried again, asking for something to be done is not."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx2

from ledger.payments.provider import NoAnswer, for_person

API_BASE = "https://api.sumup.com"
Json = dict[str, Any]

_LOOKS = 2
_LATER = (401, 403, 408, 425, 429)
# It tells every address that is asked for, and ours name orders.
logging.getLogger("httpx2").setLevel(logging.WARNING)


class Lost(Exception):
    """What came of a request is not known. The text is for people, without secrets.

    `done` is False where it cannot have been done, so that it may be asked again. `person` is a
    code where only a person can mend it.
    """

    def __init__(self, reason: str, *, done: bool = True, person: str = "") -> None:
        super().__init__(reason)
        self.done, self.person = done, person


def no_answer(trouble: Exception) -> NoAnswer:
    """That we do not know, and why."""
    person = trouble.person if isinstance(trouble, Lost) else ""
    return NoAnswer(str(trouble), person=person)


class Garbled(Lost):
    """SumUp answered, and not in the way that it documents: a person must look."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What SumUp said; numbers are exact decimals."""

    status: int
    content: Any


class Client:
    """One merchant's line to SumUp. `patience` is how many seconds one call may take."""

    def __init__(
        self,
        api_key: str,
        *,
        api_base: str | None,
        patience: float,
        transport: httpx2.BaseTransport | None,
    ) -> None:
        self._http = httpx2.Client(
            base_url=api_base or API_BASE,
            headers={"Authorization": f"Bearer {api_key}"},
            timeout=patience,
            transport=transport or httpx2.HTTPTransport(retries=1),
            follow_redirects=False,
        )

    def get(self, path: str, **query: str) -> Answer:
        """Look something up, twice if need be; raises `Lost`."""
        for look in range(1, _LOOKS + 1):
            try:
                return self._ask("GET", path, query=query)
            except Lost:
                if look == _LOOKS:
                    raise
        raise AssertionError("the last look returns or raises")

    def post(self, path: str, content: Json) -> Answer:
        """Ask for something to be done; raises `Lost`."""
        return self._ask("POST", path, content=content)

    def delete(self, path: str) -> Answer:
        """Ask for something to be ended; raises `Lost`."""
        return self._ask("DELETE", path)

    def _ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        content: Json | None = None,
    ) -> Answer:
        try:
            answer = self._http.request(method, path, params=query, json=content)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            raise Lost(f"no connection ({type(error).__name__})", done=False) from None
        except httpx2.HTTPError as error:
            raise Lost(f"no answer ({type(error).__name__})") from None
        if answer.status_code in _LATER:
            # For a person to mend, or for later: SumUp did not look at the wish.
            reason = f"turned away ({answer.status_code})"
            raise Lost(reason, done=False, person=for_person(answer.status_code))
        if answer.status_code >= 500 or answer.is_redirect:
            raise Lost(f"an answer ({answer.status_code}) that is neither yes nor no")
        return Answer(answer.status_code, _content(answer.content))


def _content(body: bytes) -> Any:
    if not body:
        return None
    try:
        return json.loads(body, parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError):
        raise Garbled("an answer that is not JSON") from None


def error_code(answer: Answer, otherwise: str) -> str:
    """SumUp's word for a refusal, in small letters, if it is a short one."""
    content = answer.content
    first = content[0] if isinstance(content, list) and content else content
    told = first.get("error_code") if isinstance(first, dict) else None
    plain = isinstance(told, str) and told.isascii() and len(told) <= 64
    return str(told).lower() if plain and str(told).replace("_", "").isalnum() else otherwise
