"""The incident: money taken, orders pending, nobody told; then the runbook's commands."""

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.end_to_end.journey import Bought, Journey, until


@pytest.fixture
def deaf(journey: Journey) -> Iterator[Journey]:
    """A house that no webhook reaches."""
    journey.control("chaos.json", {"seed": 1, "drop": 1})
    try:
        yield journey
    finally:
        journey.control("calm")


def run(journey: Journey, *words: str, status: int | None = None) -> dict[str, Any]:
    done = journey.command(*words, "--json")
    assert status is None or done.returncode == status, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def payment_of(bought: Bought) -> str:
    sessions = bought.journey.provider("checkout/sessions?limit=100")
    (session,) = [one for one in sessions if one["id"] == bought.session]
    return str(session["payment_intent"])


def verdicts(found: dict[str, Any], reference: str) -> list[str]:
    return [line["verdict"] for line in found["lines"] if line["reference"] == reference]


RECONCILE = ("reconcile", "--provider", "stripe")


def test_money_that_nobody_told_of_is_found_and_taken_in_once(deaf: Journey) -> None:
    bought = deaf.buy()
    bought.pay()
    payment = payment_of(bought)
    assert bought.status() == "PENDING"
    assert verdicts(run(deaf, *RECONCILE, status=1), payment) == ["missing_here"]
    assert bought.status() == "PENDING"

    assert verdicts(run(deaf, *RECONCILE, "--commit"), payment) == ["missing_here"]
    bought.reaches("PAID")
    until("the receipt came", lambda: bought.stamps()["ReceiptSent"] == 1)
    before = bought.stamps()
    again = run(deaf, *RECONCILE, "--commit")
    assert (verdicts(again, payment), again["taken_in"]) == ([], 0)
    sums = {one["kind"]: one["difference"] for one in again["totals"]}
    assert sums["payment"] == 0

    assert run(deaf, "inbox", "reread", status=0)["counts"]["same"] > 0
    assert bought.stamps() == before
    assert bought.stamps()["Paid"] == 1


def test_a_page_that_is_over_is_replaced_and_the_order_can_be_paid(deaf: Journey) -> None:
    bought = deaf.buy()
    closed = httpx2.post(
        f"{deaf.house.at.provider}/v1/checkout/sessions/{bought.session}/expire",
        headers={"Authorization": f"Bearer {deaf.house.api_key}"},
    )
    closed.raise_for_status()
    assert bought.status() == "PENDING"
    found = until("it is found", lambda: mine(run(deaf, "sessions", "regenerate"), bought))
    assert found == [("expired", "found")]
    assert mine(run(deaf, "sessions", "regenerate", "--commit"), bought) == [
        ("expired", "regenerated")
    ]
    assert mine(run(deaf, "sessions", "regenerate", "--commit"), bought) == []
    deaf.control("calm")
    page = newest_page(bought)
    assert page["client_reference_id"] == str(bought.id)
    deaf.control(f"sessions/{page['id']}/pay")
    bought.reaches("PAID")


def mine(found: dict[str, Any], bought: Bought) -> list[tuple[str, str]]:
    return [
        (one["fault"], one["outcome"]) for one in found["orders"] if one["order"] == str(bought.id)
    ]


def newest_page(bought: Bought) -> dict[str, Any]:
    sessions = bought.journey.provider("checkout/sessions?limit=100")
    return next(one for one in sessions if one["client_reference_id"] == str(bought.id))


def test_a_provider_that_is_away_is_told_apart_from_findings(journey: Journey) -> None:
    journey.control("calls/next", {"kind": "500", "method": "GET", "path": "/v1/checkout/sessions"})
    try:
        done = journey.command(*RECONCILE)
    finally:
        journey.control("calm")
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
