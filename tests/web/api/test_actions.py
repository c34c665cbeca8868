"""Staff act on orders: who may, what it does, and what a repetition is answered."""

from typing import Any
from uuid import UUID

import pytest

from ledger.kernel.events import Recorded
from ledger.payments.provider import RefundAsk
from tests.kits.product import Product


def act(product: Product, address: str, call: str, *, key: str = "", **body: Any) -> Any:
    """A call of staff who looked at the order just now, unless told otherwise."""
    headers = product.token("staff", shop="winterfest")
    if key:
        headers["Idempotency-Key"] = key
    version = product.client.get(address).json["version"]
    whole = {"reason": "asked at the till", "version": version, **body}
    return product.client.post(f"{address}/{call}", json=whole, headers=headers)


def history(product: Product, address: str) -> list[Recorded]:
    return [*product.parts.orders.history(UUID(address.rpartition("/")[2]))]


def kinds(product: Product, address: str) -> list[str]:
    return [type(one.stamp).__name__ for one in history(product, address)]


CALLS = {
    "refunds": {"method": "provider"},
    "mark-paid": {},
    "cancel": {},
    "receipts": {},
}


@pytest.mark.parametrize("call", CALLS)
def test_only_staff_of_this_shop_act(product: Product, call: str):
    address = product.paid()
    body = {"reason": "x", "version": 4, **CALLS[call]}
    before = len(history(product, address))
    others = [product.token("auditor"), product.token("staff", shop="summerfest")]
    for headers, status in (({}, 401), *((one, 403) for one in others)):
        answer = product.client.post(f"{address}/{call}", json=body, headers=headers)
        assert answer.status_code == status
    assert len(history(product, address)) == before


def test_a_part_goes_back_through_the_provider(product: Product):
    address = product.paid()
    answer = act(product, address, "refunds", method="provider", amount=1000)
    assert answer.status_code == 200
    assert answer.json["money"]["refund_pending"] == 1000
    asked = next(one for one in history(product, address) if one.actor == "token:test")
    assert (asked.stamp.amount.amount, asked.stamp.reason) == (1000, "asked at the till")


def test_what_was_handed_back_is_returned_at_once(product: Product):
    address = product.paid()
    answer = act(product, address, "refunds", method="manual")
    assert (answer.json["status"], answer.json["money"]["refunded"]) == ("REFUNDED", 3500)
    assert len(product.provider.asked) == 1


def test_a_refund_without_answer_is_flagged(product: Product):
    address = product.paid()
    product.provider.mood = "silent"
    answer = act(product, address, "refunds", method="provider")
    assert (answer.status_code, answer.json["flags"]) == (200, ["refund_unknown"])


def test_more_than_is_held_is_refused(product: Product):
    address = product.paid()
    for method in ("provider", "manual"):
        answer = act(product, address, "refunds", method=method, amount=3501)
        assert (answer.status_code, answer.json["type"]) == (409, "/problems/refund-exceeds-held")
    assert product.client.get(address).json["money"]["refund_pending"] == 0


def test_a_refused_refund_is_tried_again_with_another_key(product: Product):
    address = product.paid()
    product.provider.mood = "refuses"
    assert act(product, address, "refunds", method="provider").json["status"] == "REFUND_FAILED"
    refused = history(product, address)[-1].correlation_id
    product.provider.mood = "accepts"
    again = act(product, address, "refunds", method="provider", retry=str(refused))
    assert again.json["status"] == "REFUND_REQUESTED"
    first, second = (one for one in product.provider.asked if isinstance(one, RefundAsk))
    assert first.correlation_id == second.correlation_id == refused
    assert first.idempotency_key != second.idempotency_key


