"""Paytrail's own vectors: every published signature, and ours over the same names."""

import json
import os
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

import httpx2
import pytest

from adapters.providers.http import Lost
from adapters.providers.paytrail import PaytrailDoor
from adapters.providers.paytrail.client import PaytrailClient, is_signed, signature
from ledger.payments.provider import BadMessage
from tests.kits.paytrail import NOW

FOLDER = Path(os.environ.get("CONTRACT_DATA", "../shared/data")) / "paytrail"


@pytest.fixture(scope="module", autouse=True)
def published():
    if FOLDER.is_dir():
        return
    if os.environ.get("CI"):
        pytest.fail("CONTRACT_DATA does not name a folder with Paytrail's published vectors")
    pytest.skip("Paytrail's published vectors are not here: set CONTRACT_DATA to their folder")


@cache
def vectors() -> list:
    return list(json.loads((FOLDER / "hmac_vectors.json").read_text())["vectors"])


def test_every_published_signature_is_ours():
    for one in vectors():
        found = signature(one["secret"], one["params"], one["body"].encode())
        assert found == one["signature"], one["name"]


def test_one_bit_less_is_not_signed():
    for one in vectors():
        told = {**one["params"], "signature": one["signature"]}
        body = one["body"].encode()
        assert is_signed(one["secret"], told, body), one["name"]
        assert not is_signed(one["secret"] + "x", told, body)
        assert not is_signed(one["secret"], told, body + b" ")
        assert not is_signed(one["secret"], {**told, "checkout-account": "1"}, body)
        assert not is_signed(one["secret"], {**told, "checkout-new": "1"}, body)


def test_every_query_with_a_status_comes_through_the_door():
    queries = [one for one in vectors() if "checkout-status" in one["params"]]
    assert len(queries) >= 7
    for one in queries:
        query = urlencode({**one["params"], "signature": one["signature"]})
        target = f"/webhooks/paytrail/winterfest/any/callback?{query}".encode()
        PaytrailDoor(one["params"]["checkout-account"], one["secret"]).check(target, {}, now=NOW)
        with pytest.raises(BadMessage):
            PaytrailDoor("1", "another").check(target, {}, now=NOW)


def test_every_kind_of_message_and_both_algorithms_are_among_them():
    kinds = {
        (one["algorithm"], "checkout-status" in one["params"], bool(one["body"]))
        for one in vectors()
    }
    assert kinds >= {
        ("sha256", False, True),
        ("sha256", False, False),
        ("sha256", True, False),
        ("sha512", True, False),
    }


def test_every_signed_body_is_an_answer_and_none_that_was_touched():
    answers = [one for one in vectors() if one["body"]]
    assert len(answers) >= 3
    for one in answers:
        names = {**one["params"], "signature": one["signature"]}
        assert answered(one["secret"], names, one["body"]).content == json.loads(one["body"])
        for touched in (one["body"] + " ", one["body"].replace("{", "{ ", 1)):
            with pytest.raises(Lost):
                answered(one["secret"], names, touched)


def answered(secret: str, names: dict, body: str):
    """What the client makes of an answer with these headers and this body."""
    told = httpx2.Response(200, content=body.encode(), headers=names)
    client = PaytrailClient(
        names["checkout-account"],
        secret,
        api_base=None,
        patience=1,
        transport=httpx2.MockTransport(lambda _: told),
    )
    return client.get("/payments/1")
