"""Authorized now, captured later, or given up: through real processes and the provider's wire."""

from pathlib import Path

import httpx2
import pytest
import yaml

from tests.end_to_end.journey import Bought, Journey, until

SHOP = {
    "slug": "later",
    "name": {"en": "Later"},
    "seller": {"name": "Later ry", "email": "tickets@later.example"},
    "currency": "EUR",
    "timezone": "Europe/Helsinki",
    "starts_at": "2035-02-12T12:00:00",
    "provider": "stripe",
    "capture": "manual",
    "grace_period": "PT1H",
    "quotas": {"weekend": 50},
    "products": [
        {
            "slug": "weekend",
            "title": {"en": "Weekend ticket"},
            "price": 3500,
            "vat_percent": "13.5",
            "quotas": ["weekend"],
        }
    ],
}


@pytest.fixture(scope="module")
def later(journey: Journey, tmp_path_factory: pytest.TempPathFactory) -> Journey:
    file: Path = tmp_path_factory.mktemp("shop") / "later.yaml"
    file.write_text(yaml.safe_dump(SHOP))
    answer = journey.command("shop", "import", str(file))
    assert answer.returncode == 0, answer.stderr
    return journey


def authorized(journey: Journey) -> Bought:
    bought = journey.buy(shop="later")
    assert bought.token
    bought.pay()
    bought.reaches("AUTHORIZED")
    return bought


def cancelled(bought: Bought) -> httpx2.Response:
    address = f"{bought.journey.house.at.shop}/store/orders/{bought.id}/cancel"
    return httpx2.post(address, headers={"x-modification-token": bought.token}, timeout=30)


def intent(bought: Bought) -> str:
    """How the payment stands at the provider."""
    found = bought.journey.provider("payment_intents")
    (one,) = [it for it in found if it["metadata"].get("order") == str(bought.id)]
    return str(one["status"])


def test_cancelling_in_time_takes_nothing(later: Journey) -> None:
    bought = authorized(later)
    assert intent(bought) == "requires_capture"
    answer = cancelled(bought)
    assert answer.status_code == 200, answer.text
    assert answer.json()["payment_action"] == "voided"
    assert intent(bought) == "canceled"
    bought.reaches("CANCELLED")
    assert cancelled(bought).json()["payment_action"] == "none"
    stamps = bought.stamps()
    for once in ("Authorized", "Cancelled", "SeatsReleased", "CreateVoidRequest", "Voided"):
        assert stamps[once] == 1, once
    assert stamps["Paid"] == 0
    assert bought.letters() == []


def test_when_the_grace_period_ends_it_is_captured_once(later: Journey) -> None:
    bought = authorized(later)
    later.move_clock(3600)
    bought.reaches("PAID")
    assert intent(bought) == "succeeded"
    late = cancelled(bought)
    assert (late.status_code, late.json()["code"]) == (409, "late_cancel")
    until("the receipt came", lambda: len(bought.letters()) == 1)
    stamps = bought.stamps()
    for once in ("Authorized", "CreateCaptureRequest", "Paid", "ReceiptSent"):
        assert stamps[once] == 1, once
    assert later.audit("verify").returncode == 0
