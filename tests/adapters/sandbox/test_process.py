"""As a process of its own it starts, stops, keeps what it knows and its secrets to itself."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from adapters.sandbox import SandboxSettings, create_sandbox, running_sandbox
from tests.kits.patience import PATIENCE
from tests.kits.sandbox import (
    API_KEY,
    HTTP,
    SECRET,
    Receiver,
    Shop,
    client_of,
    receiving,
    until,
)

ROOT = Path(__file__).resolve().parents[3]


@contextmanager
def process(home: Path, *extra: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, "-m", "adapters.sandbox", "--home", str(home), *extra]
    keys = {"SANDBOX_API_KEY": API_KEY, "SANDBOX_WEBHOOK_SECRET": SECRET}
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | keys,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as running:
        assert running.stdout is not None
        try:
            yield running, running.stdout.readline()
        finally:
            running.kill()


def test_it_tells_when_it_is_ready_and_stops_when_told(tmp_path: Path):
    with process(tmp_path, "--webhook-url", "http://127.0.0.1:9/") as (running, line):
        url = next(word for word in line.split() if word.startswith("http://127.0.0.1:"))
        session = client_of(url).v1.checkout.sessions.list()
        assert session.data == []
        running.send_signal(signal.SIGTERM)
        rest = running.stdout.read() if running.stdout else ""
        assert running.wait(PATIENCE) == 0
    assert API_KEY not in line + rest
    assert SECRET not in line + rest
    assert rest == ""


def test_killed_hard_it_still_knows_the_payment(tmp_path: Path):
    settings = SandboxSettings(home=tmp_path, api_key=API_KEY)
    with process(tmp_path) as (running, line):
        url = next(word for word in line.split() if word.startswith("http://127.0.0.1:"))
        session = client_of(url).v1.checkout.sessions.create(
            {
                "mode": "payment",
                "success_url": "http://shop.example/",
                "line_items": [
                    {
                        "price_data": {
                            "currency": "eur",
                            "unit_amount": 1500,
                            "product_data": {"name": "Ticket"},
                        },
                        "quantity": 1,
                    }
                ],
            },
            {"idempotency_key": "k-1"},
        )
        HTTP.post(f"{url}/sandbox/sessions/{session.id}/pay").raise_for_status()
        running.kill()
    with running_sandbox(settings) as sandbox:
        found = Shop(sandbox).v1.checkout.sessions.retrieve(session.id)
        assert found.payment_status == "paid"


def test_a_webhook_that_was_not_taken_is_sent_after_the_restart(tmp_path: Path):
    with receiving() as receiver:
        with running_sandbox(_told(tmp_path, "http://127.0.0.1:9/")) as sandbox:
            Shop(sandbox).paid()
        with running_sandbox(_told(tmp_path, receiver.url)):
            receiver.wait_for("checkout.session.completed")
            until(lambda: len(receiver.received) >= 4)


def _told(home: Path, url: str) -> SandboxSettings:
    return SandboxSettings(
        home=home, api_key=API_KEY, webhook_url=url, webhook_secret=SECRET, first_pause=0.02
    )


def test_the_clock_file_moves_the_clock(tmp_path: Path, receiver: Receiver):
    clock = tmp_path / "offset"
    settings = SandboxSettings(home=tmp_path, api_key=API_KEY, clock_file=clock)
    with running_sandbox(settings) as sandbox:
        shop = Shop(sandbox)
        session = shop.session()
        clock.write_text("86401")
        assert shop.v1.checkout.sessions.retrieve(session.id).status == "expired"


def test_a_delayed_payment_settles_by_itself_when_told_to(tmp_path: Path):
    settings = SandboxSettings(home=tmp_path, api_key=API_KEY, settle_after=60)
    with running_sandbox(settings) as sandbox:
        shop = Shop(sandbox)
        session = shop.session()
        shop.lever(f"sessions/{session.id}/pay-later")
        shop.lever("clock", advance=61)
        assert shop.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"


def test_empty_secrets_refuse_to_start(tmp_path: Path):
    for secrets in ({"api_key": ""}, {"api_key": "k", "webhook_url": "http://127.0.0.1:9/"}):
        with pytest.raises(ValueError, match="must be given"):
            create_sandbox(SandboxSettings(home=tmp_path, **secrets))  # type: ignore[arg-type]
    assert "k-secret" not in repr(SandboxSettings(home=tmp_path, api_key="k-secret"))
