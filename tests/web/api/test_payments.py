from dataclasses import replace
from uuid import UUID

from ledger.order.stamps import PaymentPending
from ledger.shop.service import Shops
from tests.kits.api_shop import winterfest
from tests.kits.product import Product
from tests.kits.web_fakes import StripeInMemory


def test_another_attempt_has_a_page_of_its_own(product: Product):
    address, first = product.placed()
    answer = product.client.post(f"{address}/payments")
    assert answer.status_code == 201
    payment = answer.json["payment"]
    assert payment["correlation_id"] != first
    assert payment["redirect_url"] == f"https://pay.example/{payment['correlation_id']}"


def test_the_page_that_was_replaced_is_closed(product: Product):
    address, first = product.placed()
    product.client.post(f"{address}/payments")
    assert product.provider.expired == [f"cs_{first}"]


def test_the_old_page_stays_while_there_is_no_other(product: Product):
    address, _ = product.placed()
    product.provider.mood = "silent"
    product.client.post(f"{address}/payments")
    assert product.provider.expired == []


def test_the_same_key_is_the_same_attempt(product: Product):
    address, _ = product.placed()
    answers = [
        product.client.post(f"{address}/payments", json={}, headers={"Idempotency-Key": "again"})
        for _ in range(2)
    ]
    assert answers[0].json["payment"] == answers[1].json["payment"]
    assert len(product.provider.asked) == 2


def test_a_paid_order_is_not_payable(product: Product):
    answer = product.client.post(f"{product.paid()}/payments")
    assert (answer.status_code, answer.json["type"]) == (409, "/problems/not-payable")
    assert answer.json["detail"] == "The order cannot be paid in its present state."


def test_a_provider_that_is_silent_leaves_the_attempt_to_recovery(product: Product):
    address, _ = product.placed()
    product.provider.mood = "silent"
    answer = product.client.post(f"{address}/payments")
    assert (answer.status_code, answer.json["payment"]["redirect_url"]) == (201, None)


def test_unknown_fields_are_refused(product: Product):
    address, _ = product.placed()
    answer = product.client.post(f"{address}/payments", json={"amount": 1})
    assert answer.status_code == 422


def under_way(product: Product, address: str, attempt: str) -> UUID:
    """The payer has done their part; the bank brings the money days later."""
    order, paid_at = UUID(address.rpartition("/")[2]), UUID(attempt)
    slow = PaymentPending(provider_reference=f"cs_{attempt}")
    product.parts.orders.record(order, slow, correlation_id=paid_at, actor="stripe")
    return order


def test_while_money_is_under_way_nobody_gets_a_second_page(product: Product):
    address, first = product.placed()
    order = under_way(product, address, first)
    answer = product.client.post(f"{address}/payments")
    assert (answer.status_code, answer.json["type"]) == (409, "/problems/not-payable")
    assert [str(one) for one in product.parts.orders.get(order).attempts] == [first]
    assert product.provider.expired == []


def test_an_attempt_that_was_made_before_is_told_again_while_money_is_under_way(product: Product):
    address, _ = product.placed()
    key = {"Idempotency-Key": "again"}
    made = product.client.post(f"{address}/payments", json={}, headers=key)
    under_way(product, address, made.json["payment"]["correlation_id"])
    again = product.client.post(f"{address}/payments", json={}, headers=key)
    assert (again.status_code, again.json["payment"]) == (201, made.json["payment"])


def test_who_is_asked_is_said_by_the_shop_that_the_order_is_placed_in(product: Product):
    product.parts.shops.get("winterfest")  # what this process remembers for a while
    till = StripeInMemory(name="paytrail", account="375917", live=True)
    product.parts.providers["paytrail"] = till  # type: ignore[index]  # a dictionary in tests
    spec = winterfest()
    moved = replace(
        spec,
        preferences=replace(spec.preferences, provider="paytrail"),
        products=spec.products[:1],
        quotas={"weekend": 60, "sauna": 2},
    )
    Shops(product.store).import_shop(moved, actor="cli", at=product.clock())
    order = product.parts.orders.get(UUID(product.placed()[0].rpartition("/")[2]))
    (attempt,) = order.attempts.values()
    assert (attempt.provider, attempt.account, attempt.live) == ("paytrail", "375917", True)
