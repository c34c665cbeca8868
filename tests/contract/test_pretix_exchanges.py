"""What a real pretix answered is what its stand-in answers to the same requests."""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from adapters.providers.pretix.messages import read_message
from ledger.payments.provider import BadMessage
from tests.stand_ins.pretix import PretixStandIn
from tests.stand_ins.serving import Asked

FOLDER = Path(os.environ.get("CONTRACT_DATA", "../shared/data")) / "pretix"
# What a clock, an id or another part of pretix decides.
NOT_COMPARED = {"created", "show_hidden_items", "all_addons_included", "all_bundles_included"}
# Of orders and of batches the stand-in knows nothing: nothing of ours asks for them.
_UNASKED = ("batch", "BATCH3", "order create", "extended-vouchers", "no code", "percent without")
# Its own check of choices, and of numbers, which nothing of ours can fail.
LEFT_OUT = (*_UNASKED, "bad price_mode", "max_usages 0")


@pytest.fixture(scope="module", autouse=True)
def recorded():
    if FOLDER.is_dir():
        return
    if os.environ.get("CI"):
        pytest.fail("CONTRACT_DATA does not name a folder with pretix's recorded exchanges")
    pytest.skip("pretix's recorded exchanges are not here: set CONTRACT_DATA to their folder")


@cache
def exchanges() -> list[dict[str, Any]]:
    told = json.loads((FOLDER / "recorded_exchanges_2026.8.0.json").read_text())
    return [one for one in told["exchanges"] if not one["label"].startswith(LEFT_OUT)]


def asked(one: dict[str, Any], *, token: str, ids: dict[int, int]) -> Asked:
    request = one["request"]
    path = urlsplit(request["path"]).path
    for theirs, ours in ids.items():
        path = path.replace(f"/vouchers/{theirs}/", f"/vouchers/{-ours}/")
    bad = one["label"] == "bad token"
    headers = {"authorization": f"Token {'wrong' if bad else token}"}
    if request["x-idempotency-key"]:
        headers["x-idempotency-key"] = request["x-idempotency-key"]
    return Asked(
        method=request["method"],
        path=path.replace("-", ""),
        query=request["params"] or {},
        headers=headers,
        body=json.dumps(request["json"]).encode(),
    )


def test_the_stand_in_answers_as_pretix_did():
    stand_in, ids = PretixStandIn(room=2), dict[int, int]()
    for one in exchanges():
        told = stand_in.answer(asked(one, token=stand_in.token, ids=ids))
        theirs = one["response"]
        assert told.status == theirs["status"], one["label"]
        if not isinstance(theirs["body"], dict):
            continue
        ours = json.loads(told.body)
        if "id" in theirs["body"]:
            ids[theirs["body"]["id"]] = ours["id"]
        compared(ours, theirs["body"], one["label"])


def compared(ours: Any, theirs: Any, label: str) -> None:
    if isinstance(theirs, list):
        assert len(ours) == len(theirs), label
        for left, right in zip(ours, theirs, strict=True):
            compared(left, right, label)
    elif isinstance(theirs, dict):
        for name in theirs.keys() - NOT_COMPARED - {"id", "next"}:
            compared(ours[name], theirs[name], f"{label}: {name}")
    elif not label.endswith(("code", "quota")) or not isinstance(theirs, str):
        assert ours == theirs, label


def test_its_webhooks_name_an_order_and_nothing_else_is_read_of_them():
    lines = (FOLDER / "recorded_webhooks_2026.8.0.jsonl").read_text().splitlines()
    told = [read_message(json.loads(line)["body"].encode()) for line in lines]
    assert {(one.organizer, one.event) for one in told} == {("org", "conf")}
    assert {one.order for one in told} == {"ZPXLK", "ESCME"}


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b"\xff", b'{"organizer": "org"}', b'{"action": 1}', b"{" * 9000]
)
def test_what_is_no_message_is_none(body: bytes):
    with pytest.raises(BadMessage):
        read_message(body)
