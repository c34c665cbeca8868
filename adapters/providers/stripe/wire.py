"""The connections to Stripe: a pool that all threads of a process share."""

from collections.abc import Mapping
from typing import Any, NoReturn
from urllib.request import getproxies

import stripe
import urllib3

# Idle connections that are kept; more are opened while more calls are under way.
_KEPT = 12


def http_client(patience: float) -> stripe.HTTPClient:
    """What the library's client calls through; `patience` in seconds.

    Where the environment names a proxy, the library's own way knows how to go through it. It costs
    more for each call, and a connection for each thread.
    """
    if getproxies():
        return stripe.RequestsClient(timeout=patience)
    return PooledClient(patience)


class PooledClient(stripe.HTTPClient):
    """Calls over urllib3. What goes wrong on the way is `stripe.APIConnectionError`."""

    name = "urllib3"

    def __init__(self, patience: float) -> None:
        super().__init__()
        self._pools = urllib3.PoolManager(
            maxsize=_KEPT,
            ca_certs=stripe.ca_bundle_path,
            cert_reqs="CERT_REQUIRED",
            timeout=urllib3.Timeout(connect=patience, read=patience),
            retries=False,
        )

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        """One call: body, status and headers of the answer."""
        try:
            answer = self._pools.urlopen(
                method.upper(), url, body=post_data, headers=dict(headers or {}), redirect=False
            )
        except urllib3.exceptions.HTTPError as error:
            _failed(error)
        return answer.data.decode(errors="replace"), answer.status, answer.headers

    def close(self) -> None:
        """Let go of all connections."""
        self._pools.clear()


def _failed(error: urllib3.exceptions.HTTPError) -> NoReturn:
    """The library asks again after what may be a moment's trouble, as it does by its own way."""
    certificate = isinstance(error, urllib3.exceptions.SSLError)
    told = f"no connection to Stripe ({type(error).__name__})"
    failed = stripe.APIConnectionError(told, should_retry=not certificate)  # type: ignore[no-untyped-call]  # as it is shipped
    raise failed from error
