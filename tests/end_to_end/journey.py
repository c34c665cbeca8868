"""What a customer, a provider and a bad day do to a whole house."""

import os
import re
import secrets
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import httpx2

from tests.kits import ready_processes
from web.demo.processes import House, Process, keep_to_ourselves
from web.wiring.composition import Works

PATIENCE = 120.0
# One for all: a client of its own for each call would load certificates that nobody asks for.
# No connection is kept: the next process at the same address would not know it.
WIRE = httpx2.Client(
    trust_env=False,
    verify=False,
    timeout=60,
    limits=httpx2.Limits(max_keepalive_connections=0),
)
_T = TypeVar("_T")


def until(what: str, look: Callable[[], _T | None]) -> _T:
    """What is looked for, as soon as it is there."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"waited {PATIENCE:.0f} seconds, but not yet: {what}")


def ready(house: House, name: str) -> Process:
    """One of a house's processes, at once: it has imported all that it needs."""
    _, module, *words = house.commands()[name]
    log = house.log_of(name)
    keep_to_ourselves(log.parent)
    with log.open("ab") as file:
        return ready_processes.start(module, words, house.environment(), out=file)


@dataclass
class Journey:
    """One house, and hands to use it with."""

    house: House
    works: Works
    processes: dict[str, Process]
    clock: Path

    def buy(self, *, quantity: int = 2, shop: str = "winterfest") -> "Bought":
        """Place an order through the API."""
        answer = WIRE.post(
            f"{self.house.at.shop}/api/v1/shops/{shop}/orders",
            json={
                "customer": {
                    "first_name": "Aino",
                    "last_name": "Example",
                    "email": "aino@visitors.example",
                    "phone": "",
                },
                "language": "en",
                "lines": [{"product": "weekend", "quantity": quantity}],
            },
            headers={"Idempotency-Key": secrets.token_hex(16)},
            timeout=30,
        )
        assert answer.status_code == 201, answer.text
        placed = answer.json()
        redirect = placed["payment"]["redirect_url"]
        return Bought(
            self,
            UUID(placed["order"]["id"]),
            placed["order"]["number"],
            redirect,
            shop=shop,
            token=placed["modification_token"] or "",
        )

    def bought(self, address: str) -> "Bought":
        """An order that was placed in a browser, from the address of its page."""
        found = re.search(r"/orders/([0-9a-f-]{36})", address)
        assert found, address
        order = self.works.parts.orders.get(UUID(found[1]))
        return Bought(self, order.id, order.number, "")

    def control(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Tell the provider's stand-in what to do."""
        answer = WIRE.post(f"{self.house.at.provider}/sandbox/{path}", json=body or {})
        assert not answer.is_error, answer.text
        return answer.json() if answer.content else None

    def get(self, path: str) -> Any:
        """What the provider's stand-in tells of itself."""
        return WIRE.get(f"{self.house.at.provider}/sandbox/{path}").raise_for_status().json()

    def provider(self, path: str) -> list[dict[str, Any]]:
        """A list of the provider's objects."""
        answer = WIRE.get(
            f"{self.house.at.provider}/v1/{path}",
            headers={"Authorization": f"Bearer {self.house.api_key}"},
        )
        return list(answer.raise_for_status().json()["data"])

    def mailbox(self) -> list[dict[str, Any]]:
        found = WIRE.get(f"{self.house.at.mail}/messages.json").raise_for_status().json()
        return list(found["messages"] if isinstance(found, dict) else found)

    def kill(self, name: str) -> None:
        """kill -9, of the process and all it started; none of them holds its port any more."""
        number = self.processes[name].pid
        os.killpg(number, signal.SIGKILL)
        self.processes[name].wait()
        until(f"all of {name} are gone", lambda: not _alive(number))

    def start(self, name: str) -> None:
        self.processes[name] = ready(self.house, name)

    def wait_for_web(self, address: str | None = None) -> None:
        """The one of this address; else the first."""

        def alive() -> bool:
            try:
                return WIRE.get(f"{address or self.house.at.shop}/healthz").status_code == 200
            except httpx2.TransportError:
                return False

        until("the web is back", alive)

    def move_clock(self, seconds: int) -> None:
        """Move everyone's clock."""
        self.clock.write_text(str(int(self.clock.read_text()) + seconds))

    def audit(self, command: str) -> "subprocess.CompletedProcess[str]":
        """Run an auditor's command as a stranger would."""
        return self.command("audit", command)

    def command(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run a command as an operator would."""
        return ready_processes.run(words, self.house.environment())


def _alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@dataclass
class Bought:
    """One order, on its way."""

    journey: Journey
    id: UUID
    number: int
    redirect: str
    shop: str = "winterfest"
    token: str = ""

    @property
    def session(self) -> str:
        return self.redirect.split("?")[0].rstrip("/").rpartition("/")[2]

    def pay(self) -> None:
        self.journey.control(f"sessions/{self.session}/pay")

    def status(self) -> str:
        address = f"{self.journey.house.at.shop}/api/v1/shops/{self.shop}/orders/{self.id}"
        return str(WIRE.get(address).raise_for_status().json()["status"])

    def reaches(self, status: str) -> None:
        until(f"the order is {status} (it is {self.status()})", lambda: self.status() == status)

    def ask_to_cancel(self) -> httpx2.Response:
        return self._post("cancellation-requests", {})

    def code(self) -> str:
        """The code of the newest link in the mailbox."""

        def newest() -> str | None:
            texts = [one["text"] for one in self.letters()]
            codes = [code for t in texts for code in re.findall(r"/cancel/([\w-]{20,})", t)]
            return codes[-1] if codes else None

        return until("the one-time link", newest)

    def cancel(self, code: str) -> httpx2.Response:
        return self._post("cancellation", {"code": code})

    def letters(self) -> list[dict[str, Any]]:
        """This order's letters: every shop counts its orders from one."""
        number, order = f"#{self.number:06d}", self.journey.works.parts.orders.get(self.id)
        seller = order.terms.seller.email
        return [
            one
            for one in self.journey.mailbox()
            if number in one["subject"] + one["text"] and seller in one["text"]
        ]

    def stamps(self) -> Counter[str]:
        history = self.journey.works.parts.orders.history(self.id)
        return Counter(type(one.stamp).__name__ for one in history)

    def refunds(self) -> list[dict[str, Any]]:
        """What the provider returned of this order."""
        return [
            one
            for one in self.journey.provider("refunds?limit=100")
            if one["metadata"].get("order") == str(self.id)
        ]

    def _post(self, path: str, body: dict[str, str]) -> httpx2.Response:
        address = f"{self.journey.house.at.shop}/api/v1/shops/{self.shop}/orders/{self.id}/{path}"
        return WIRE.post(address, json=body, timeout=60)
