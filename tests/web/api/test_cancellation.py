import pytest

from tests.kits.product import Product


def asked(product: Product) -> tuple[str, str]:
    """A paid order whose holder has a link."""
    address = product.paid()
    assert product.client.post(f"{address}/cancellation-requests").status_code == 202
    return address, product.link(address)


def test_asking_for_a_link_reveals_nothing(product: Product):
    answer = product.client.post(f"{product.paid()}/cancellation-requests")
    assert (answer.status_code, answer.json) == (202, {})


def test_the_same_key_asks_once(product: Product):
    address = product.paid()
    for _ in range(2):
        answer = product.client.post(
            f"{address}/cancellation-requests", headers={"Idempotency-Key": "k"}
        )
        assert answer.status_code == 202


def test_one_letter_a_minute(product: Product):
    address, _ = asked(product)
    answer = product.client.post(f"{address}/cancellation-requests")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
    product.clock.move(minutes=1)
    assert product.client.post(f"{address}/cancellation-requests").status_code == 202


def test_an_unpaid_order_says_why_not(product: Product):
    address, _ = product.placed()
    answer = product.client.post(f"{address}/cancellation-requests")
    assert (answer.status_code, answer.json["code"]) == (409, "not_paid")
    assert answer.json["inputs"]["total"] == 3500


def test_confirming_cancels_and_returns_the_money(product: Product):
    address, code = asked(product)
    answer = product.client.post(f"{address}/cancellation", json={"code": code, "quote": 3500})
    assert (answer.status_code, answer.json["refund"]) == (200, "accepted")
    assert answer.json["order"]["money"]["refund_pending"] == 3500


@pytest.mark.parametrize(("mood", "word"), [("refuses", "failed"), ("silent", "unknown")])
def test_what_became_of_the_money_is_told(product: Product, mood: str, word: str):
    address, code = asked(product)
    product.provider.mood = mood
    answer = product.client.post(f"{address}/cancellation", json={"code": code})
    assert (answer.status_code, answer.json["refund"]) == (200, word)


def test_a_free_order_is_simply_cancelled(product: Product):
    address, _ = product.placed(lines=[{"product": "helper", "quantity": 1}])
    product.client.post(f"{address}/cancellation-requests")
    answer = product.client.post(f"{address}/cancellation", json={"code": product.link(address)})
    assert (answer.json["refund"], answer.json["order"]["status"]) == ("none", "CANCELLED")


def test_a_link_works_once_and_a_repeat_with_a_key_is_answered_again(product: Product):
    address, code = asked(product)
    first = product.client.post(f"{address}/cancellation", json={"code": code})
    plain = product.client.post(f"{address}/cancellation", json={"code": code})
    assert (plain.status_code, plain.json["type"]) == (403, "/problems/link-invalid")
    keyed = product.client.post(
        f"{address}/cancellation", json={"code": code}, headers={"Idempotency-Key": "k"}
    )
    assert keyed.json == first.json


@pytest.mark.parametrize("code", ["", "wrong", "\x00", "ä" * 200])
def test_a_wrong_code_is_refused_and_nothing_moves(product: Product, code: str):
    address, right = asked(product)
    answer = product.client.post(f"{address}/cancellation", json={"code": code})
    assert (answer.status_code, answer.json["type"]) == (403, "/problems/link-invalid")
    assert product.client.get(address).json["status"] == "PAID"
    answer = product.client.post(f"{address}/cancellation", json={"code": right})
    assert answer.status_code == 200


def test_a_day_later_the_link_is_too_old(product: Product):
    address, code = asked(product)
    product.clock.move(hours=24)
    answer = product.client.post(f"{address}/cancellation", json={"code": code})
    assert answer.status_code == 403


def test_another_refund_than_was_shown_is_asked_again(product: Product):
    address, code = asked(product)
    answer = product.client.post(f"{address}/cancellation", json={"code": code, "quote": 3400})
    assert (answer.status_code, answer.json["type"]) == (409, "/problems/quote-changed")
    assert (answer.json["quote"], answer.json["currency"]) == (3500, "EUR")


def test_who_presses_too_often_is_asked_to_wait(product: Product):
    address, code = asked(product)
    product.limits.tight = True
    for call, body in (("cancellation-requests", {}), ("cancellation", {"code": code})):
        answer = product.client.post(f"{address}/{call}", json=body)
        assert (answer.status_code, answer.json["type"]) == (429, "/problems/too-many-requests")
        assert answer.headers["Retry-After"]
