"""The desk, over HTTP: who may resolve a case, how, and what it is told."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.kits.product import SIGNED, Product


def stray(product: Product) -> str:
    """The case of money that is nobody's."""
    news = {"order": str(uuid4()), "attempt": str(uuid4()), "amount": 3500}
    product.client.post("/webhooks/stripe", json=news, headers=SIGNED)
    listed = product.client.get("/api/v1/cases", headers=product.token("staff"))
    return str(listed.json["cases"][-1]["id"])


def resolve(product: Product, case: str, *, key: str = "", role: str = "staff", **body: Any) -> Any:
    headers = product.token(role) | ({"Idempotency-Key": key} if key else {})
    whole = {"reason": "the payer rang", **body}
    return product.client.post(f"/api/v1/cases/{case}/resolve", json=whole, headers=headers)


def test_money_is_assigned_to_an_order(product: Product):
    case, (address, _) = stray(product), product.placed()
    answer = resolve(product, case, action="assign", order=address.rpartition("/")[2])
    assert answer.status_code == 200
    assert (answer.json["case"]["state"], answer.json["actions"]) == ("resolved", [])
    assert answer.json["case"]["order"] == address.rpartition("/")[2]
    assert product.client.get(address).json["status"] == "PAID"
    resolved = product.client.get("/api/v1/cases?state=resolved", headers=product.token("auditor"))
    assert [one["id"] for one in resolved.json["cases"]] == [case]


def test_money_is_sent_back(product: Product):
    answer = resolve(product, stray(product), action="return")
    assert (answer.json["case"]["state"], answer.json["money"]) == ("resolved", "accepted")


def test_what_is_not_known_stays_open(product: Product):
    product.provider.mood = "silent"
    answer = resolve(product, stray(product), action="return")
    assert (answer.json["case"]["state"], answer.json["money"]) == ("open", "unknown")


def test_the_same_key_resolves_once(product: Product):
    case = stray(product)
    first = resolve(product, case, key="k", action="close")
    assert resolve(product, case, key="k", action="close").json == first.json
    again = resolve(product, case, action="close")
    assert (again.status_code, again.json["type"]) == (409, "/problems/case-closed")


@pytest.mark.parametrize(
    ("body", "status", "slug"),
    [
        ({"action": "assign"}, 422, "invalid-body"),
        ({"action": "bound"}, 422, "invalid-body"),
        ({"action": "assign", "order": str(uuid4())}, 404, "unknown-order"),
        ({"action": "retry"}, 409, "case-needs-other-action"),
        ({"action": "close", "reason": ""}, 422, "invalid-body"),
    ],
)
def test_what_cannot_be_is_refused(product: Product, body: dict[str, Any], status: int, slug: str):
    case = stray(product)
    answer = resolve(product, case, **body)
    assert (answer.status_code, answer.json["type"]) == (status, f"/problems/{slug}")
    if slug == "case-needs-other-action":
        assert answer.json["actions"] == ["assign", "return", "close"]


def test_who_may_not_and_what_is_not_there(product: Product):
    case = stray(product)
    assert resolve(product, case, role="auditor", action="close").status_code == 403
    for unknown in (str(uuid4()), "nothing"):
        answer = resolve(product, unknown, action="close")
        assert (answer.status_code, answer.json["type"]) == (404, "/problems/unknown-case")


def test_a_case_is_put_aside_and_handed_over(product: Product):
    case, staff = stray(product), product.token("staff")
    until = (product.clock() + timedelta(days=2)).isoformat()
    body = {"reason": "the bank looks", "until": until}
    answer = product.client.post(f"/api/v1/cases/{case}/snooze", json=body, headers=staff)
    assert (answer.status_code, answer.json["case"]["state"]) == (200, "open")
    assert datetime.fromisoformat(answer.json["case"]["asleep_until"]) == datetime.fromisoformat(
        until
    )
    back = {"reason": "they rang"}
    answer = product.client.post(f"/api/v1/cases/{case}/snooze", json=back, headers=staff)
    assert answer.json["case"]["asleep_until"] is None
    me = product.client.post(f"/api/v1/cases/{case}/hand", json={"to": "staff:x"}, headers=staff)
    assert (me.status_code, me.json["type"]) == (404, "/problems/unknown-member")
    nobody = product.client.post(f"/api/v1/cases/{case}/hand", json={"to": ""}, headers=staff)
    assert nobody.json["case"]["keeper"] is None


def test_nobody_puts_a_case_aside_for_ever(product: Product):
    body = {"reason": "never", "until": "2999-01-01T00:00:00Z"}
    address = f"/api/v1/cases/{stray(product)}/snooze"
    answer = product.client.post(address, json=body, headers=product.token("staff"))
    assert (answer.status_code, answer.json["type"]) == (422, "/problems/snooze-out-of-range")
