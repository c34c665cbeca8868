"""Customers on a bad day: each asks until somebody answers, as people and browsers do."""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx

from tests.end_to_end.journey import Journey

PATIENCE = 120.0
# What a customer does, and how likely it is.
LIVES: Mapping[str, int] = {
    "pays": 30,
    "pays and cancels": 35,
    "is declined, then pays": 10,
    "pays at both pages": 5,
    "pays later": 6,
    "pays later, in vain": 4,
    "walks away": 4,
    "gets a part back from the dashboard": 6,
}


@dataclass
class Customer:
    """One order's life; the same seed and number live the same life."""

    journey: Journey
    number: int
    seed: int

    def __post_init__(self) -> None:
        self._dice = random.Random(f"{self.seed}/{self.number}")
        # Everybody comes from an address of their own, as rate limits expect.
        local = f"127.{self.number >> 16 & 255}.{self.number >> 8 & 255}.{self.number & 255 or 1}"
        transport = httpx.HTTPTransport(local_address=local)
        self._http = httpx.Client(transport=transport, timeout=20, base_url=self._shop)
        self.life = self._dice.choices([*LIVES], weights=[*LIVES.values()])[0]

    @property
    def _shop(self) -> str:
        return f"{self.journey.house.at.shop}/api/v1/shops/winterfest"

    def live(self) -> None:
        """From the order to whatever end this customer wants."""
        with self._http:
            order = self._place()
            _LIVES[self.life](self, order)

    def _place(self) -> UUID:
        person = {"first_name": "Aino", "last_name": "Example", "phone": ""}
        body = {
            "customer": {**person, "email": f"aino{self.number}@visitors.example"},
            "language": self._dice.choice(["en", "fi", "sv"]),
            "lines": [{"product": "weekend", "quantity": 1}],
        }
        answer = self._ask("/orders", body, key="order")
        assert answer.status_code == 201, answer.text
        return UUID(answer.json()["order"]["id"])

    def page(self, order: UUID) -> str:
        """The newest payment page; asked for until there is one."""
        return self._page_beyond(order, ())

    def another_page(self, order: UUID) -> str:
        """A page that was not there before."""
        return self._page_beyond(order, self._pages(order))

    def _page_beyond(self, order: UUID, known: Sequence[str]) -> str:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            fresh = [one for one in self._pages(order) if one not in known]
            if fresh:
                return fresh[-1]
            self._ask(f"/orders/{order}/payments", {}, key=f"page {time.monotonic()}")
            time.sleep(0.2)
        raise AssertionError(f"customer {self.number} never got a payment page")

    def _pages(self, order: UUID) -> list[str]:
        attempts = self.journey.works.parts.orders.get(order).attempts.values()
        return [one.session for one in attempts if one.session]

    def pull(self, page: str, act: str) -> None:
        """Press a button at the provider; a page that is closed stays closed."""
        address = f"{self.journey.house.at.provider}/sandbox/{act.format(page=page)}"
        httpx.post(address, json={}, timeout=60)

    def cancel(self, order: UUID) -> None:
        """By link, as soon as the money is there; whoever is refused lets it be."""
        if not self._in_time(lambda: bool(self.journey.works.parts.orders.get(order).received)):
            return
        asked = self._ask(f"/orders/{order}/cancellation-requests", {}, key="link")
        link = self.journey.works.parts.orders.get(order).newest_link
        if link is None:
            assert asked.status_code == 409, asked.text
            return
        self._ask(f"/orders/{order}/cancellation", {"code": link.code}, key="confirm")

    def _in_time(self, happened: Callable[[], bool]) -> bool:
        deadline = time.monotonic() + 20
        while not happened():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.1)
        return True

    def refund_outside(self, page: str) -> None:
        """Somebody at ticket sales uses the provider's own dashboard."""
        at, headers = self.journey.house.at.provider, self._dashboard
        session = httpx.get(f"{at}/v1/checkout/sessions/{page}", headers=headers).json()
        body = {"payment_intent": session["payment_intent"], "amount": "500"}
        for _ in range(20):
            try:
                key = {"Idempotency-Key": f"dashboard-{page}"}
                answer = httpx.post(f"{at}/v1/refunds", data=body, headers=headers | key)
            except httpx.TransportError:
                continue
            if answer.status_code == 200:
                return

    @property
    def _dashboard(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.journey.house.api_key}"}

    def _ask(self, path: str, body: Any, *, key: str) -> httpx.Response:
        """The same wish under the same key, until there is an answer that is one."""
        headers = {"Idempotency-Key": f"chaos-{self.seed}-{self.number}-{key}"}
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                answer = self._http.post(path, json=body, headers=headers)
            except httpx.TransportError:
                time.sleep(0.2)
                continue
            if answer.status_code < 500 and answer.status_code != 429:
                return answer
            time.sleep(0.2)
        raise AssertionError(f"customer {self.number} got no answer to {key}")


def _pays(one: Customer, order: UUID) -> None:
    one.pull(one.page(order), "sessions/{page}/pay")


def _pays_and_cancels(one: Customer, order: UUID) -> None:
    _pays(one, order)
    one.cancel(order)


def _declined(one: Customer, order: UUID) -> None:
    page = one.page(order)
    one.pull(page, "sessions/{page}/decline")
    one.pull(page, "sessions/{page}/pay")


def _pays_twice(one: Customer, order: UUID) -> None:
    first = one.page(order)
    second = one.another_page(order)
    one.pull(first, "sessions/{page}/pay")
    one.pull(second, "sessions/{page}/pay")


def _later(one: Customer, order: UUID) -> None:
    page = one.page(order)
    one.pull(page, "sessions/{page}/pay-later")
    one.pull(page, "payments/{page}/settle")


def _in_vain(one: Customer, order: UUID) -> None:
    page = one.page(order)
    one.pull(page, "sessions/{page}/pay-later")
    one.pull(page, "payments/{page}/fail")


def _part_back(one: Customer, order: UUID) -> None:
    page = one.page(order)
    one.pull(page, "sessions/{page}/pay")
    one.refund_outside(page)


_LIVES: Mapping[str, Callable[[Customer, UUID], None]] = {
    "pays": _pays,
    "pays and cancels": _pays_and_cancels,
    "is declined, then pays": _declined,
    "pays at both pages": _pays_twice,
    "pays later": _later,
    "pays later, in vain": _in_vain,
    "walks away": lambda one, order: None,
    "gets a part back from the dashboard": _part_back,
}