def test_a_retry_looks_first_whether_the_refund_was_made(product: Product):
    address = product.paid()
    product.provider.mood = "refuses"
    act(product, address, "refunds", method="provider")
    refused = history(product, address)[-1].correlation_id
    product.provider.found = "silent"
    answer = act(product, address, "refunds", method="provider", retry=str(refused))
    assert (answer.status_code, answer.json["type"]) == (503, "/problems/refund-still-unknown")
    product.provider.found = "made"
    answer = act(product, address, "refunds", method="provider", retry=str(refused))
    assert answer.json["status"] == "REFUND_REQUESTED"
    assert sum(isinstance(one, RefundAsk) for one in product.provider.asked) == 1


def test_a_transfer_marks_an_order_paid(product: Product):
    address, _ = product.placed()
    reference = product.parts.orders.get(UUID(address.rpartition("/")[2])).payment_reference
    for written, slug in (("202600000994", "wrong"), (f"{reference}0", "mistyped")):
        wrong = act(product, address, "mark-paid", reference=written)
        assert (wrong.status_code, wrong.json["type"]) == (409, f"/problems/{slug}-reference")
    answer = act(product, address, "mark-paid", reference=reference)
    assert (answer.status_code, answer.json["status"]) == (200, "PAID")
    assert kinds(product, address)[-2:] == ["CreatePaymentRequest", "Paid"]
    assert product.provider.expired, "the open payment page is closed"


def test_what_was_marked_paid_cannot_go_back_through_a_provider(product: Product):
    address, _ = product.placed()
    act(product, address, "mark-paid")
    answer = act(product, address, "refunds", method="provider")
    assert (answer.status_code, answer.json["type"]) == (409, "/problems/not-refundable")


def test_cancelled_with_and_without_a_refund(product: Product):
    kept, returned = product.paid(), product.paid()
    assert act(product, kept, "cancel").json["status"] == "CANCELLED"
    assert act(product, returned, "cancel", refund=True).json["status"] == "REFUND_REQUESTED"
    assert kinds(product, kept)[-2:] == ["Cancelled", "SeatsReleased"]
    again = act(product, kept, "cancel")
    assert (again.status_code, again.json["type"]) == (409, "/problems/already-cancelled")


def test_an_order_that_moved_is_looked_at_again(product: Product):
    address = product.paid()
    for call, more in CALLS.items():
        if call == "receipts":
            continue
        answer = act(product, address, call, version=2, **more)
        assert (answer.status_code, answer.json["type"]) == (412, "/problems/order-moved")
        assert answer.json["version"] == 4


def test_a_letter_that_was_never_written_is_not_sent_again(product: Product):
    headers = product.token("staff")
    address = product.paid()
    answer = product.client.post(f"{address}/receipts", json={"reason": "lost"}, headers=headers)
    assert (answer.status_code, answer.json["type"]) == (409, "/problems/letter-not-due")


def test_the_same_key_gets_the_first_answer_again(product: Product):
    address = product.paid()
    body = {"method": "provider", "amount": 1000, "version": 4}
    first = act(product, address, "refunds", key="k", **body)
    assert first.status_code == 200
    size = len(history(product, address))
    assert act(product, address, "refunds", key="k", **body).json == first.json
    act(product, address, "refunds", method="manual", amount=500)
    assert act(product, address, "refunds", key="k", **body).json == first.json
    assert len(history(product, address)) == size + 1


@pytest.mark.parametrize(
    "change", [{"amount": 999}, {"method": "manual"}, {"reason": "other"}, {"version": 5}]
)
def test_the_same_key_for_something_else_is_refused(product: Product, change: dict[str, Any]):
    address = product.paid()
    body = {"method": "provider", "amount": 1000, "version": 4}
    act(product, address, "refunds", key="k", **body)
    answer = act(product, address, "refunds", key="k", **{**body, **change})
    assert (answer.status_code, answer.json["type"]) == (422, "/problems/key-reused")


def test_a_reason_is_asked_for_and_kept_sealed(product: Product):
    address = product.paid()
    assert act(product, address, "cancel", reason="").status_code == 422
    assert act(product, address, "cancel", reason="Ada is ill").status_code == 200
    told = product.client.get(f"{address}/stamps", headers=product.token("auditor"))
    assert "Ada is ill" not in told.text
