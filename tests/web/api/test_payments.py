from tests.kits.product import Product


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
