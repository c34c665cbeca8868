"""A receiver of webhooks as integrators have one: a real HTTP server that verifies what comes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

from standardwebhooks import Webhook


@dataclass
class WebhookReceiver:
    """Answers what it is told to, then 204; what comes is kept, and verified if `secret` is set."""

    url: str = ""
    secret: str = ""
    answers: list[int] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    goes_on: Event = field(default_factory=Event)
    hangs: bool = False
    location: str = ""
    answer_body: bytes = b""

    def take(self, headers: dict[str, str], body: bytes) -> int:
        self.headers.append(headers)
        self.bodies.append(body)
        if self.secret:
            self.events.append(Webhook(self.secret).verify(body, headers))
        if self.hangs:
            self.goes_on.wait(30)
        return self.answers.pop(0) if self.answers else 204

    @property
    def positions(self) -> list[int]:
        return [one["data"]["position"] for one in self.events]

    @property
    def ids(self) -> list[str]:
        return [one["webhook-id"] for one in self.headers]


@contextmanager
def receiving(*, secret: str = "") -> Iterator[WebhookReceiver]:
    """A receiver on a port of this machine."""
    receiver = WebhookReceiver(secret=secret)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            status = receiver.take({k.lower(): v for k, v in self.headers.items()}, body)
            self.send_response(status)
            if receiver.location:
                self.send_header("location", receiver.location)
            if status != 204:
                self.send_header("content-length", str(len(receiver.answer_body)))
            self.end_headers()
            self.wfile.write(receiver.answer_body if status != 204 else b"")

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
    try:
        yield receiver
    finally:
        receiver.goes_on.set()
        server.shutdown()
        server.server_close()
