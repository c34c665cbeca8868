"""How a pretix is reached, and which of its answers count."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2

from adapters.providers.http import Answer, HttpClient, Json, Lost
from ledger.payments.provider import for_person

API_BASE = "https://pretix.eu"
KEY = "X-Idempotency-Key"
# Of one process. pretix.eu allows 360 a minute to all who ask about an organizer:
# https://docs.pretix.eu/dev/api/ratelimit.html
CALLS_A_SECOND = 5.0
# Whoever stands in between waited for long enough: the server may be about to do it all the same.
_IN_BETWEEN = (502, 504)
# Without a word from pretix, and at most; whatever it says, somebody looks again by then.
SHORTEST_REST, LONGEST_REST = timedelta(seconds=2), timedelta(hours=1)


class Throttled(Lost):
    """Nothing was done. Nobody is to ask anything for `rest`; of a 409, only not for this key."""

    def __init__(self, status: int, rest: timedelta) -> None:
        super().__init__(f"to be asked later ({status})", done=False)
        self.rest, self.everybody = rest, status != 409


class Stumbled(Lost):
    """It answered itself that it went wrong: whatever it did by then, it does no more of it."""


class PretixClient:
    """One token's line to a pretix. Whatever it is asked raises `Lost`, and `BadMessage`."""

    def __init__(
        self,
        token: str,
        *,
        api_base: str | None,
        patience: float,
        pace: Callable[[], None],
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        self._pace = pace
        base = (api_base or API_BASE).rstrip("/").removesuffix("/api/v1")
        self._http = HttpClient(
            f"{base}/api/v1",
            counts=_counts,
            patience=patience,
            transport=transport,
            headers={"Authorization": f"Token {token}", "Accept": "application/json"},
        )

    def get(self, path: str, **query: str) -> Answer:
        """Look something up; once more where nothing came of it."""
        try:
            return self._ask("GET", path, query=query)
        except Throttled:
            raise
        except Lost as lost:
            if lost.person:
                raise
            return self._ask("GET", path, query=query)

    def post(self, path: str, content: Json, *, key: str) -> Answer:
        """Ask for something to be made, under a key that says when it is the same wish again."""
        return self._ask("POST", path, body=json.dumps(content).encode(), headers={KEY: key})

    def patch(self, path: str, content: Json) -> Answer:
        """Ask for something to be changed. What it is after that is read back."""
        return self._ask("PATCH", path, body=json.dumps(content).encode())

    def delete(self, path: str) -> Answer:
        """Ask for something to be deleted."""
        return self._ask("DELETE", path)

    def _ask(self, method: str, path: str, **more: Any) -> Answer:
        """When its turn has come: also who looks, and not only who changes something."""
        self._pace()
        return self._http.ask(method, path, **more)


def at_once() -> None:
    """Nobody waits for a turn."""


def _counts(status: int, headers: Mapping[str, str], body: bytes) -> None:
    """Raises where an answer says nothing about the wish, or cannot be what was asked for."""
    if status in (409, 425, 429, 503):
        raise Throttled(status, _rest(headers.get("retry-after", "")))
    if person := for_person(status):
        raise Lost(f"turned away ({status})", done=False, person=person)
    if status in _IN_BETWEEN:
        raise Lost(f"somebody in between gave up ({status})")
    if status >= 500 or 300 <= status < 400:
        raise Stumbled(f"an answer ({status}) that is neither yes nor no")


def _rest(told: str) -> timedelta:
    """`Retry-After`, in seconds or as a date; RFC 9110, 10.2.3."""
    try:
        rest = timedelta(seconds=int(told))
    except (ValueError, OverflowError):
        try:
            rest = parsedate_to_datetime(told) - datetime.now(UTC)
        except (ValueError, TypeError):
            rest = SHORTEST_REST
    return max(SHORTEST_REST, min(rest, LONGEST_REST))
