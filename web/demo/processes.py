"""The demo's processes: started together, watched, and stopped together."""

import fcntl
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import click
import httpx2

from web.cli.ports import require_usable
from web.wiring.keys import kept_key

PATIENCE = 90.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where everything listens, all on loopback. Ports follow the web's."""

    web: int

    @property
    def shop(self) -> str:
        return f"http://127.0.0.1:{self.web}"

    @property
    def provider(self) -> str:
        return f"http://127.0.0.1:{self.web + 1}"

    @property
    def mail(self) -> str:
        return f"http://127.0.0.1:{self.web + 3}"

    @property
    def smtp(self) -> int:
        return self.web + 2


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """One demo: where it keeps its data, where it listens, and what its processes are told."""

    home: Path
    at: Addresses

    def environment(self) -> Mapping[str, str]:
        """What all processes read."""
        return {
            **os.environ,
            **self.settings(),
            "SANDBOX_API_KEY": self.api_key,
            "SANDBOX_WEBHOOK_SECRET": self.webhook_secret,
        }

    def settings(self) -> Mapping[str, str]:
        """Those of the product itself. Keys are made once and stay in the data folder."""
        return {
            "STAMPLEDGER_HOME": str(self.home),
            "STAMPLEDGER_BASE_URL": self.at.shop,
            "STAMPLEDGER_SECRET_KEY": kept_key(self.home, "secret").hex(),
            "STAMPLEDGER_SMTP_URL": f"smtp://127.0.0.1:{self.at.smtp}",
            "STAMPLEDGER_MAIL_FROM": "Winterfest <tickets@winterfest.example>",
            "STAMPLEDGER_STRIPE_API_KEY": self.api_key,
            "STAMPLEDGER_STRIPE_WEBHOOK_SECRET": self.webhook_secret,
            "STAMPLEDGER_STRIPE_API_BASE": self.at.provider,
            "STAMPLEDGER_MAIL_CATCHER": str(self.home / "mail"),
            "STAMPLEDGER_DEMO": "1",
        }

    @property
    def api_key(self) -> str:
        return f"sk_test_{kept_key(self.home, 'sandbox').hex()}"

    @property
    def webhook_secret(self) -> str:
        return f"whsec_{kept_key(self.home, 'webhook').hex()}"

    def log_of(self, name: str) -> Path:
        """Where a process tells what it does."""
        return self.home / "logs" / f"{name}.log"

    def commands(self) -> Mapping[str, list[str]]:
        """The processes, in the order they start."""
        clock = os.environ.get("STAMPLEDGER_CLOCK_FILE")
        return {
            "provider": [
                *("-m", "adapters.sandbox", "--port", str(self.at.web + 1)),
                *("--home", str(self.home / "sandbox"), "--business", "Winterfest"),
                *("--webhook-url", f"{self.at.shop}/webhooks/stripe"),
                *(("--clock-file", clock) if clock else ()),
            ],
            "mail": [
                *("-m", "adapters.mail_catcher", "--smtp-port", str(self.at.smtp)),
                *("--web-port", str(self.at.web + 3), "--home", str(self.home / "mail")),
            ],
            "web": ["-m", "web.cli", "serve", "--port", str(self.at.web)],
            "worker": ["-m", "web.cli", "worker"],
        }


def require_free(at: Addresses) -> None:
    """Every port must be free; says which is not, and what to do."""
    for port in range(at.web, at.web + 4):
        require_usable("127.0.0.1", port)


class Process(Protocol):
    """What is asked of a process that was started, as of `subprocess.Popen`."""

    pid: int

    def poll(self) -> int | None: ...

    def wait(self, timeout: float | None = None) -> int: ...

    def send_signal(self, sig: int) -> None: ...


@contextmanager
def running(
    house: House, start: Callable[[House, str], Process] | None = None
) -> Iterator[dict[str, Process]]:
    """All processes, ready to be used; whatever is in there at the end is stopped."""
    processes: dict[str, Process] = {}
    try:
        for name in house.commands():
            processes[name] = (start or started)(house, name)
        for name in _ready_at(house.at):
            wait_until_ready(name, processes[name], house)
        yield processes
    finally:
        _stop(list(processes.values()))


def started(house: House, name: str) -> "subprocess.Popen[bytes]":
    """One of the processes, in a session of its own: Ctrl-C reaches it through us only."""
    log = house.log_of(name)
    keep_to_ourselves(log.parent)
    with log.open("ab") as file:
        return subprocess.Popen(
            [sys.executable, "-P", *house.commands()[name]],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            env=dict(house.environment()),
            start_new_session=True,
        )


def keep_to_ourselves(folder: Path) -> None:
    """Make a folder that only its owner may open; one that was open to others is closed."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Only one demo at a time in a folder: two would overwrite each other's addresses."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise click.UsageError(
                f"A demo runs in {home} already; its addresses are in {home / 'demo.json'}. "
                "Stop it, or give this one a folder of its own: STAMPLEDGER_HOME=FOLDER."
            ) from error
        yield


def _ready_at(at: Addresses) -> Mapping[str, str]:
    return {
        "provider": f"{at.provider}/sandbox/clock",
        "mail": f"{at.mail}/healthz",
        "web": f"{at.shop}/healthz",
    }


def wait_until_ready(name: str, process: Process, house: House) -> None:
    """Until a process answers. Raises `click.ClickException`, which names its log."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx2.get(_ready_at(house.at)[name], timeout=2).status_code < 500:
                return
        except httpx2.TransportError:
            time.sleep(0.05)
    told = house.log_of(name)
    raise click.ClickException(f"The {name} did not start. Its log tells why: {told}")


def _stop(processes: list[Process]) -> None:
    """Politely first, by id; what does not go within its time is ended."""
    for process in reversed(processes):
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    for process in reversed(processes):
        try:
            process.wait(8)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def fresh_key() -> str:
    """An idempotency key for one story."""
    return secrets.token_hex(16)
