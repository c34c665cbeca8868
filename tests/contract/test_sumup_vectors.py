"""SumUp's own vectors: signed events, and what is only a reason to look."""

import json
import os
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from adapters.providers.sumup import SumupDoor
from ledger.payments.provider import BadMessage
from tests.kits.sumup import Teller

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
