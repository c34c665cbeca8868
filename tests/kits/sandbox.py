"""A shop that uses the sandbox: the real SDK in front, a webhook receiver behind."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2
import stripe

from adapters.sandbox import Sandbox
from tests.kits.patience import PATIENCE

API_KEY = "sk_test_sandbox_tests"
SECRET = "whsec_sandbox_tests"

# One for all, and without certificates: making a client takes longer than most tests here.
HTTP = httpx2.Client(trust_env=False, verify=False)


@dataclass
class Received:
    """One webhook as it came in."""

    body: bytes
    signature: str

    @property
    def event(self) -> stripe.Event:
        event: stripe.Event = stripe.Webhook.construct_event(self.body, self.signature, SECRET)
        return event


@dataclass
class Receiver:
    """Takes webhooks; answers what `answers` says, then 200."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, body: bytes, signature: str) -> int:
        with self.lock:
            self.received.append(Received(body, signature))
            return self.answers.pop(0) if self.answers else 200

    def types(self) -> list[str]:
        return [received.event.type for received in list(self.received)]

    def wait_for(self, event_type: str, *, times: int = 1) -> None:
        until(lambda: self.types().count(event_type) >= times)


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(receiver.take(body, self.headers["Stripe-Signature"]))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}/webhooks"
    thread = threading.Thread(target=lambda: server.serve_forever(0.02))
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def until(happened: Callable[[], bool], *, seconds: float = PATIENCE) -> None:
    """Poll with a deadline; no test decides by having slept long enough."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def client_of(url: str, *, retries: int = 0, patience: float = 10.0) -> stripe.StripeClient:
    http_client = stripe.RequestsClient(timeout=patience)
    return stripe.StripeClient(
        API_KEY,
        base_addresses={"api": url},
        max_network_retries=retries,
        http_client=http_client,
    )


class Shop:
    """What a test says in one line."""

    def __init__(self, sandbox: Sandbox, **options: Any) -> None:
        self.sandbox, self.url = sandbox, sandbox.url
        self.stripe = client_of(sandbox.url, **options)
        # The tests say what comes back; the SDK's own types would make them argue about None.
        self.v1: Any = self.stripe.v1

    def session(self, amount: int = 1500, *, key: str | None = None, **params: Any) -> Any:
        asked: dict[str, Any] = {
            "mode": "payment",
            "success_url": "http://shop.example/thanks?session={CHECKOUT_SESSION_ID}",
            "cancel_url": "http://shop.example/cart",
            "client_reference_id": "order-1",
            "customer_email": "ada@shop.example",
            "metadata": {"order": "order-1"},
            "payment_intent_data": {"metadata": {"order": "order-1"}},
            "line_items": [line("Ticket", amount)],
        }
        options = {"idempotency_key": key} if key else {}
        return self.v1.checkout.sessions.create(asked | params, options)

    def paid(self, amount: int = 1500, **params: Any) -> Any:
        session = self.session(amount, **params)
        self.lever(f"sessions/{session.id}/pay")
        return self.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})

    def held(self, amount: int = 1500) -> Any:
        data = {"capture_method": "manual", "metadata": {"order": "order-1"}}
        return self.paid(amount, payment_intent_data=data)

    def lever(self, path: str, status: int = 200, /, **asked: Any) -> Any:
        answer = HTTP.post(f"{self.url}/sandbox/{path}", json=asked)
        assert answer.status_code == status, answer.text
        return answer.json()

    def event_types(self) -> list[str]:
        events = self.v1.events.list({"limit": 100})
        return [event.type for event in events.data][::-1]


def line(name: str, amount: int, *, quantity: int = 1) -> dict[str, Any]:
    price = {"currency": "eur", "unit_amount": amount, "product_data": {"name": name}}
    return {"price_data": price, "quantity": quantity}
