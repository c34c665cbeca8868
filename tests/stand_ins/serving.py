"""A provider's stand-in as a real HTTP server on this machine, with troubles on demand."""

import json
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Json = dict[str, Any]

# 429, 409, 500: nothing is done. 500-after, cut, gone: it is done, and the caller cannot know.
# forge: it is done, and the answer is not to be trusted.
REFUSALS = ("429", "409", "500")
TROUBLES = (*REFUSALS, "500-after", "cut", "gone", "forge")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request as it came; header names in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body or b"null")


@dataclass(frozen=True, kw_only=True)
class Told:
    """One answer."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """What befalls one call whose path holds `path`."""

    kind: str
    method: str = "POST"
    path: str = ""

    def befalls(self, asked: Asked) -> bool:
        return asked.method == self.method and self.path in asked.path


@dataclass(frozen=True, kw_only=True)
class Message:
    """News on its way to the shop: the address is the whole one that the shop gave."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def target(self) -> str:
        parts = urlsplit(self.url)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path


class StandIn(ABC):
    """Answers calls one at a time. What was wrong with a call or an answer is in `violations`."""

    def __init__(self) -> None:
        self.url = ""
        self.violations: list[str] = []
        self.calls: list[str] = []
        self.news: list[Message] = []
        self._troubles: list[Trouble] = []
        self._lock = threading.RLock()

    @abstractmethod
    def answer(self, asked: Asked) -> Told:
        """Do what is asked."""

    @abstractmethod
    def error(self, status: int, message: str) -> Told:
        """An error in the provider's words."""

    def forged(self, told: Told) -> Told:
        """The answer as somebody else would give it; the same where answers are not signed."""
        return told

    def plan(self, kind: str, *, method: str = "POST", path: str = "", times: int = 1) -> None:
        """What shall befall the next so many calls."""
        assert kind in TROUBLES, kind
        self._troubles += [Trouble(kind=kind, method=method, path=path)] * times

    def calm(self) -> None:
        self._troubles.clear()

    def handle(self, asked: Asked) -> tuple[Told, str]:
        """The answer, and the trouble that it comes with."""
        with self._lock:
            self.calls.append(f"{asked.method} {asked.path}")
            trouble = self._next(asked)
            if trouble in REFUSALS:
                return self.error(int(trouble), "on purpose"), trouble
            try:
                told = self.answer(asked)
            except Exception as error:
                self.violations.append(f"{asked.method} {asked.path}: {error!r}")
                return self.error(500, "the stand-in broke"), ""
            if trouble == "500-after":
                told = self.error(500, "on purpose")
            return (self.forged(told) if trouble == "forge" else told), trouble

    def _next(self, asked: Asked) -> str:
        for trouble in self._troubles:
            if trouble.befalls(asked):
                self._troubles.remove(trouble)
                return trouble.kind
        return ""


@contextmanager
def serving(stand_in: StandIn) -> Iterator[None]:
    """The stand-in on a free port, until the end of the block."""
    handler = type("Handler", (_Handler,), {"stand_in": stand_in})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    stand_in.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=lambda: server.serve_forever(0.02))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    stand_in: StandIn

    def _do(self) -> None:
        parts = urlsplit(self.path)
        asked = Asked(
            method=self.command,
            path=parts.path,
            query=dict(parse_qsl(parts.query)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(int(self.headers.get("Content-Length") or 0)),
        )
        told, trouble = self.stand_in.handle(asked)
        if trouble != "gone":
            self._send(told, half=trouble == "cut")

    def _send(self, told: Told, *, half: bool) -> None:
        self.send_response(told.status)
        for name, value in told.headers.items():
            self.send_header(name, value)
        if told.status != 204:
            self.send_header("Content-Length", str(max(len(told.body), int(half))))
        self.end_headers()
        self.wfile.write(told.body[: len(told.body) // 2] if half else told.body)

    def log_message(self, format: str, *args: Any) -> None:
        return


for _method in ("GET", "POST", "PATCH", "DELETE"):
    setattr(_Handler, f"do_{_method}", _Handler._do)
