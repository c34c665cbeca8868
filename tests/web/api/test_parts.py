"""Single pieces of an order are cancelled through the API, by its holder and by ticket sales."""

from typing import Any
from uuid import UUID

from jsonschema import Draft202012Validator

from tests.kits.product import Product
from web.api.openapi import described

ONE = [{"product": "weekend", "quantity": 1}]


def bought(product: Product) -> str:
    """The address of an order for three weekend tickets and two places in the sauna."""
    lines = [{"product": "weekend", "quantity": 3}, {"product": "sauna", "quantity": 2}]
    address, attempt = product.placed(lines=lines)
    product.tell(address, attempt, amount=12500)
    return address


def linked(product: Product, address: str) -> str:
    assert product.client.post(f"{address}/cancellation-requests").status_code == 202
    return product.link(address)


def test_a_quote_tells_what_would_go_back_and_does_nothing(product: Product):
    address = bought(product)
    before = product.parts.store.head()
    answer = product.client.post(f"{address}/cancellation-quotes", json={"lines": ONE})
    assert answer.json == {
        "amount": 3500,
        "fee": 0,
        "currency": "EUR",
        "vat": [{"rate": "13.5", "base": 3083, "vat": 417}],
        "whole": False,
        "tickets": [3],
        "reason": "",
        "why": "",
        "text": "",
    }
    schema = {
        "$ref": "#/components/schemas/CancellationQuote",
        "components": described()["components"],
    }
    Draft202012Validator(schema).validate(answer.json)
    whole = product.client.post(f"{address}/cancellation-quotes").json
    assert (whole["amount"], whole["whole"]) == (12500, True)
    assert product.parts.store.head() == before


def test_confirming_some_pieces_cancels_those(product: Product):
    address = bought(product)
    code = linked(product, address)
    body = {"code": code, "quote": 3500, "lines": ONE}
    answer = product.client.post(f"{address}/cancellation", json=body)
    assert (answer.status_code, answer.json["refund"]) == (200, "accepted")
    order = answer.json["order"]
    assert [(one["quantity"], one["cancelled"]) for one in order["lines"]] == [(2, 1), (2, 0)]
    assert (order["total"], order["money"]["due"], order["status"]) == (
        9000,
        9000,
        "REFUND_REQUESTED",
    )


def test_the_same_key_confirms_once(product: Product):
    address = bought(product)
    body = {"code": linked(product, address), "lines": ONE}
    key = {"Idempotency-Key": "k"}
    first, again = (
        product.client.post(f"{address}/cancellation", json=body, headers=key) for _ in range(2)
    )
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json["order"]["lines"] == first.json["order"]["lines"]
    other = {**body, "lines": [{"product": "sauna", "quantity": 1}]}
    answer = product.client.post(f"{address}/cancellation", json=other, headers=key)
    assert answer.status_code == 422


def test_what_cannot_be_chosen_says_so(product: Product):
    address = bought(product)
    code = linked(product, address)

    def problem(lines):
        body = {"code": code, "lines": lines}
        return product.client.post(f"{address}/cancellation", json=body).json["type"]

    assert problem([{"product": "weekend", "quantity": 4}]).endswith("pieces-not-left")
    assert problem([{"product": "weekend", "quantity": -1}]).endswith("pieces-not-left")
    assert problem([{"product": "thursday", "quantity": 1}]).endswith("pieces-not-left")
    assert problem([{"product": "weekend", "quantity": 0}]).endswith("nothing-chosen")
    assert problem([*ONE, *ONE]).endswith("nothing-chosen")
    body = {"code": code, "quote": 1, "lines": ONE}
    answer = product.client.post(f"{address}/cancellation", json=body)
    assert (answer.status_code, answer.json["quote"]) == (409, 3500)


def test_ticket_sales_cancel_a_piece(product: Product):
    address = bought(product)
    version = product.client.get(address).json["version"]
    staff = product.token("staff")
    body = {"lines": ONE, "reason": "ill", "version": version, "quote": 3500}
    assert product.client.post(f"{address}/cancel-part", json=body).status_code == 401
    answer = product.client.post(f"{address}/cancel-part", json=body, headers=staff)
    assert answer.status_code == 200
    assert answer.json["lines"][0]["cancelled"] == 1
    again = product.client.post(f"{address}/cancel-part", json=body, headers=staff)
    assert again.status_code == 412


def test_ticket_sales_replace_a_piece_by_those_of_a_new_order(product: Product):
    address = bought(product)
    version = product.client.get(address).json["version"]
    staff = product.token("staff")
    body = {"give": ONE, "take": ONE, "reason": "ill", "version": version, "price": 3500}
    assert product.client.post(f"{address}/swap", json=body).status_code == 401
    keyed = {**staff, "Idempotency-Key": "one-wish"}
    answer = product.client.post(f"{address}/swap", json=body, headers=keyed)
    assert answer.status_code == 200
    old, new = answer.json["order"], answer.json["new"]
    assert (old["lines"][0]["cancelled"], old["status"]) == (1, "PARTIALLY_REFUNDED")
    assert (new["status"], new["money"]["received"], new["total"]) == ("PAID", 3500, 3500)
    assert product.client.post(f"{address}/swap", json=body, headers=keyed).json == answer.json
    other = product.client.post(f"{address}/swap", json={**body, "price": 1}, headers=keyed)
    assert other.status_code == 422
    assert product.client.post(f"{address}/swap", json=body, headers=staff).status_code == 412


def test_by_hand_nothing_is_asked_of_the_provider(product: Product):
    address = bought(product)
    version = product.client.get(address).json["version"]
    body = {"lines": ONE, "reason": "ill", "version": version, "method": "manual"}
    answer = product.client.post(
        f"{address}/cancel-part", json=body, headers=product.token("staff")
    )
    assert answer.json["money"]["refunded"] == 3500
    assert answer.json["status"] == "PARTIALLY_REFUNDED"
    assert answer.json["cancellation"]["parts"]


def test_tickets_are_chosen_by_their_numbers(product: Product):
    address = bought(product)

    def quoted(**body: object) -> Any:
        return product.client.post(f"{address}/cancellation-quotes", json=body).json

    assert (quoted(tickets=[1])["tickets"], quoted(tickets=[1])["amount"]) == ([1], 3500)
    sauna = [{"product": "sauna", "quantity": 1}]
    both = quoted(tickets=[3, 1], lines=sauna)
    assert (both["tickets"], both["amount"]) == ([1, 3, 5], 8000)
    assert quoted(tickets=[9])["type"].endswith("pieces-not-left")
    assert quoted(tickets=[1], lines=ONE)["type"].endswith("nothing-chosen")
    assert quoted(tickets=[0])["type"].endswith("invalid-body")
    body = {"code": linked(product, address), "quote": 3500, "tickets": [2]}
    done = product.client.post(f"{address}/cancellation", json=body)
    assert done.status_code == 200
    order = product.parts.orders.get(UUID(address.rpartition("/")[2]))
    assert order.which_cancelled == {0: frozenset({1})}
