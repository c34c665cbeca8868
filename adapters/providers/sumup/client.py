"""How SumUp is reached. Looking is tried again, asking for something to be done is not."""

import json
from collections.abc import Mapping

import httpx2

from adapters.providers.http import Answer, HttpClient, Json, Lost
from ledger.payments.provider import BadMessage, for_person

API_BASE = "https://api.sumup.com"

_LOOKS = 2
_LATER = (401, 403, 408, 425, 429)


class SumupClient:
    """One merchant's line to SumUp. `patience` is how many seconds one call may take.

    Whatever it is asked raises `Lost`, and `BadMessage` for what is not JSON.
    """

    def __init__(
        self,
        api_key: str,
        *,
        api_base: str | None,
        patience: float,
        transport: httpx2.BaseTransport | None,
    ) -> None:
        self._http = HttpClient(
            api_base or API_BASE,
            counts=_counts,
            patience=patience,
            transport=transport,
            headers={"Authorization": f"Bearer {api_key}"},
        )

    def get(self, path: str, **query: str) -> Answer:
        """Look something up, twice if need be."""
        for _ in range(1, _LOOKS):
            try:
                return self._http.ask("GET", path, query=query)
            except (Lost, BadMessage):
                continue
        return self._http.ask("GET", path, query=query)

    def post(self, path: str, content: Json) -> Answer:
        """Ask for something to be done."""
        return self._http.ask("POST", path, body=json.dumps(content).encode())

    def delete(self, path: str) -> Answer:
        """Ask for something to be ended."""
        return self._http.ask("DELETE", path)


def error_code(answer: Answer, otherwise: str) -> str:
    """SumUp's word for a refusal, in small letters, if it is a short one."""
    content = answer.content
    first = content[0] if isinstance(content, list) and content else content
    told = first.get("error_code") if isinstance(first, dict) else None
    plain = isinstance(told, str) and told.isascii() and len(told) <= 64
    return str(told).lower() if plain and str(told).replace("_", "").isalnum() else otherwise


def _counts(status: int, headers: Mapping[str, str], body: bytes) -> None:
    if status in _LATER:
        # For a person to mend, or for later: SumUp did not look at the wish.
        raise Lost(f"turned away ({status})", done=False, person=for_person(status))
    if status >= 500 or 300 <= status < 400:
        raise Lost(f"an answer ({status}) that is neither yes nor no")
