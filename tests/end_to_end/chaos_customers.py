"""Customers on a bad day: each asks until somebody answers, as people and browsers do."""

import random
import time
from collections.abc import Callable, Collection, Sequence
from typing import Any, TypeVar
from uuid import UUID

import httpx2

from ledger.kernel.store import LedgerUnavailable
from ledger.order.order import Order
from tests.end_to_end.journey import WIRE, Journey

PATIENCE = 120.0
T = TypeVar("T")


class SoldOut(Exception):
    """Somebody else had the last seat."""


class Customer:
    """One order's life, and hands to live it with; the same seed and number live the same life."""

    def __init__(
        self, journey: Journey, number: int, *, seed: int, shop: str, web: str = ""
    ) -> None:
        self.journey, self.number, self.seed, self.shop = journey, number, seed, shop
        self.dice = random.Random(f"{seed}/{number}/hands")
        # Everybody comes from an address of their own, as rate limits expect.
        local = f"127.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255 or 1}"
        transport = httpx2.HTTPTransport(local_address=local, verify=False)
        base = f"{web or journey.house.at.shop}/api/v1/shops/{shop}"
        self._http = httpx2.Client(transport=transport, trust_env=False, timeout=20, base_url=base)
        self._questions = 0
        self.id, self.token = UUID(int=0), ""

    def __enter__(self) -> "Customer":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    @property
    def order(self) -> Order:
        """The order as the ledger has it; asked for again while the database recovers."""
        return answered(lambda: self.journey.works.parts.orders.get(self.id))

    def place(self, *, product: str = "", quantity: int = 0) -> None:
        """What they want or, without that, what the dice say. Raises `SoldOut`."""
        person = {"first_name": "Aino", "last_name": "Example", "phone": ""}
        language = self.dice.choice(["en", "fi", "sv"])
        wanted = {
            "product": product or self.dice.choice(["weekend", "weekend", "friday"]),
            "quantity": quantity or self.dice.choice([1, 1, 1, 2, 3]),
        }
        body = {
            "customer": {**person, "email": f"aino{self.number}@visitors.example"},
            "language": language,
            "lines": [wanted],
        }
        answer = self.ask("/orders", body, key="order")
        if answer.status_code == 409 and answer.json()["type"].endswith("not-enough-seats"):
            raise SoldOut
        assert answer.status_code == 201, answer.text
        self.id = UUID(answer.json()["order"]["id"])
        self.token = answer.json()["modification_token"] or ""

    def page(self) -> str:
        """The newest payment page; asked for until there is one."""
        return self._page_beyond(())

    def another_page(self) -> str:
        """A page that was not there before."""
        return self._page_beyond(self._pages())

    def _page_beyond(self, known: Sequence[str]) -> str:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            fresh = [one for one in self._pages() if one not in known]
            if fresh:
                return fresh[-1]
            if not self.order.alive:
                raise SoldOut  # it timed out before the provider gave a page
            self.ask(f"/orders/{self.id}/payments", {})
            time.sleep(0.3)
        raise AssertionError(f"customer {self.number} never got a payment page")

    def _pages(self) -> list[str]:
        return [one.session for one in self.order.attempts.values() if one.session]

    def pull(self, lever: str, **body: Any) -> Any:
        """Press a button at the provider; a page that is closed stays closed."""
        address = f"{self.journey.house.at.provider}/sandbox/{lever}"
        return WIRE.post(address, json=body).json()

    def sees(self, what: Callable[[Order], object], *, patience: float = 25) -> bool:
        """Whether the order comes to be so, within this customer's patience."""
        deadline = time.monotonic() + patience
        while not what(self.order):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.3)
        return True

    def ask_for_a_link(self) -> str | None:
        """The code that the letter brings; None for whoever is refused."""
        asked = self.ask(f"/orders/{self.id}/cancellation-requests", {}, key="link")
        link = self.order.newest_link
        if link is None:
            assert asked.status_code in (409, 429), asked.text
        return link.code if link else None

    def confirm(self, code: str, *, key: str = "confirm") -> None:
        self.ask(f"/orders/{self.id}/cancellation", {"code": code}, key=key)

    def change_mind(self) -> None:
        """Cancel within the grace period, with the token that came with the order."""
        address = f"{self.journey.house.at.shop}/store/orders/{self.id}/cancel"
        self.until_answered(
            lambda: self._http.post(address, headers={"x-modification-token": self.token})
        )

    def ask(self, path: str, body: Any, *, key: str = "") -> httpx2.Response:
        """The same wish under the same key, until there is an answer that is one."""
        self._questions += 1
        key = key or f"question {self._questions}"
        headers = {"Idempotency-Key": f"chaos-{self.seed}-{self.number}-{key}"}
        return self.until_answered(lambda: self._http.post(path, json=body, headers=headers))

    def until_answered(
        self, call: Callable[[], httpx2.Response], *, no_answer: Collection[int] = (429,)
    ) -> httpx2.Response:
        """429 and 5xx are no answers, nor is silence."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                answer = call()
            except httpx2.TransportError:
                time.sleep(0.2)
                continue
            if answer.status_code < 500 and answer.status_code not in no_answer:
                return answer
            time.sleep(0.2)
        raise AssertionError(f"customer {self.number} got no answer")


def answered(look: Callable[[], T]) -> T:
    """What the database tells, asked again while it recovers."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return look()
        except LedgerUnavailable:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.3)
