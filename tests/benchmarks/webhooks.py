"""Webhooks through the whole door: signature, inbox, stamp, answer; beside the bare web server.

`python -m tests.benchmarks.webhooks [--callers 1,16,64] [--seconds 2] [--runs 3] [--json FILE]`
"""

import base64
import http.client
import json
import os
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from adapters.embedded_postgres import APP, EmbeddedPostgres
from adapters.sandbox.outbox import signature
from ledger.order.commands import PlaceOrder, Wanted
from ledger.order.stamps import CreatePaymentSuccess
from ledger.shop.shop import ShopSpec
from tests.benchmarks.command import command
from tests.benchmarks.measuring import Figures, measure, median_of, ratio
from tests.end_to_end.houses import ports_in_a_row
from tests.kits.databases import migrated_template
from tests.kits.worlds import ADA, SPEC
from web.wiring.composition import Works, assembled
from web.wiring.settings import read_settings

SECRET = "whsec_benchmark"
ROOM = 10_000_000
# Enough that no run of the usual length comes to the end of them.
ORDERS_PER_SECOND = 900
PATIENCE = 180


@dataclass
class Line:
    """Callers of one server; each keeps a connection of its own."""

    port: int
    path: str = "/webhooks/stripe"
    _own: threading.local = field(default_factory=threading.local)

    def post(self, body: bytes) -> None:
        connection = self._connection()
        at = int(time.time())
        signed = {"Stripe-Signature": signature(body.decode(), SECRET, at=at)}
        connection.request("POST", self.path, body, signed)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, answer.status

    def _connection(self) -> http.client.HTTPConnection:
        if not hasattr(self._own, "connection"):
            self._own.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        found: http.client.HTTPConnection = self._own.connection
        return found


def session_of(attempt: UUID) -> str:
    """The name of an attempt's payment page."""
    return f"cs_test_{attempt.hex}"


def payment(order: UUID, attempt: UUID, *, session: str = "") -> bytes:
    """The news that a session was paid, about as long as Stripe's own."""
    metadata = {"order": str(order), "correlation_id": str(attempt)}
    page = {
        "id": session or session_of(attempt),
        "object": "checkout.session",
        "amount_total": 3500,
        "currency": "eur",
        "client_reference_id": str(order),
        "metadata": metadata,
        "mode": "payment",
        "payment_intent": f"pi_{attempt.hex}",
        "payment_status": "paid",
        "status": "complete",
        "success_url": "https://shop.example/" + "x" * 1500,
    }
    event = {
        "id": f"evt_{uuid4().hex}",
        "object": "event",
        "type": "checkout.session.completed",
        "created": int(time.time()),
        "livemode": False,
        "data": {"object": page},
    }
    return json.dumps(event).encode()


def place(works: Works, count: int) -> Iterator[tuple[UUID, bytes]]:
    """Orders that wait for their money, and the news of it."""
    parts = works.parts

    def one(_: int) -> tuple[UUID, bytes]:
        command = PlaceOrder(
            correlation_id=uuid4(),
            actor="visitor",
            at=parts.clock(),
            order=uuid4(),
            lines=(Wanted(product="weekend", quantity=1),),
            customer=ADA,
            language="en",
            email_index="index",
            request_digest="digest",
            accounts={},
        )
        order = parts.orders.place(SPEC.slug, command)
        attempt = command.correlation_id
        page = CreatePaymentSuccess(
            provider_reference=session_of(attempt),
            redirect_url="https://pay.example/",
            expires_at=parts.clock() + timedelta(days=1),
        )
        parts.orders.record(order.id, page, correlation_id=attempt, actor="benchmark")
        return order.id, payment(order.id, attempt)

    with ThreadPoolExecutor(32) as pool:
        yield from pool.map(one, range(count))


def shop(now: Any) -> ShopSpec:
    preferences = replace(SPEC.preferences, starts_at=now.replace(year=now.year + 1))
    return replace(SPEC, preferences=preferences, quotas={"weekend": ROOM, "friday": ROOM})


