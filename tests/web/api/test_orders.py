from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask_babel import force_locale

from ledger.order.cancellation_policy import eligibility
from tests.kits.product import ADA, SHOP, Product, wish
from web.i18n.format import told_in
from web.i18n.refusals import told_cancellation

NO_ORDER = "5ad6a9b1-0c0e-4f6a-9f63-0f3c1c8a7d11"


def test_an_order_is_placed_with_a_payment_page(product: Product):
    answer = product.place()
    assert answer.status_code == 201
    order, payment = answer.json["order"], answer.json["payment"]
    assert (order["status"], order["total"], order["currency"]) == ("PENDING", 3500, "EUR")
    assert payment["redirect_url"] == f"https://pay.example/{payment['correlation_id']}"
    assert answer.json["modification_token"] is None
    assert UUID(order["id"]).version == 4


def test_a_free_order_is_confirmed_and_asks_nobody(product: Product):
    answer = product.place(lines=[{"product": "helper", "quantity": 1}]).json
    assert (answer["order"]["status"], answer["payment"]) == ("PAID", None)
    assert product.provider.asked == []


def test_an_order_without_an_answer_of_the_provider_is_placed_all_the_same(product: Product):
    product.provider.mood = "silent"
    answer = product.place(key="k")
    assert (answer.status_code, answer.json["payment"]["redirect_url"]) == (201, None)
    product.provider.mood = "accepts"
    again = product.place(key="k")
    assert again.json["order"]["id"] == answer.json["order"]["id"]
    assert again.json["payment"]["redirect_url"] is not None


def test_the_same_key_and_body_get_the_first_answer_again_whatever_came_since(product: Product):
    first = product.place(key="k")
    address = f"{SHOP}/orders/{first.json['order']['id']}"
    product.tell(address, first.json["payment"]["correlation_id"])
    assert product.client.get(address).json["status"] == "PAID"
    again = product.place(key="k")
    assert (again.status_code, again.json) == (first.status_code, first.json)
    assert len(product.provider.asked) == 1


def test_a_repeat_is_answered_even_when_the_seats_are_gone(product: Product):
    lines = [{"product": "sauna", "quantity": 2}]
    first = product.place(key="k", lines=lines)
    assert product.place(key="k", lines=lines).json == first.json


def test_a_repeat_is_answered_even_when_the_shop_has_stopped_selling_it(product: Product):
    first = product.place(key="k")
    product.clock.move(days=300)
    assert product.place(key="k").json == first.json


def test_the_same_key_with_another_body_is_refused(product: Product):
    product.place(key="k")
    answer = product.place(key="k", language="fi")
    assert (answer.status_code, answer.json["type"]) == (422, "/problems/key-reused")


def test_the_same_body_spelled_otherwise_is_the_same(product: Product):
    first = product.place(key="k", language="en")
    body = {name: one for name, one in wish().items() if name != "language"}
    headers = {"Idempotency-Key": "k"}
    again = product.client.post(f"{SHOP}/orders", json=body, headers=headers)
    assert again.json == first.json


@pytest.mark.parametrize("key", ["", "k" * 256, "é"])
def test_a_key_that_is_none_is_refused(product: Product, key: str):
    headers = {"Idempotency-Key": key}
    answer = product.client.post(f"{SHOP}/orders", json=wish(), headers=headers)
    assert answer.status_code == 400


def test_too_few_seats_name_the_product_and_hold_nothing(product: Product):
    lines = [{"product": "weekend", "quantity": 1}, {"product": "sauna", "quantity": 3}]
    answer = product.place(lines=lines)
    assert (answer.status_code, answer.json["type"]) == (409, "/problems/not-enough-seats")
    assert answer.json["product"] == "sauna"
    assert product.place(lines=[{"product": "sauna", "quantity": 2}]).status_code == 201


