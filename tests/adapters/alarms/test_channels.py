"""Alarms over real SMTP and real HTTP."""

import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from aiosmtpd.controller import Controller

from adapters.alarms.mail import AlarmMail
from adapters.alarms.webhook import AlarmWebhook
from adapters.mail.smtp import SmtpMail
from adapters.worker.reactors.alarms import Alarm
from ledger.kernel.money import Money

ALARM = Alarm(
    case=UUID("6f9619ff-8b86-4d01-b42d-00cf4fc964ff"),
    kind="unmatched_money",
    text="Paid: no order of ours is named",
    provider="stripe",
    provider_reference="pi_1",
    amount=Money(500, "EUR"),
    opened_at=datetime(2027, 1, 10, 12, tzinfo=UTC),
)


@dataclass
class Postbox:
    """A mail server that keeps what it takes, or takes nothing."""

    closed: bool = False
    letters: list[str] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.closed:
            return "451 4.3.0 not now"
        self.letters.append(envelope.content.decode())
        return "250 taken"


@pytest.fixture
def postbox() -> Iterator[tuple[Postbox, AlarmMail]]:
    box = Postbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    mail = SmtpMail(f"smtp://127.0.0.1:{port}", "Winterfest <tickets@winterfest.example>")
    yield box, AlarmMail(mail=mail, to="ops@example.org", mail_domain="winterfest.example")
    server.stop()


def test_a_mail_says_what_and_is_recognizable(postbox: tuple[Postbox, AlarmMail]):
    box, channel = postbox
    assert channel.tell(ALARM)
    (letter,) = box.letters
    assert f"Message-ID: <{ALARM.case}@winterfest.example>" in letter
    assert "unmatched_money" in letter
    assert "pi_1" in letter


def test_a_mail_of_many_says_how_many_and_names_the_first_few(postbox: tuple[Postbox, AlarmMail]):
    box, channel = postbox
    first = [UUID(int=one) for one in range(1, 6)]
    assert channel.tell(replace(ALARM, kind="payment_unknown", many=40, cases=first))
    (letter,) = box.letters
    assert "Subject: Stampledger needs a person: payment_unknown (40 cases)" in letter
    assert "Cases: 40" in letter
    assert all(str(one) in letter for one in first)
    assert "and 35 more" in letter


def test_a_mail_that_was_not_taken_is_no_alarm(postbox: tuple[Postbox, AlarmMail]):
    box, channel = postbox
    box.closed = True
    assert not channel.tell(ALARM)


@pytest.fixture
def hook() -> Iterator[tuple[str, list[Any], list[int]]]:
    """Where alarms are posted to: its address, what came, and what it will answer."""
    came: list[Any] = []
    answers: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            came.append((self.headers["Idempotency-Key"], json.loads(body)))
            self.send_response(answers.pop(0) if answers else 204)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=[0.05], daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/alarm?secret=s", came, answers
    server.shutdown()
    server.server_close()


def test_a_webhook_gets_one_document(hook: tuple[str, list[Any], list[int]]):
    url, came, _ = hook
    assert AlarmWebhook(url=url).tell(ALARM)
    ((key, told),) = came
    assert key == told["case"] == str(ALARM.case)
    assert (told["amount"], told["currency"], told["severity"]) == (500, "EUR", "critical")
    assert (told["many"], told["cases"]) == (1, [])
    assert told["opened_at"] == "2027-01-10T12:00:00Z"


def test_only_a_yes_is_a_yes(hook: tuple[str, list[Any], list[int]]):
    url, came, answers = hook
    answers += [500, 302, 404]
    assert not any(AlarmWebhook(url=url).tell(ALARM) for _ in range(3))
    assert len(came) == 3, "and it is not followed elsewhere"
    assert not AlarmWebhook(url="http://127.0.0.1:9/").tell(ALARM)


def test_its_address_does_not_print():
    assert "secret" not in repr(AlarmWebhook(url="http://x/?secret"))