@contextmanager
def running(*command: str, port: int, environment: Mapping[str, str]) -> Iterator[Line]:
    """A server process, ready; ended afterwards."""
    # Its access log is written as in production, and read by nobody.
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", *command],
        env=dict(environment),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + PATIENCE
        while not _answers(port):
            assert process.poll() is None, f"{command} did not start"
            assert time.monotonic() < deadline, f"{command} does not answer"
            time.sleep(0.05)
        yield Line(port)
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def environment(url: str, home: str) -> dict[str, str]:
    return os.environ | {
        "STAMPLEDGER_HOME": home,
        "STAMPLEDGER_DATABASE_URL": url,
        "STAMPLEDGER_MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "STAMPLEDGER_SIGNING_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "STAMPLEDGER_SECRET_KEY": "benchmark" * 4,
        "STAMPLEDGER_STRIPE_API_KEY": "sk_test_benchmark",
        "STAMPLEDGER_STRIPE_WEBHOOK_SECRET": SECRET,
        "STAMPLEDGER_STRIPE_API_BASE": "http://127.0.0.1:1",
    }


def compare(
    ours: Line, bare: Line, works: Works, *, callers: int, seconds: float, runs: int
) -> list[dict[str, Any]]:
    """Two rows: news that is stamped, and the same news again; each beside the bare server."""
    fresh, again, limits = [], [], []
    for _ in range(runs):
        news = [*place(works, int(seconds * ORDERS_PER_SECOND))]
        waiting = iter(news)
        # One thread at a time takes the next: `next` on a list's iterator is one step.
        fresh.append(measure(lambda: ours.post(next(waiting)[1]), callers, seconds=seconds))  # noqa: B023
        came = news[: len(news) - len([*waiting])]
        assert all(works.parts.orders.get(order).paid_attempts for order, _ in came)
        body = news[0][1]
        again.append(measure(lambda: ours.post(body), callers, seconds=seconds))  # noqa: B023
        limits.append(measure(lambda: bare.post(body), callers, seconds=seconds))  # noqa: B023
    limit = median_of(limits)
    cases = {"a payment that is stamped": fresh, "the same news again": again}
    return [_row(case, median_of(measured), limit, callers) for case, measured in cases.items()]


def _row(case: str, us: Figures, limit: Figures, callers: int) -> dict[str, Any]:
    return {
        "case": case,
        "callers": callers,
        "ours": us,
        "peers": {"bare web server": limit},
        "limit": limit,
        "ratio": {"bare web server": ratio(us, limit)},
    }


def run(
    server: EmbeddedPostgres, *, callers: list[int], seconds: float, runs: int
) -> list[dict[str, Any]]:
    """Rows for each number of callers, through web servers of its own."""
    with ExitStack() as stack:
        home = stack.enter_context(tempfile.TemporaryDirectory(prefix="bench"))
        server.create_database("webhooks", template=migrated_template(server))
        told = environment(server.url("webhooks", role=APP), home)
        works = stack.enter_context(assembled(read_settings(told), readers=8))
        works.parts.shops.import_shop(
            shop(works.parts.clock()), actor="benchmark", at=works.parts.clock()
        )
        port = ports_in_a_row()
        open_ = stack.enter_context
        ours = open_(
            running(
                "web.cli", "serve", "--one-core", "--port", str(port), port=port, environment=told
            )
        )
        bare = open_(
            running("tests.benchmarks.bare_server", str(port + 1), port=port + 1, environment=told)
        )
        every = [
            compare(ours, bare, works, callers=count, seconds=seconds, runs=runs)
            for count in callers
        ]
    return [row for some in every for row in some]


def table(result: dict[str, Any]) -> str:
    """For people: the ratio first."""
    head = ("callers", "ratio", "ours/s", "p50 ms", "p99 ms", "bare/s", "p99 ms")
    lines = ["".join(f"{name:>8}" for name in head) + "  case"]
    for row in result["rows"]:
        us, bare = row["ours"], row["limit"]
        figures = (us["per_second"], us["p50_ms"], us["p99_ms"], bare["per_second"], bare["p99_ms"])
        told = (row["callers"], row["ratio"]["bare web server"], *figures)
        lines.append("".join(f"{one:>8.6g}" for one in told) + f"  {row['case']}")
    return "\n".join(lines)


DEFAULTS = {"callers": [1, 16, 64], "seconds": 2.0, "runs": 3}

if __name__ == "__main__":
    command("webhooks", run, about=__doc__, defaults=DEFAULTS, table=table)
