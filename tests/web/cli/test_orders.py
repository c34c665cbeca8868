"""`orders show` and `orders find`, as somebody at the desk types them."""

import json
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner, Result

from ledger.order.commands import StartLetter
from ledger.order.stamps import Letter
from ledger.tickets.code import in_groups
from tests.kits.product import ADA, SHOP, Product, wish
from tests.kits.ticket_codes import wanted_by
from web.cli.orders import orders


def run(product: Product, *words: str) -> Result:
    return CliRunner().invoke(orders, words, obj=lambda: product.parts)


def found(product: Product, *words: str) -> list[Any]:
    return list(json.loads(run(product, "find", *words, "--json").stdout)["orders"])


@pytest.fixture
def aino(product: Product) -> str:
    """Her order is the second of three."""
    product.place()
    person = {**ADA, "first_name": "Aino", "last_name": "Virtanen", "email": "Aino@Example.org"}
    order = product.place(customer=person).json["order"]["id"]
    product.place()
    return str(order)


@pytest.mark.parametrize("number", ["2", "#2", "#000002", "000002", " #02 "])
def test_a_number_is_found_however_it_is_written(product: Product, aino: str, number: str):
    assert [one["id"] for one in found(product, number)] == [aino]
    shown = run(product, "show", number, "--json")
    assert json.loads(shown.stdout)["id"] == aino


@pytest.mark.parametrize("text", ["aino", "VIRTANEN", "aino virtanen", "aino@example.ORG"])
def test_a_person_is_found_by_name_and_by_address(product: Product, aino: str, text: str):
    assert [one["id"] for one in found(product, text)] == [aino]
    assert "Aino" not in run(product, "find", text).stdout
    assert "Aino Virtanen" in run(product, "find", text, "--names").stdout


def test_references_find_their_order(product: Product, aino: str):
    address = f"{SHOP}/orders/{aino}"
    (attempt,) = product.parts.orders.get(UUID(aino)).attempts
    product.tell(address, str(attempt))
    order = product.parts.orders.get(UUID(aino))
    for text in (order.payment_reference, f"pi_{attempt}", aino):
        assert [one["id"] for one in found(product, text)] == [aino]


def test_what_was_not_found_is_told(product: Product, aino: str):
    nobody = run(product, "find", "nobody")
    assert (nobody.exit_code, nobody.stdout) == (1, "No orders found.\n")
    assert "at least two letters" in run(product, "find", "a").stdout
    assert run(product, "find", "nobody@example.org").exit_code == 1


@pytest.mark.parametrize(
    ("words", "many"),
    [
        (["--status", "PENDING"], 2),
        (["--status", "PAID"], 0),
        (["--product", "weekend"], 2),
        (["--product", "nothing"], 0),
        (["--flag", "late"], 0),
    ],
)
def test_filters_hold_beside_what_is_typed(
    product: Product, aino: str, words: list[str], many: int
):
    assert len(found(product, "ada", *words)) == many


def test_another_shop_has_numbers_of_its_own(product: Product, aino: str):
    assert found(product, "2", "--shop", "summerfest") == []
    assert run(product, "show", "2", "--shop", "summerfest").exit_code == 1
    assert run(product, "show", aino, "--shop", "summerfest").exit_code == 1


def test_what_names_no_order_is_told_with_what_to_do(product: Product):
    product.client.post(f"{SHOP}/orders", json=wish())
    done = run(product, "show", "aino")
    assert (done.exit_code, "orders find" in done.stderr) == (2, True)


# What can be done with an order now, and why not the rest.


def may(product: Product, address: str) -> dict[str, Any]:
    told = json.loads(run(product, "show", address.rpartition("/")[2], "--may", "--json").stdout)
    return {**{one["what"]: one for one in told["may"]}, "ahead": told["ahead"]}


def test_what_can_be_done_with_a_paid_order_is_told_with_its_stamps(product: Product):
    told = may(product, product.paid())
    link, cancel = told["asks for a cancellation link"], told["cancels it and returns the money"]
    assert link["stamps"] == ["CANCELLATION_REQUESTED"]
    assert cancel["stamps"] == ["CREATE_REFUND_REQUEST", "CANCELLED", "SEATS_RELEASED"]
    assert told["asks for a payment page"]["problem"] == "not-payable"
    assert told["ahead"] == []


def test_why_not_the_rest_is_told_as_page_and_api_tell_it(product: Product):
    address, _ = product.placed()
    told = may(product, address)
    refused = product.client.post(f"{address}/cancellation-requests").json
    link = told["asks for a cancellation link"]
    assert (link["allowed"], link["problem"], link["text"]) == (
        False,
        "not-cancellable",
        refused["detail"],
    )
    assert [one["event"] for one in told["ahead"]] == ["the time to pay is over"]


def test_its_tickets_are_told_and_their_codes_only_when_asked_for(product: Product):
    address, attempt = product.placed(lines=[{"product": "weekend", "quantity": 2}])
    product.tell(address, attempt, amount=7000)
    order = product.parts.orders.get(UUID(address.rpartition("/")[2]))
    assert json.loads(run(product, "show", str(order.id), "--json").stdout)["tickets"] == []
    claim = StartLetter(
        correlation_id=UUID(attempt),
        actor="test",
        at=product.clock(),
        letter=Letter.PAID,
        try_number=1,
        tickets=wanted_by(order),
    )
    issued = product.parts.orders.handle(order.id, claim).tickets
    assert issued is not None
    assert issued.codes is not None
    shown = run(product, "show", str(order.id))
    told = json.loads(run(product, "show", str(order.id), "--json").stdout)["tickets"]
    for code, one in zip(issued.codes, told, strict=True):
        assert (one["state"], one["code"]) == ("valid", f"…{code[-4:]}")
        assert code[:12] not in shown.stdout.replace("-", "")
        assert in_groups(code) in run(product, "show", str(order.id), "--codes").stdout
    counted = product.client.get(address).json["tickets"]
    assert (counted["ordered"], counted["valid"], counted["revoked"]) == (2, 2, 0)


def test_nothing_is_appended_by_looking_what_may_be(product: Product):
    address = product.paid()
    before = product.parts.store.head()
    shown = run(product, "show", address.rpartition("/")[2], "--may")
    assert product.parts.store.head() == before
    assert shown.exit_code == 0
    assert "marks it as paid" in shown.stdout