@pytest.mark.parametrize(
    ("lines", "slug"),
    [
        ([], "nothing-ordered"),
        ([{"product": "weekend", "quantity": 0}], "quantity-not-allowed"),
        ([{"product": "weekend", "quantity": -1}], "quantity-not-allowed"),
        ([{"product": "weekend", "quantity": 6}], "quantity-not-allowed"),
        ([{"product": "nothing", "quantity": 1}], "unknown-product"),
        ([{"product": "next-year", "quantity": 1}], "not-on-sale"),
        ([{"product": "weekend", "quantity": 1}] * 2, "nothing-ordered"),
    ],
)
def test_what_cannot_be_ordered_is_refused(product: Product, lines: list, slug: str):
    answer = product.place(lines=lines)
    assert answer.json["type"] == f"/problems/{slug}"
    assert answer.status_code in (409, 422)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("first_name", ""),
        ("first_name", "A" * 51),
        ("last_name", "Robert\x00"),
        ("last_name", "<b>"),
        ("email", "nobody"),
        ("email", "a@b.example\nBcc: c@d.example"),
        ("phone", "1" * 51),
    ],
)
def test_details_that_cannot_be_are_refused_by_name(product: Product, field: str, value: str):
    answer = product.place(customer={**ADA, field: value})
    assert (answer.status_code, answer.json["type"]) == (422, "/problems/customer-invalid")
    assert answer.json["field"] == field


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 422),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b'"\\ud800"', 400),
        (b"[" * 100_000, 422),
        (b"[]", 422),
        (b'{"customer": 1}', 422),
        (b'{"surprise": 1}', 422),
        (b'{"lines": [{"product": "weekend", "quantity": 1e400}]}', 422),
        (b'{"lines": [{"product": "weekend", "quantity": ' + b"9" * 5000 + b"}]}", 422),
    ],
)
def test_a_body_that_is_no_order_is_a_clear_problem(product: Product, content: bytes, status: int):
    answer = product.client.post(f"{SHOP}/orders", data=content, content_type="application/json")
    assert answer.mimetype == "application/problem+json"
    assert answer.status_code == status
    assert answer.json["detail"]


def test_what_is_not_sent_as_json_is_refused(product: Product):
    answer = product.client.post(f"{SHOP}/orders", data={"customer": "Ada"})
    assert (answer.status_code, answer.json["type"]) == (415, "/problems/not-json")


def test_an_order_is_shown_to_who_knows_its_id_without_personal_data(product: Product):
    address, _ = product.placed()
    answer = product.client.get(address)
    assert answer.status_code == 200
    assert "Ada" not in answer.text
    assert "example.org" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("order", [NO_ORDER, "1", "%00", "{" + NO_ORDER + "}", "ä"])
def test_an_id_that_is_no_order_is_not_found_with_the_same_words(product: Product, order: str):
    answer = product.client.get(f"{SHOP}/orders/{order}")
    expected = product.client.get(f"{SHOP}/orders/{uuid4()}")
    assert (answer.status_code, answer.json) == (404, expected.json)


def test_an_order_of_another_shop_is_not_found(product: Product):
    address, _ = product.placed()
    answer = product.client.get(address.replace("winterfest", "summerfest"))
    assert (answer.status_code, answer.json["type"]) == (404, "/problems/unknown-order")


@pytest.mark.parametrize("minutes", [0, 1, 61, 24 * 60])
@pytest.mark.parametrize("language", ["en", "fi", "sv"])
def test_the_policy_is_told_in_the_words_of_the_page(product: Product, language: str, minutes: int):
    """Sentences that many orders share are made once: each order must get its own."""
    product.clock.now += timedelta(minutes=minutes)
    address, attempt = product.placed(language=language)
    product.tell(address, attempt)
    told = product.client.get(address).json
    assert told["status"] == "PAID"
    order = product.parts.orders.get(UUID(told["id"]))
    with product.app.test_request_context(), force_locale(language):
        told_in(order.terms.timezone)
        said = told_cancellation(eligibility(order, product.clock.now))
    assert told["cancellation"]["text"] == said
