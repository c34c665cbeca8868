"""What the sandbox says and understands is in the schemas derived from the published SDK."""

import gzip
import json
import os
from pathlib import Path
from typing import Any

import httpx2
import pytest
from jsonschema import Draft202012Validator

from adapters.sandbox.api import ENDPOINTS
from adapters.sandbox.params import Either, Group, Many
from tests.kits.sandbox import API_KEY, Shop
from tests.stand_ins.published import readable

# The SDK's derived schema has no payouts: Stripe's own description, and its fixtures, have.
DESCRIBED, FIXTURES = "spec3.2023-08-16.full.json.gz", "fixtures3.2026-08-21.json"
ROOT = Path(__file__).resolve().parents[3]
DATA = Path(os.environ.get("CONTRACT_DATA", ROOT.parent / "shared" / "data"))
SCHEMA = DATA / "stripe" / "sdk-16.1.0-derived-schema.json"


@pytest.fixture(scope="module")
def published() -> dict[str, Any]:
    if not SCHEMA.exists():
        assert not os.environ.get("CI"), f"CI must have the contract data: {SCHEMA}"
        pytest.skip(f"no contract data at {SCHEMA}; set CONTRACT_DATA")
    schema: dict[str, Any] = json.loads(SCHEMA.read_text("utf-8"))
    return schema


def everything_happens(shop: Shop) -> None:
    """Each kind of object in each of its states, and each kind of event."""
    for behaviour in ("succeed", "pending", "fail", "requires_action"):
        intent = shop.paid().payment_intent.id
        shop.lever("refunds/next", behaviour=behaviour)
        made = shop.v1.refunds.create(
            {"payment_intent": intent, "amount": 100, "metadata": {"a": "b"}}
        )
        if behaviour == "pending":
            shop.lever(f"refunds/{made.id}/settle")
            shop.lever(f"refunds/{made.id}/fail")
    for outcome in ("won", "lost"):
        dispute = shop.lever("disputes", payment_intent=shop.paid().payment_intent.id)
        shop.lever(f"disputes/{dispute['id']}/close", outcome=outcome)
    for answer in ("settle", "fail"):
        session = shop.session()
        shop.lever(f"sessions/{session.id}/pay-later")
        shop.lever(f"payments/{session.id}/{answer}")
    shop.v1.payment_intents.capture(shop.held().payment_intent.id, {"amount_to_capture": 900})
    shop.v1.payment_intents.cancel(shop.held().payment_intent.id)
    shop.held()
    declined = shop.session(locale="fi")
    shop.lever(f"sessions/{declined.id}/decline")
    shop.lever("clock", advance=8 * 86400)


def listed(shop: Shop, path: str) -> list[dict[str, Any]]:
    with httpx2.Client(base_url=shop.url, headers={"Authorization": f"Bearer {API_KEY}"}) as http:
        answer = http.get(f"/v1/{path}", params={"limit": "100"})
        assert answer.headers["Stripe-Version"] == "2026-10-28.endive"
        data: list[dict[str, Any]] = answer.json()["data"]
    return data


def test_every_object_and_event_validates(shop: Shop, published: dict[str, Any]):
    everything_happens(shop)
    kinds = ("checkout.session", "payment_intent", "charge", "refund", "dispute", "event")
    validators = {
        kind: Draft202012Validator(published["objects"][kind]) for kind in (*kinds, "line_item")
    }
    paths = ("checkout/sessions", "payment_intents", "charges", "refunds", "disputes", "events")
    for kind, path in zip(kinds, paths, strict=True):
        found = listed(shop, path)
        assert found, path
        for body in found:
            validators[kind].validate(body)
            _no_unknown_field(published, kind, body)
    for event in listed(shop, "events"):
        validators[event["data"]["object"]["object"]].validate(event["data"]["object"])
        assert event["type"] in published["event_types"]
    session = listed(shop, "checkout/sessions")[0]["id"]
    for item in listed(shop, f"checkout/sessions/{session}/line_items"):
        validators["line_item"].validate(item)


