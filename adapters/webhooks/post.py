"""One event, posted once; of the answer nothing is kept but its status."""

import ssl
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

import httpcore2
from httpx2 import create_ssl_context

from adapters.webhooks.public_network import AllowedPlaces, JudgedBackend, NotPublic, due_within
from adapters.webhooks.signature import fresh_secret, signed
from ledger.webhooks.endpoint import Answer, Endpoint, address_fault

# Seconds for all of it, and how much of an answer is read before the line is cut.
PATIENCE, MOST_READ = 10.0, 16 * 1024
_AT_ONCE = 64
_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (NotPublic, "not-public"),
    (httpcore2.TimeoutException, "time-out"),
    (httpcore2.ConnectError, "no-connection"),
    (httpcore2.NetworkError, "connection-lost"),
    (httpcore2.ProtocolError, "not-http"),
    (httpcore2.UnsupportedProtocol, "not-https"),
)


class WebhookPost:
    """The way out. `plain` allows http, for a demo on one machine. Any thread may send.

    `clock` tells which secrets count; `machine` is the machine's own, which receivers compare with
    theirs.
    """

    def __init__(
        self,
        places: AllowedPlaces,
        *,
        clock: Callable[[], datetime],
        plain: bool = False,
        machine: Callable[[], float] = time.time,
        tls: ssl.SSLContext | None = None,
        patience: float = PATIENCE,
    ) -> None:
        self._places, self._plain = places, plain
        self._clock, self._machine = clock, machine
        self._tls, self._patience = tls, patience
        self._pool: httpcore2.ConnectionPool | None = None

    def fault(self, url: str) -> str:
        """What is wrong with an address, as a word; empty where events may be sent to it."""
        if fault := address_fault(url, plain=self._plain):
            return fault
        parts = urlsplit(url)
        try:
            self._places.found(parts.hostname or "", parts.port or 443)
        except NotPublic:
            return "not-public"
        except httpcore2.ConnectError:
            return "no-such-host"
        return ""

    def fresh_secret(self) -> str:
        """A new secret, as receivers' libraries take it."""
        return fresh_secret()

    def __call__(self, endpoint: Endpoint, event: UUID, body: bytes) -> Answer:
        """What came of posting it. Never raises for what the other side does."""
        if fault := address_fault(endpoint.url, plain=self._plain):
            return Answer(word=fault)
        timestamp = int(self._machine())
        secrets = endpoint.secrets_at(self._clock())
        headers: dict[str, str] = {
            **signed(body, id=str(event), timestamp=timestamp, secrets=secrets),
            "content-type": "application/json",
            "user-agent": "Stampledger",
        }
        try:
            with due_within(self._patience):
                return Answer(status=self._status(endpoint.url, headers, body))
        except tuple(kind for kind, _ in _WORDS) as error:
            return Answer(word=next(word for kind, word in _WORDS if isinstance(error, kind)))

    def close(self) -> None:
        """Hang up."""
        if self._pool is not None:
            self._pool.close()

    def _status(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        with self._opened().stream(
            "POST",
            url,
            headers=[*headers.items()],
            content=body,
            extensions={"timeout": self._timeouts()},
        ) as response:
            _read_on(response)
            return response.status

    def _timeouts(self) -> dict[str, float]:
        return dict.fromkeys(("connect", "read", "write", "pool"), self._patience)

    def _opened(self) -> httpcore2.ConnectionPool:
        """Made when the first event goes out: reading the certificates takes a while."""
        if self._pool is None:
            self._pool = httpcore2.ConnectionPool(
                ssl_context=self._tls or create_ssl_context(),
                max_connections=_AT_ONCE,
                max_keepalive_connections=_AT_ONCE // 2,
                keepalive_expiry=20.0,
                network_backend=JudgedBackend(self._places),
            )
        return self._pool


def _read_on(response: httpcore2.Response) -> None:
    """So that the connection can be used again; one that says too much is dropped."""
    read = 0
    try:
        for piece in response.iter_stream():
            read += len(piece)
            if read > MOST_READ:
                break
    except (httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError):
        pass  # the status had come, and it counts
