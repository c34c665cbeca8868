"""Providers over HTTP: one request, and what came of it. Whoever asks says which answers count."""

import json
import logging
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from time import monotonic
from typing import Any, Protocol

import httpx2

from ledger.payments.provider import BadMessage, NoAnswer, ProviderAway

Json = dict[str, Any]
# Octets. No answer that we ask for comes near.
LONGEST = 16 * 2**20
_NEVER_LEFT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
# It tells every address that is asked for, and ours name orders.
logging.getLogger("httpx2").setLevel(logging.WARNING)


class Lost(ProviderAway):
    """What came of a request is not known. The text is for people, without secrets.

    `done` is False where it cannot have been done, so that it may be asked again. `person` is a
    code where only a person can mend it.
    """

    def __init__(self, reason: str, *, done: bool = True, person: str = "") -> None:
        super().__init__(reason)
        self.done, self.person = done, person


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider said; numbers are exact, no content at all is None."""

    status: int
    content: Any


class AnswerCheck(Protocol):
    """Whether an answer is the provider's word on what was asked: raises `Lost` where it is not."""

    def __call__(self, status: int, headers: Mapping[str, str], body: bytes) -> None: ...


class HttpClient:
    """A line to one provider. `patience` is how many seconds connecting, or a silence, may take.

    Only what never left us is sent a second time: connecting is tried twice.
    """

    def __init__(
        self,
        base_url: str,
        *,
        counts: AnswerCheck,
        patience: float,
        transport: httpx2.BaseTransport | None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self._counts, self._patience = counts, patience
        self._http = httpx2.Client(
            base_url=base_url,
            headers=headers,
            timeout=patience,
            transport=transport or httpx2.HTTPTransport(verify=trusted(), retries=1),
            follow_redirects=False,
        )

    def ask(
        self,
        method: str,
        path: str,
        *,
        body: bytes = b"",
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """An answer that counts. Raises `Lost`, and `BadMessage` for one that is not JSON."""
        told = {**({"content-type": "application/json"} if body else {}), **(headers or {})}
        try:
            with self._http.stream(
                method, path, params=query or None, content=body or None, headers=told
            ) as response:
                content = self._read(response)
        except _NEVER_LEFT as error:
            raise Lost(f"no connection ({type(error).__name__})", done=False) from None
        except httpx2.HTTPError as error:
            raise Lost(f"no answer ({type(error).__name__})") from None
        self._counts(response.status_code, response.headers, content)
        return Answer(response.status_code, _json(content))

    def _read(self, response: httpx2.Response) -> bytes:
        """All of it, unless it comes in drips or without end."""
        content, until = bytearray(), monotonic() + self._patience
        for piece in response.iter_bytes():
            content += piece
            if len(content) > LONGEST or monotonic() > until:
                raise Lost("an answer without end")
        return bytes(content)


@cache
def trusted() -> ssl.SSLContext:
    """Authorities of this machine, read once for all providers: to read them takes a while."""
    return httpx2.create_ssl_context()


def no_answer(trouble: Lost | BadMessage) -> NoAnswer:
    """That we do not know, and why."""
    return NoAnswer(str(trouble), person=trouble.person if isinstance(trouble, Lost) else "")


def never_done(trouble: Lost | BadMessage) -> bool:
    """Whether it may be asked for again: nobody can have done it."""
    return isinstance(trouble, Lost) and not trouble.done


def _json(body: bytes) -> Any:
    if not body:
        return None
    try:
        return json.loads(body, parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError):
        raise BadMessage("an answer that is not JSON") from None
