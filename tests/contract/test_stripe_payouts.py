"""Stripe's published payouts and balance transactions, read by the adapter as they are."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from adapters.providers.stripe import StripePayments
from ledger.kernel.money import Money
from ledger.payments.provider import ProviderAway
from ledger.reconciliation.records import (
    BesideOrders,
    Kind,
    PayoutRow,
    Period,
    Row,
    Settlement,
    Unread,
)
from tests.kits.stripe import API_KEY
from tests.kits.web_fakes import NOON
from tests.stand_ins.serving import Asked, StandIn, Told, serving

FOLDER = Path(os.environ.get("CONTRACT_DATA", "../shared/data")) / "stripe"
NUMBERS = count(1)
PERIOD = Period(since=NOON, until=NOON)


@pytest.fixture(scope="module", autouse=True)
def published():
    if FOLDER.is_dir():
        return
    if os.environ.get("CI"):
        pytest.fail("CONTRACT_DATA does not name a folder with Stripe's published fixtures")
    pytest.skip("Stripe's published fixtures are not here: set CONTRACT_DATA to their folder")


@cache
def fixtures() -> Mapping[str, Any]:
    return dict(json.loads((FOLDER / "fixtures3.2026-08-21.json").read_text())["resources"])


class Listing(StandIn):
    """Answers each list with what is published of it, changed where a test says so.

    Nothing of before the period is there: of that, only what failed is asked for.
    """

    def __init__(self, lists: Mapping[str, list[dict[str, Any]]]) -> None:
        super().__init__()
        self.lists = lists

    def answer(self, asked: Asked) -> Told:
        found = self.lists[asked.path] if "status" not in asked.query else []
        body = {"object": "list", "data": found, "has_more": False, "url": "/"}
        return Told(
            status=200,
            body=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )

    def error(self, status: int, message: str) -> Told:
        return Told(status=status, body=json.dumps({"error": {"message": message}}).encode())


@contextmanager
def stripe(payout: dict[str, Any], *lines: dict[str, Any]) -> Iterator[StripePayments]:
    lists = {"/v1/payouts": [payout], "/v1/balance_transactions": [*lines]}
    provider = Listing(lists)
    with serving(provider):
        yield StripePayments(API_KEY, api_base=provider.url, retries=0)


def payout(**told: Any) -> dict[str, Any]:
    return {**fixtures()["payout"], **told}


def line(of: str, kind: str, amount: int, /, **told: Any) -> dict[str, Any]:
    """The published balance transaction with its source expanded."""
    thing = fixtures()[of] | {"payment_intent": "pi_1"}
    moved = {"id": f"txn_{next(NUMBERS)}", "type": kind, "amount": amount, "net": amount}
    return {**fixtures()["balance_transaction"], **moved, "source": thing, **told}


def read(told: dict[str, Any], *lines: dict[str, Any]) -> tuple[Settlement, list[PayoutRow]]:
    with stripe(told, *lines) as provider:
        (found,) = provider.payouts(PERIOD)
        assert isinstance(found, Settlement), found
        return found, [*provider.payout_rows(found)]


def test_the_published_payout_is_under_way():
    found, _ = read(payout())
    assert (found.id, found.amount) == (payout()["id"], Money(1100, "USD"))
    assert (found.settled_at, found.failed, found.untold) == (None, False, "")


def test_a_published_charge_is_a_payment_only_if_a_payment_page_brought_it():
    bare = line("charge", "charge", 100, source=fixtures()["charge"])
    _, rows = read(payout(), line("charge", "charge", 100, fee=32, net=68), bare)
    paid, beside = rows
    assert isinstance(paid, Row)
    assert (paid.kind, paid.reference, paid.amount.amount, str(paid.fees)) == (
        Kind.PAYMENT,
        "pi_1",
        100,
        "0.32",
    )
    assert beside == BesideOrders(
        reference=fixtures()["charge"]["id"], what="charge", amount=Money(100, "USD")
    )


def test_a_published_refund_is_kept_back_and_a_dispute_stands_beside():
    dispute = line("dispute", "adjustment", -100, fee=1500, net=-1600)
    own = line("payout", "payout", -1100, source=payout()["id"])
    _, rows = read(payout(), line("refund", "refund", -100), dispute, own)
    back, beside = rows
    assert isinstance(back, Row)
    assert (back.kind, back.reference) == (Kind.REFUND, fixtures()["refund"]["id"])
    assert back.amount == Money(100, "USD")
    assert isinstance(beside, BesideOrders)
    assert beside.amount == Money(-1600, "USD")


@pytest.mark.parametrize(
    ("currency", "units", "ours"),
    [("jpy", 1100, 1100), ("kwd", 1100, 1100), ("isk", 110_000, 1100), ("huf", 1100, 1100)],
)
def test_amounts_are_in_minor_units_of_each_currency(currency, units, ours):
    found, _ = read(payout(currency=currency, amount=units))
    assert found.amount == Money(ours, currency.upper())


@pytest.mark.parametrize("status", ["failed", "canceled"])
def test_what_failed_is_told(status):
    assert read(payout(status=status))[0].failed


def test_what_is_not_complete_yet_is_under_way():
    paid = payout(status="paid")
    assert read(paid)[0].settled_at is not None
    assert read(paid | {"reconciliation_status": "in_progress"})[0].settled_at is None


def test_what_was_exchanged_is_not_an_amount_of_its_order():
    told = line("charge", "charge", 90, currency="eur", exchange_rate=0.9)
    _, (unread,) = read(payout(currency="eur"), told)
    assert isinstance(unread, Unread)
    assert "was exchanged, 1.00 USD as 0.90 EUR at 0.9: " in unread.why


def test_a_payout_of_another_mode_or_shape_is_told_by_its_name():
    for told in (payout(livemode=True), payout(amount="1100"), payout(status=None)):
        with stripe(told) as provider:
            (found,) = provider.payouts(PERIOD)
        assert isinstance(found, Unread)
        assert found.reference == payout()["id"]


def test_a_list_that_begins_again_is_no_answer():
    again = line("refund", "refund", -100)
    with stripe(payout(), again, again) as provider:
        (found,) = provider.payouts(PERIOD)
        assert isinstance(found, Settlement)
        with pytest.raises(ProviderAway):
            [*provider.payout_rows(found)]
