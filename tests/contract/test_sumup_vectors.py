"""SumUp's own vectors: signed events, and what is only a reason to look."""

import json
import os
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from adapters.providers.sumup import SumupDoor
from ledger.kernel.money import Money
from ledger.payments.provider import BadMessage, ProviderAway
from ledger.reconciliation.records import Period, Row, Settlement, Unread
from tests.kits.sumup import TRANSACTION, Teller, transaction
from tests.kits.web_fakes import NOON

PERIOD = Period(since=NOON, until=NOON)
FOLDER = Path(os.environ.get("CONTRACT_DATA", "../shared/data")) / "sumup"


@pytest.fixture(scope="module", autouse=True)
def published():
    if FOLDER.is_dir():
        return
    if os.environ.get("CI"):
        pytest.fail("CONTRACT_DATA does not name a folder with SumUp's published vectors")
    pytest.skip("SumUp's published vectors are not here: set CONTRACT_DATA to their folder")


@cache
def published_vectors() -> dict:
    return dict(json.loads((FOLDER / "event_signature_vectors.json").read_text()))


def verdict(vector: dict, *, secret: str | None) -> str:
    headers = {"X-SumUp-Webhook-Signature": vector["header"]} if vector["header"] else {}
    now = datetime.fromtimestamp(vector["now"], UTC)
    try:
        SumupDoor(Teller().payments, webhook_secret=secret).check(
            vector["body"].encode(), headers, now=now
        )
    except BadMessage:
        return "reject"
    return "ok"


def test_every_signature_check_ends_as_published():
    secret = published_vectors()["secret"]
    for vector in published_vectors()["vectors"]:
        assert verdict(vector, secret=secret) == vector["expect"], vector["label"]


def test_without_a_secret_no_event_comes_in():
    for vector in published_vectors()["vectors"]:
        assert verdict(vector, secret=None) == "reject", vector["label"]


@pytest.mark.parametrize("kind", ["legacy_unsigned_webhook", "older_doc_webhook"])
def test_unsigned_messages_name_a_checkout(kind):
    told = json.dumps(published_vectors()[kind]).replace("<checkout id>", "co-1")
    told = told.replace('"checkout_id": "..."', '"checkout_id": "co-1"')
    door = SumupDoor(Teller().payments, webhook_secret=None)
    door.check(told.encode(), {}, now=datetime.now(UTC))
    assert door.subject(told.encode()) == "co-1"


def test_the_published_payouts_are_read():
    described = json.loads((FOLDER / "openapi.sumup-openapi-d5acd92.json").read_text())
    listing = described["paths"]["/v1.0/merchants/{merchant_code}/payouts"]["get"]
    (row,) = listing["responses"]["200"]["content"]["application/json"]["example"]
    paid = transaction() | {"amount": 135.57, "transaction_code": row["transaction_code"]}
    teller = Teller((200, [row]), (200, []), (200, [row]), (200, paid))
    (payout,) = teller.payments.payouts(PERIOD)
    assert isinstance(payout, Settlement)
    assert (payout.id, payout.bank_reference) == (row["reference"], row["reference"])
    assert payout.amount == Money(13245, "EUR")
    (found,) = teller.payments.payout_rows(payout)
    assert isinstance(found, Row)
    assert (found.amount, str(found.fees), found.reference) == (
        Money(13557, "EUR"),
        "3.12",
        TRANSACTION,
    )
    asked = {one["name"] for one in listing["parameters"] if one["in"] == "query"}
    assert {*teller.asked[0].url.params} <= asked


@pytest.mark.parametrize("kind", ["PAYOUT", "REFUND_DEDUCTION"])
def test_a_row_of_a_payout_that_cannot_be_read_is_told_by_its_number(kind):
    row = {"id": 7, "type": kind, "amount": 1.005, "date": "2027-01-12", "currency": "EUR"}
    row |= {"fee": 0, "status": "SUCCESSFUL", "reference": "r", "transaction_code": "T"}
    (found,) = Teller((200, [row]), (200, [])).payments.payouts(PERIOD)
    assert isinstance(found, Unread)
    assert (found.kind, found.reference) == ("payout", "7")


def test_payouts_that_cannot_be_listed_are_away():
    answers: list[tuple[int, Any]] = [(401, {}), (200, {}), (200, [{}] * 9999)]
    for answer in answers:
        with pytest.raises(ProviderAway):
            Teller(answer, answer).payments.payouts(Period(since=NOON, until=NOON))
