"""The demo's story: one order walks the whole way by itself, through the same doors as anyone's."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import click
import httpx2

from ledger.kernel.money import Money, spoken
from ledger.order.status import Status
from web.demo.processes import Addresses, fresh_key

_T = TypeVar("_T")
_PATIENCE = 30.0
_BUYER = {
    "first_name": "Aino",
    "last_name": "Example",
    "email": "aino@visitors.example",
    "phone": "",
}


@dataclass(frozen=True, slots=True)
class Story:
    """Tells what happens to one order, line by line, and fails when it does not happen."""

    at: Addresses
    taken: Callable[[], int]
    tell: Callable[[str, str], None]

    def walk(self) -> str:
        """Buy, pay, receipt, cancel, refund. Returns the order's id."""
        before = self.taken()
        order, payment = self._buy()
        self._pay(order, payment)
        self._cancel(order)
        self._until("the seats are free again", lambda: self.taken() == before)
        self.tell("seats", "both are free again")
        return str(order["id"])

    def _buy(self) -> tuple[dict[str, Any], dict[str, Any]]:
        placed = self._post(
            "orders",
            {
                "customer": _BUYER,
                "language": "en",
                "lines": [{"product": "weekend", "quantity": 2}],
            },
            headers={"Idempotency-Key": fresh_key()},
        )
        order = placed["order"]
        number = int(order["number"])
        self.tell("placed", f"order #{number:06d}, 2 weekend tickets, {_money(order)}")
        return order, placed["payment"]

    def _pay(self, order: dict[str, Any], payment: dict[str, Any]) -> None:
        session = payment["redirect_url"].split("?")[0].rstrip("/").rpartition("/")[2]
        httpx2.post(
            f"{self.at.provider}/sandbox/sessions/{session}/pay", json={}
        ).raise_for_status()
        self._reaches(order, Status.PAID)
        self.tell("paid", "the provider's signed webhook came in")
        letter = self._letter(order, "receipt or tickets", skip=())
        self.tell("receipt", f"“{letter['subject']}” is in the mail")

    def _cancel(self, order: dict[str, Any]) -> None:
        before = self._letters(order)
        self._post(f"orders/{order['id']}/cancellation-requests", {})
        link = self._letter(order, "one-time link", skip=before)
        code = re.search(r"/cancel/([\w-]{20,})", link["text"])
        if code is None:
            raise click.ClickException("the letter holds no link to cancel")
        self.tell("asked", f"“{link['subject']}” brought a one-time link")
        before = self._letters(order)
        answer = self._post(f"orders/{order['id']}/cancellation", {"code": code[1]})
        self.tell("cancelled", f"refund {answer['refund']}")
        self._reaches(order, Status.REFUNDED)
        letter = self._letter(order, "refund receipt", skip=before)
        self.tell("refunded", f"“{letter['subject']}” is in the mail")

    def _post(
        self, path: str, body: dict[str, Any], headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        address = f"{self.at.shop}/api/v1/shops/winterfest/{path}"
        answer = httpx2.post(address, json=body, headers=headers, timeout=30)
        if answer.is_error:
            raise click.ClickException(f"{path.split('/', maxsplit=1)[0]}: {answer.text}")
        return dict(answer.json()) if answer.content else {}

    def _reaches(self, order: dict[str, Any], status: Status) -> None:
        address = f"{self.at.shop}/api/v1/shops/winterfest/orders/{order['id']}"
        self._until(
            f"the order is {status}",
            lambda: httpx2.get(address).raise_for_status().json()["status"] == status,
        )

    def _letters(self, order: dict[str, Any]) -> tuple[str, ...]:
        return tuple(one["message_id"] for one in self._mailbox(order))

    def _mailbox(self, order: dict[str, Any]) -> list[dict[str, Any]]:
        found = httpx2.get(f"{self.at.mail}/messages.json").raise_for_status().json()
        messages = found["messages"] if isinstance(found, dict) else found
        number = f"#{int(order['number']):06d}"
        return [one for one in messages if number in one["subject"] + one["text"]]

    def _letter(self, order: dict[str, Any], what: str, *, skip: tuple[str, ...]) -> dict[str, Any]:
        def fresh() -> dict[str, Any] | None:
            return next((m for m in self._mailbox(order) if m["message_id"] not in skip), None)

        return self._until(f"the {what} arrives", fresh)

    def _until(self, what: str, look: Callable[[], _T | None]) -> _T:
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            found = look()
            if found:
                return found
            time.sleep(0.1)
        raise click.ClickException(f"waited {_PATIENCE:.0f} seconds, but not yet: {what}")


def _money(order: dict[str, Any]) -> str:
    return spoken(Money(order["total"], order["currency"]))