def _no_unknown_field(published: dict[str, Any], kind: str, body: dict[str, Any]) -> None:
    schema = published["objects"][kind]
    known = schema["$defs"][schema["$ref"].rpartition("/")[2]]["properties"]
    # A card refund's answer names no field that the SDK does not know.
    assert set(body) <= set(known), kind


def test_every_event_type_of_the_story_is_told(shop: Shop):
    everything_happens(shop)
    assert {event["type"] for event in listed(shop, "events")} == {
        "charge.captured",
        "charge.dispute.closed",
        "charge.dispute.created",
        "charge.dispute.funds_reinstated",
        "charge.dispute.funds_withdrawn",
        "charge.expired",
        "charge.failed",
        "charge.pending",
        "charge.refund.updated",
        "charge.refunded",
        "charge.succeeded",
        "checkout.session.async_payment_failed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.completed",
        "checkout.session.expired",
        "payment_intent.amount_capturable_updated",
        "payment_intent.canceled",
        "payment_intent.created",
        "payment_intent.payment_failed",
        "payment_intent.processing",
        "payment_intent.succeeded",
        "refund.created",
        "refund.failed",
        "refund.updated",
    }


_OF_PAYOUTS = ("/v1/payouts", "/v1/payouts/<of>", "/v1/balance_transactions")


@pytest.mark.parametrize(
    "endpoint",
    [one for one in ENDPOINTS if one.path not in _OF_PAYOUTS],
    ids=lambda e: f"{e.method} {e.path}",
)
def test_every_parameter_understood_is_a_published_one(endpoint: Any, published: dict[str, Any]):
    schema = published["params"][endpoint.params]
    _compare(endpoint.shape, schema["$ref"], schema["$defs"], at=endpoint.params)


def _compare(check: Any, ref: str, defs: dict[str, Any], *, at: str) -> None:
    known = defs[ref.rpartition("/")[2]]
    missing = set(known.get("required", ())) - set(check.required)
    assert not missing, f"{at} does not insist on {missing}"
    for name, inner in check.fields.items():
        assert name in known["properties"], f"{at}.{name} is not published"
        group, inner_ref = _group_of(inner), _ref_of(known["properties"][name])
        if group is not None and inner_ref is not None:
            _compare(group, inner_ref, defs, at=f"{at}.{name}")


def _group_of(check: Any) -> Group | None:
    match check:
        case Group():
            return check
        case Many(item=item):
            return _group_of(item)
        case Either(group=group):
            return group
        case _:
            return None


def _ref_of(schema: dict[str, Any]) -> str | None:
    if "$ref" in schema:
        return str(schema["$ref"])
    inner = schema.get("anyOf", [schema["items"]] if "items" in schema else [])
    return next((ref for part in inner if (ref := _ref_of(part))), None)


@pytest.fixture(scope="module")
def described(published: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(gzip.decompress((SCHEMA.parent / DESCRIBED).read_bytes()))
    return found


def test_payouts_and_their_lines_are_as_published(shop: Shop, described: dict[str, Any]):
    intent = shop.paid().payment_intent.id
    shop.v1.refunds.create({"payment_intent": intent, "amount": 100})
    shop.lever("disputes", payment_intent=shop.paid().payment_intent.id)
    first = shop.lever("payouts")
    shop.lever(f"payouts/{first['id']}", status="failed")
    shop.lever("payouts")
    shop.lever("payouts", amount=100)
    components = readable(described["components"])
    known = json.loads((SCHEMA.parent / FIXTURES).read_text("utf-8"))["resources"]
    for kind in ("payout", "balance_transaction"):
        schema = {"$ref": f"#/components/schemas/{kind}", "components": components}
        found = listed(shop, f"{kind}s")
        assert len(found) >= 3
        for one in found:
            Draft202012Validator(schema).validate(one)
            assert set(one) == set(known[kind])


@pytest.mark.parametrize("path", _OF_PAYOUTS)
def test_what_is_asked_about_payouts_is_published(path: str, described: dict[str, Any]):
    published = described["paths"][path.replace("<of>", "{payout}")]["get"]["parameters"]
    (endpoint,) = [one for one in ENDPOINTS if one.path == path]
    assert set(endpoint.shape.fields) <= {one["name"] for one in published}
