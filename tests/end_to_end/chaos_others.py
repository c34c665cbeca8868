"""The others on a bad day: staff at their desk, somebody in the provider's dashboard, a bank."""

import time
from contextlib import suppress
from typing import Any

import httpx2

from tests.end_to_end.chaos_customers import PATIENCE, Customer
from tests.end_to_end.journey import WIRE


class Dashboard:
    """Somebody at ticket sales uses the provider's own dashboard."""

    def __init__(self, customer: Customer) -> None:
        self._customer, house = customer, customer.journey.house
        self._at = f"{house.at.provider}/v1"
        self._who = {"Authorization": f"Bearer {house.api_key}"}

    def payment(self, page: str) -> str:
        """The intent of a page; empty before the customer confirmed."""
        found = self._get(f"checkout/sessions/{page}")
        return str(found["payment_intent"] or "")

    def refund(self, payment: str, amount: int | None = None) -> None:
        asked = {"payment_intent": payment} | ({"amount": str(amount)} if amount else {})
        self._post("refunds", asked, key=f"dashboard-{payment}-{amount}")

    def capture(self, payment: str, amount: int | None = None) -> None:
        asked = {"amount_to_capture": str(amount)} if amount else {}
        self._post(f"payment_intents/{payment}/capture", asked, key=f"dashboard-{payment}-take")

    def void(self, payment: str) -> None:
        self._post(f"payment_intents/{payment}/cancel", {}, key=f"dashboard-{payment}-void")

    def refunds(self, payment: str) -> list[Any]:
        return list(self._get(f"refunds?payment_intent={payment}")["data"])

    def dispute(self, payment: str, **how: Any) -> str:
        """The bank's claim; empty where there is nothing to claim."""
        told = self._customer.pull("disputes", payment_intent=payment, **how)
        return str(told.get("id", ""))

    def close(self, dispute: str, outcome: str) -> None:
        self._customer.pull(f"disputes/{dispute}/close", outcome=outcome)

    def _get(self, path: str) -> Any:
        asked = lambda: WIRE.get(f"{self._at}/{path}", headers=self._who)  # noqa: E731
        return self._customer.until_answered(asked, no_answer=(409, 429)).json()

    def _post(self, path: str, body: dict[str, str], *, key: str) -> None:
        """Once, whatever the dashboard's own connection does; 409 and 429 are no answers.

        A 500 is one, and is given again under its key: whoever sees it presses again.
        """
        pressed, deadline = 0, time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            headers = self._who | {"Idempotency-Key": f"{key}-{pressed}"}
            with suppress(httpx2.TransportError):
                told = WIRE.post(f"{self._at}/{path}", data=body, headers=headers).status_code
                if told < 500 and told not in (409, 429):
                    return
                pressed += told >= 500
            time.sleep(0.1)
        raise AssertionError(f"the dashboard got no answer for {path}")


class Staff:
    """Ticket sales, with a bearer token. Whoever looked at an older order looks again."""

    def __init__(self, customer: Customer, token: str) -> None:
        self._customer = customer
        at = f"{customer.journey.house.at.shop}/api/v1/shops/{customer.shop}"
        self._http = httpx2.Client(
            base_url=at,
            trust_env=False,
            verify=False,
            timeout=30,
            headers={"Authorization": f"Bearer {token}"},
        )

    def does(self, what: str, *, versioned: bool = True, **body: Any) -> int:
        """One act on the order; the status of the answer: 412 until the version is right."""
        path = f"/orders/{self._customer.id}/{what}"
        for number in range(30):
            version = {"version": self._customer.order.version} if versioned else {}
            wish = body | version | {"reason": "A bad day"}
            key = f"staff-{self._customer.seed}-{self._customer.number}-{what}-{number}"
            headers = {"Idempotency-Key": key}
            status = self._customer.until_answered(
                lambda wish=wish, headers=headers: self._http.post(  # type: ignore[misc]
                    path, json=wish, headers=headers
                )
            ).status_code
            if status != 412:
                break
        self._http.close()
        return status
