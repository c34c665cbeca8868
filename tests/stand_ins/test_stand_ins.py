"""The stand-ins sign as published, and notice what is not as published."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.stand_ins.paytrail import Paytrail
from tests.stand_ins.paytrail_signing import signature
from tests.stand_ins.published import DATA, published
from tests.stand_ins.serving import serving
from tests.stand_ins.sumup import Sumup

HTTP = httpx2.Client(trust_env=False, verify=False)
RETURN = "http://shop.example/back"


@pytest.fixture
def paytrail() -> Iterator[Paytrail]:
    stand_in = Paytrail(published=published("paytrail"))
    with serving(stand_in):
        yield stand_in


@pytest.fixture
def sumup() -> Iterator[Sumup]:
    stand_in = Sumup(published=published("sumup"), webhook_url="http://shop.example/hook")
    with serving(stand_in):
        yield stand_in


def test_paytrail_signs_as_its_vectors_say():
    published("paytrail")
    found = json.loads((DATA / "paytrail" / "hmac_vectors.json").read_text())["vectors"]
    assert found
    for one in found:
        body = (one.get("body") or "").encode()
        assert signature(one["params"], body, secret=one["secret"]) == one["signature"], one["name"]


def test_sumup_signs_as_its_vectors_say():
    schemas = published("sumup")
    known = json.loads((DATA / "sumup" / "event_signature_vectors.json").read_text())
    (vector,) = [one for one in known["vectors"] if one["label"] == "valid paid"]
    now = datetime.fromtimestamp(vector["now"], UTC)
    stand_in = Sumup(published=schemas, webhook_secret=known["secret"], now=lambda: now)
    assert stand_in.event_signature(vector["body"].encode()) == vector["header"]


def ask_paytrail(stand_in: Paytrail, path: str, body: Any, **changed: str) -> httpx2.Response:
    raw = json.dumps(body).encode()
    values = {
        "checkout-account": stand_in.account,
        "checkout-algorithm": "sha512",
        "checkout-method": "POST",
        "checkout-nonce": str(uuid4()),
        "checkout-timestamp": datetime.now(UTC).isoformat(),
    } | changed
    headers = {**values, "signature": signature(values, raw, secret=stand_in.secret)}
    headers["content-type"] = "application/json; charset=utf-8"
    return HTTP.post(stand_in.url + path, content=raw, headers=headers)


def wish(**changed: Any) -> dict[str, Any]:
    urls = {"success": RETURN, "cancel": RETURN}
    item = {"unitPrice": 3500, "units": 2, "vatPercentage": 13.5, "productCode": "weekend"}
    return {
        "stamp": str(uuid4()),
        "reference": "20270000001",
        "amount": 7000,
        "currency": "EUR",
        "language": "FI",
        "items": [item],
        "customer": {"email": "ada@example.org"},
        "redirectUrls": urls,
        "callbackUrls": urls,
    } | changed


def test_a_paytrail_payment_is_told_twice_and_refunded_once(paytrail):
    made = ask_paytrail(paytrail, "/payments", wish()).json()["transactionId"]
    paytrail.conclude(made, "ok")
    assert [one.method for one in paytrail.news] == ["GET", "GET"]
    urls = {"success": RETURN, "cancel": RETURN}
    back = {"amount": 7000, "refundStamp": "r", "callbackUrls": urls}
    path, named = f"/payments/{made}/refund", {"checkout-transaction-id": made}
    answers = [ask_paytrail(paytrail, path, back, **named).status_code for _ in range(2)]
    assert answers == [201, 400]
    assert paytrail.held(made) == 0
    assert paytrail.violations == []


@pytest.mark.parametrize(
    ("changed", "headers"),
    [
        ({"amount": "7000"}, {}),
        ({"amount": 6999}, {}),
        ({"currency": "SEK"}, {}),
        ({"orderID": "1"}, {}),
        ({"redirectUrls": {"success": RETURN, "cancel": "x" * 301}}, {}),
        ({}, {"checkout-timestamp": "2018-07-06T10:01:31.904Z"}),
        ({}, {"checkout-method": "GET"}),
        ({}, {"checkout-nonce": ""}),
    ],
)
def test_what_paytrail_does_not_publish_is_a_violation(paytrail, changed, headers):
    answer = ask_paytrail(paytrail, "/payments", wish(**changed), **headers)
    assert answer.status_code in (400, 401)
    assert len(paytrail.violations) == 1
    assert paytrail.payments == {}


def test_a_paytrail_nonce_serves_once(paytrail):
    answers = [
        ask_paytrail(paytrail, "/payments", wish(), **{"checkout-nonce": "one"}) for _ in range(2)
    ]
    assert [one.status_code for one in answers] == [201, 401]


def ask_sumup(stand_in: Sumup, method: str, path: str, body: Any = None) -> httpx2.Response:
    headers = {"Authorization": f"Bearer {stand_in.api_key}"}
    return HTTP.request(method, stand_in.url + path, json=body, headers=headers)


def checkout(stand_in: Sumup, **changed: Any) -> dict[str, Any]:
    return {
        "checkout_reference": str(uuid4()),
        "amount": 70.0,
        "currency": "EUR",
        "merchant_code": stand_in.merchant,
        "return_url": "http://shop.example/hook",
        "hosted_checkout": {"enabled": True},
    } | changed


def test_a_sumup_payment_is_told_signed_and_unsigned_and_its_refund_only_looked_up(sumup):
    made = ask_sumup(sumup, "POST", "/v0.1/checkouts", checkout(sumup)).json()
    sumup.conclude(made["id"], "FAILED")
    sumup.conclude(made["id"], "SUCCESSFUL")
    assert ["X-SumUp-Webhook-Signature" in one.headers for one in sumup.news] == [False, True] * 2
    paid = ask_sumup(sumup, "GET", f"/v0.1/checkouts/{made['id']}").json()
    assert paid["status"] == "PAID"
    path = f"/v1.0/merchants/{sumup.merchant}/payments/{paid['transaction_id']}/refunds"
    answers = [ask_sumup(sumup, "POST", path, {"amount": 40.5}).status_code for _ in range(2)]
    assert answers == [204, 409]
    again = ask_sumup(sumup, "GET", f"/v0.1/checkouts/{made['id']}").json()
    assert again == paid
    path = f"/v2.1/merchants/{sumup.merchant}/transactions?id={paid['transaction_id']}"
    (event,) = ask_sumup(sumup, "GET", path).json()["transaction_events"]
    assert (event["event_type"], event["amount"]) == ("REFUND", 40.5)
    assert sumup.held(made["id"]) == 2950
    assert sumup.violations == []


def test_a_sumup_reference_serves_once_and_finds_the_first(sumup):
    asked = checkout(sumup)
    first, second = (ask_sumup(sumup, "POST", "/v0.1/checkouts", asked) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 409)
    query = f"?checkout_reference={asked['checkout_reference']}"
    (found,) = ask_sumup(sumup, "GET", f"/v0.1/checkouts{query}").json()
    assert found["id"] == first.json()["id"]


@pytest.mark.parametrize("changed", [{"amount": "70"}, {"amount": 70.005}, {"reference": "x"}])
def test_what_sumup_does_not_publish_is_a_violation(sumup, changed):
    answer = ask_sumup(sumup, "POST", "/v0.1/checkouts", checkout(sumup, **changed))
    assert answer.status_code == 400
    assert len(sumup.violations) == 1


@pytest.mark.parametrize("kind", ["429", "409", "500", "500-after", "cut", "gone"])
def test_troubles_are_real_and_done_means_done(sumup, kind):
    sumup.plan(kind, path="checkouts")
    try:
        status = ask_sumup(sumup, "POST", "/v0.1/checkouts", checkout(sumup)).status_code
    except httpx2.TransportError:
        status = 0
    answered = {"500-after": 500, "cut": 0, "gone": 0}
    assert status == (answered[kind] if kind in answered else int(kind))
    assert len(sumup.checkouts) == int(kind in answered)


def test_a_forged_answer_is_signed_by_somebody_else(paytrail):
    paytrail.plan("forge", path="payments")
    answer = ask_paytrail(paytrail, "/payments", wish())
    right = signature(answer.headers, answer.content, secret=paytrail.secret)
    assert answer.headers["signature"] != right
    true = ask_paytrail(paytrail, "/payments", wish())
    assert true.headers["signature"] == signature(
        true.headers, true.content, secret=paytrail.secret
    )
