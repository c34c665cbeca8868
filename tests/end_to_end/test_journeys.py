"""One order walks the whole way through real processes, on good days and on bad ones."""

import time
from collections import Counter

import httpx2

from tests.end_to_end.journey import Bought, Journey, until

# The letters of an order that was paid, cancelled by link, and refunded.
LETTERS = 3


def _paid(journey: Journey) -> Bought:
    bought = journey.buy()
    bought.pay()
    bought.reaches("PAID")
    return bought


def _code(bought: Bought) -> str:
    assert bought.ask_to_cancel().status_code == 202
    return bought.code()


def _acknowledged(bought: Bought) -> int:
    """A wish whose refund takes longer than two minutes is acknowledged by a letter, once."""
    told = [one["subject"].startswith("We have received your withdraw") for one in bought.letters()]
    assert sum(told) <= 1
    return sum(told)


def _refunded_once(bought: Bought) -> None:
    bought.reaches("REFUNDED")
    until("all letters came", lambda: len(bought.letters()) - _acknowledged(bought) == LETTERS)
    expected = LETTERS + _acknowledged(bought)
    assert len({one["message_id"] for one in bought.letters()}) == expected
    (refund,) = bought.refunds()
    assert refund["status"] == "succeeded"
    stamps = bought.stamps()
    once = ("Paid", "Cancelled", "SeatsReleased", "CreateRefundSuccess", "Refunded")
    assert {name: stamps[name] for name in once} == dict.fromkeys(once, 1)
    assert stamps["ReceiptSent"] == expected


def test_an_order_is_bought_paid_receipted_cancelled_and_refunded(journey: Journey) -> None:
    bought = _paid(journey)
    answer = bought.cancel(_code(bought))
    assert answer.json()["refund"] == "accepted"
    _refunded_once(bought)


def test_every_webhook_three_times_in_random_order_changes_nothing(journey: Journey) -> None:
    journey.control("chaos.json", {"seed": 7, "duplicate": 1, "duplicate_times": 2, "reorder": 1})
    try:
        bought = _paid(journey)
        bought.cancel(_code(bought))
        _refunded_once(bought)
    finally:
        journey.control("calm")
    before = bought.stamps()
    journey.control("redeliver", {"times": 2, "shuffle": True, "seed": 3})
    until("the provider has told it all", lambda: _delivered(journey))
    assert bought.stamps() == before
    _refunded_once(bought)


def _delivered(journey: Journey) -> bool:

    found = httpx2.get(f"{journey.house.at.provider}/sandbox/deliveries?state=pending").json()
    return not found["data"]


def test_a_worker_killed_between_refund_intent_and_outcome_refunds_once(journey: Journey) -> None:
    bought = _paid(journey)
    code = _code(bought)
    # The refund is executed, but neither the web nor the worker hears of it.
    journey.control("calls/next", {"kind": "cut", "count": 2, "path": "/v1/refunds"})
    journey.control("chaos.json", {"drop": 1})
    try:
        assert bought.cancel(code).json()["refund"] == "unknown"
        assert bought.status() == "REFUND_REQUESTED"
        journey.control(
            "calls/next", {"kind": "think", "count": 1, "path": "/v1/refunds", "seconds": 4}
        )
        journey.move_clock(60)
        time.sleep(1.5)
        journey.kill("worker")
        assert "CreateRefundSuccess" not in bought.stamps()
    finally:
        journey.control("calm")
    journey.start("worker")
    journey.move_clock(60)
    _refunded_once(bought)


def test_a_web_killed_after_the_money_came_still_learns_of_it(journey: Journey) -> None:
    bought = journey.buy()
    journey.kill("web")
    bought.pay()
    journey.start("web")
    journey.wait_for_web()
    bought.reaches("PAID")
    until("the receipt came", lambda: len(bought.letters()) == 1)
    assert bought.stamps()["Paid"] == 1


def test_a_wrong_a_used_and_an_old_link_change_nothing(journey: Journey) -> None:
    bought = _paid(journey)
    code = _code(bought)
    assert bought.cancel("x" * 43).status_code in (403, 404, 409, 410)
    assert bought.status() == "PAID"
    assert bought.cancel(code).status_code == 200
    bought.reaches("REFUNDED")
    before = bought.stamps() - Counter(["ReceiptSent", "ReceiptSendStarted"])
    assert bought.cancel(code).is_client_error
    assert bought.stamps()["CreateRefundRequest"] == before["CreateRefundRequest"] == 1


def test_the_auditor_finds_nothing(journey: Journey) -> None:
    _paid(journey)
    verified = journey.audit("verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    until("projections and ledger agree", lambda: journey.audit("diff").returncode == 0)
