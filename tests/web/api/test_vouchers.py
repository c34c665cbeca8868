"""Vouchers in the API: the price that was asked for holds, and each no is a problem of its own."""

from datetime import timedelta
from typing import Any

import pytest

from tests.kits.product import SHOP, Product, wish
from tests.kits.vouchers import open_voucher, percent
from web.api.orders import CODES_A_MINUTE

ONE = [{"product": "weekend", "quantity": 1}]


def test_an_order_with_a_voucher_costs_less_and_says_so(product: Product):
    open_voucher(product.parts, "HALF", percent("50"), uses=1)
    wrong = product.place(lines=ONE, voucher="half", expected_total=3500)
    assert (wrong.status_code, wrong.json["type"]) == (409, "/problems/price-changed")
    assert (wrong.json["expected_total"], wrong.json["total"]) == (3500, 1750)
    answer = product.place(key="k", lines=ONE, voucher="half", expected_total=1750)
    order = answer.json["order"]
    assert (answer.status_code, order["total"]) == (201, 1750)
    (line,) = order["lines"]
    assert (line["unit_price"], line["full_price"]) == (1750, 3500)
    again = product.place(key="k", lines=ONE, voucher="half", expected_total=1750)
    assert again.json == answer.json
    other = product.place(key="k", lines=ONE, expected_total=3500)
    assert other.json["type"] == "/problems/key-reused"
    used = product.place(lines=ONE, voucher="HALF")
    assert (used.status_code, used.json["type"]) == (409, "/problems/voucher-used-up")


def test_a_full_voucher_confirms_at_once(product: Product):
    open_voucher(product.parts, "SPEAKER")
    answer = product.place(lines=ONE, voucher="SPEAKER", expected_total=0)
    assert (answer.json["order"]["status"], answer.json["payment"]) == ("PAID", None)
    assert product.provider.asked == []


@pytest.mark.parametrize(
    "code", ["NOTHING", "A", "x" * 60, "DROP TABLE", "\u0000", "Ä-Ä", "💥💥💥"]
)
def test_what_is_no_code_is_unknown(product: Product, code: str):
    answer = product.place(lines=ONE, voucher=code)
    assert (answer.status_code, answer.json["type"]) == (422, "/problems/unknown-voucher")


def test_each_no_is_a_problem_with_its_facts(product: Product):
    now = product.parts.clock()
    open_voucher(product.parts, "LATE", valid_until=now - timedelta(hours=1))
    open_voucher(product.parts, "GROUP", uses=9, minimum=5)
    open_voucher(product.parts, "SAUNA", products=("sauna",))
    late = product.place(lines=ONE, voucher="LATE")
    assert (late.status_code, late.json["type"]) == (409, "/problems/voucher-not-valid")
    assert late.json["valid_until"] == (now - timedelta(hours=1)).isoformat()
    few = product.place(lines=ONE, voucher="GROUP")
    assert (few.json["type"], few.json["minimum"]) == ("/problems/voucher-too-few-pieces", 5)
    other = product.place(lines=ONE, voucher="SAUNA")
    assert other.json["type"] == "/problems/voucher-not-for-these"


def test_whoever_guesses_is_slowed_down(product: Product):
    """A code counts apart from orders; who is at home guesses as often as they like."""
    seen: list[str] = []
    hit = product.limits.hit

    def counted(key: str, *, per_seconds: int, limit: int) -> Any:
        seen.append(f"{key.partition('/')[0]} {limit}")
        return hit(key, per_seconds=per_seconds, limit=limit)

    product.limits.hit = counted  # type: ignore[method-assign]
    headers = {"Forwarded": "for=192.0.2.1"}
    for body in (wish(lines=ONE), wish(lines=ONE, voucher="GUESS")):
        product.client.post(f"{SHOP}/orders", json=body, headers=headers)
        seen.append("")
    assert seen == ["orders 120", "", "orders 120", f"voucher {CODES_A_MINUTE}", ""]
