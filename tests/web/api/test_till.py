"""The till for programs: the same sales, mistakes and report as on its page."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from ledger.audit.verify import verify
from tests.kits.product import SHOP, Product
from tests.web.api.test_openapi import schema

TILL = f"{SHOP}/till"
ONE = {"lines": [{"product": "weekend", "quantity": 1}], "way": "cash", "total": 3500}


class Booth:
    """A program that sells in the shop."""

    def __init__(self, product: Product) -> None:
        self.product, self.headers = product, product.token("staff", shop="winterfest")

    def post(self, what: str, body: dict[str, Any], *, key: str = "") -> Any:
        headers = {**self.headers, **({"Idempotency-Key": key} if key else {})}
        return self.product.client.post(f"{TILL}/{what}", json=body, headers=headers)

    def get(self, what: str) -> Any:
        return self.product.client.get(f"{TILL}/{what}", headers=self.headers)


@pytest.fixture
def booth(product: Product) -> Booth:
    made = Booth(product)
    shift = made.post("open", {"opening": 10_000})
    assert shift.status_code == 200, shift.text
    schema("Shift").validate(shift.json)
    return made


def test_a_sale_is_an_order_with_its_tickets_and_a_repeat_is_the_same_one(booth: Booth):
    sold = booth.post("sales", ONE, key="first")
    assert sold.status_code == 201, sold.text
    schema("Order").validate(sold.json["order"])
    assert sold.json["order"]["status"] == "PAID"
    (ticket,) = sold.json["tickets"]
    assert ticket["code"]
    assert booth.post("sales", ONE, key="first").json["order"]["id"] == sold.json["order"]["id"]
    other = booth.post("sales", {**ONE, "way": "card"}, key="first")
    assert (other.status_code, other.json["type"]) == (422, "/problems/key-reused")


def test_a_mistake_goes_back_and_the_report_balances(booth: Booth):
    order = booth.post("sales", ONE).json["order"]["id"]
    booth.post("sales", {**ONE, "way": "card"})
    stale = booth.post(f"sales/{order}/void", {"reason": "two", "returned": 1})
    assert stale.status_code in (409, 412)
    back = booth.post(f"sales/{order}/void", {"reason": "two, not one", "returned": 3500}, key="v")
    assert back.status_code == 200, back.text
    assert booth.post(f"sales/{order}/void", {"reason": "two, not one"}, key="v").status_code == 200
    assert booth.post(f"sales/{uuid4()}/void", {"reason": "x"}).status_code == 404
    moved = booth.post("cash", {"amount": 2000, "way": "out", "reason": "to the bank"}, key="c")
    assert moved.json["expected"] == 8_000
    again = booth.post("cash", {"amount": 2000, "way": "out", "reason": "to the bank"}, key="c")
    assert again.json["expected"] == 8_000
    other = booth.post("cash", {"amount": 1, "way": "out", "reason": "to the bank"}, key="c")
    assert other.status_code == 422
    closed = booth.post("close", {"counted": 7_900})
    schema("ShiftReport").validate(closed.json)
    assert (closed.json["difference"], closed.json["balances"]) == (-100, True)
    assert [one["order"] for one in closed.json["given_back"]] == [order]
    over = booth.post("sales", ONE)
    assert (over.status_code, over.json["type"]) == (409, "/problems/shift-over")
    (listed,) = booth.get("shifts").json["shifts"]
    schema("Shift").validate(listed)
    assert booth.get(f"shifts/{listed['shift']}").json == closed.json
    assert booth.get(f"shifts/{uuid4()}").status_code == 404
    assert verify(booth.product.parts.store.stored()) == ()


def test_another_price_than_was_told_sells_nothing(booth: Booth):
    told = booth.post("sales", {**ONE, "total": 1})
    assert (told.status_code, told.json["type"]) == (409, "/problems/price-changed")
    assert booth.post(
        "sales", {**ONE, "lines": [{"product": "no", "quantity": 1}]}
    ).status_code in (
        404,
        422,
    )


def test_who_only_reads_sells_nothing_and_a_stranger_sees_nothing(booth: Booth):
    shift = booth.get("shifts").json["shifts"][0]["shift"]
    client, auditor = booth.product.client, booth.product.token("auditor", shop="winterfest")
    assert client.get(f"{TILL}/shifts/{UUID(shift)}", headers=auditor).status_code == 200
    assert client.post(f"{TILL}/sales", json=ONE, headers=auditor).status_code == 403
    assert client.get(f"{TILL}/shifts").status_code == 401
