"""Orders of a shop, searched over HTTP by staff and auditors."""

from typing import Any

import pytest

from tests.kits.product import Product


def several(product: Product, many: int) -> None:
    for _ in range(many):
        product.clock.move(minutes=1)
        product.placed()


def asked(product: Product, /, role: str = "staff", code: int = 200, **query: Any) -> Any:
    answer = product.client.get(
        "/api/v1/shops/winterfest/orders", query_string=query, headers=product.token(role)
    )
    assert answer.status_code == code, answer.text
    return answer.json


def numbers(product: Product, /, **query: Any) -> list[int]:
    return [one["number"] for one in asked(product, **query)["orders"]]


def test_the_newest_come_first_with_who_ordered(product: Product) -> None:
    several(product, 3)
    first, *_ = found = asked(product)["orders"]
    assert [one["number"] for one in found] == [3, 2, 1]
    assert first["customer"]["email"]
    assert (first["status"], first["currency"], first["received"]) == ("PENDING", "EUR", 0)


def test_pages_follow_one_another_without_a_gap(product: Product) -> None:
    several(product, 5)
    seen, after = [], None
    while True:
        page = asked(product, limit=2, **({"after": after} if after else {}))
        seen += [one["number"] for one in page["orders"]]
        after = page["after"]
        if after is None:
            break
    assert seen == [5, 4, 3, 2, 1]


def test_it_is_found_by_what_people_say(product: Product) -> None:
    address, _ = product.placed()
    several(product, 1)
    (one,) = asked(product, query="#1")["orders"]
    assert one["id"] == address.rpartition("/")[2]
    assert numbers(product, query=one["payment_reference"]) == [1]
    assert numbers(product, query=one["id"]) == [1]
    assert numbers(product, query=one["customer"]["first_name"][:3]) == [2, 1]
    assert numbers(product, query="nobody") == []


def test_filters_hold_together(product: Product) -> None:
    product.placed()
    assert numbers(product, status="PENDING") == [1]
    assert numbers(product, status="PAID") == []
    assert numbers(product, product="weekend", since="2020-01-01") == [1]
    assert numbers(product, product="friday") == []
    assert numbers(product, until="2020-01-01") == []


@pytest.mark.parametrize(
    "query",
    [
        {"status": "GONE"},
        {"flag": "odd"},
        {"since": "yesterday"},
        {"until": "2027-02-30"},
        {"since": "9999-12-31T00:00:00"},
        {"after": "here"},
        {"after": "2027-01-01T00:00:00/x"},
        {"limit": "0"},
        {"limit": "201"},
        {"limit": "²"},
        {"query": "x"},
    ],
)
def test_what_cannot_be_read_is_told(product: Product, query: dict[str, str]) -> None:
    assert asked(product, code=400, **query)["detail"]


def test_only_staff_and_auditors_of_the_shop_search(product: Product) -> None:
    product.placed()
    assert asked(product, "auditor")["orders"]
    asked(product, "door", code=403)
    other = product.client.get("/api/v1/shops/none/orders", headers=product.token("staff"))
    assert other.status_code == 404
    assert product.client.get("/api/v1/shops/winterfest/orders").status_code == 401
