"""Corrections and bank transfers over the API, and as an operator types them."""

import json
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner, Result

from ledger.audit.verify import Verification
from ledger.order.stamps import CancellationWithdrawn, PaymentWithdrawn
from tests.kits.product import Product
from tests.web.api.test_actions import act, history, kinds
from web.cli.main import stampledger  # noqa: F401 (hangs up the commands)
from web.cli.orders import orders

MISTAKE = {"approver": "boss", "reason": "the wrong row"}
TAKEN = {"mark-paid/withdraw": "mark-paid", "cancel/withdraw": "cancel"}


def run(product: Product, *words: str) -> Result:
    return CliRunner().invoke(orders, words, obj=lambda: product.parts)


def lawful(product: Product) -> None:
    assert [*Verification(product.parts.store.stored())] == []


@pytest.fixture
def marked(product: Product) -> str:
    """The address of an order that was marked as paid."""
    address, _ = product.placed()
    assert act(product, address, "mark-paid").json["status"] == "PAID"
    return address


@pytest.fixture
def called_off(product: Product) -> str:
    address = product.paid()
    assert act(product, address, "cancel").json["status"] == "CANCELLED"
    return address


def test_a_payment_that_never_came_is_taken_back(product: Product, marked: str):
    answer = act(product, marked, "mark-paid/withdraw", **MISTAKE)
    assert (answer.status_code, answer.json["status"]) == (200, "PENDING")
    assert answer.json["money"]["received"] == 0
    taken = history(product, marked)[-1]
    assert isinstance(taken.stamp, PaymentWithdrawn)
    assert (taken.stamp.approver, taken.stamp.reason) == ("boss", "the wrong row")
    assert taken.actor == "token:test"
    again = act(product, marked, "mark-paid/withdraw", **MISTAKE)
    assert (again.status_code, again.json["type"]) == (409, "/problems/not-withdrawable")
    lawful(product)


def test_a_cancellation_by_mistake_is_taken_back(product: Product, called_off: str):
    answer = act(product, called_off, "cancel/withdraw", **MISTAKE)
    assert (answer.status_code, answer.json["status"]) == (200, "PAID")
    assert isinstance(history(product, called_off)[-1].stamp, CancellationWithdrawn)
    lawful(product)


def test_without_seats_it_stays_cancelled(product: Product):
    line = {"product": "sauna", "quantity": 2}
    address, attempt = product.placed(lines=[line])
    product.tell(address, attempt, amount=2000)
    act(product, address, "cancel")
    assert product.place(lines=[{**line, "quantity": 1}]).status_code == 201
    size = product.parts.store.head()
    answer = act(product, address, "cancel/withdraw", **MISTAKE)
    assert (answer.status_code, answer.json["type"]) == (409, "/problems/not-enough-seats")
    assert answer.json["product"] == "sauna"
    assert product.parts.store.head() == size


def test_money_that_went_back_is_not_denied(product: Product):
    address = product.paid()
    act(product, address, "cancel", refund=True)
    answer = act(product, address, "cancel/withdraw", **MISTAKE)
    assert (answer.status_code, answer.json["type"]) == (409, "/problems/money-returned")


@pytest.mark.parametrize("call", TAKEN)
def test_somebody_else_approves(product: Product, call: str):
    address = product.paid() if call == "cancel/withdraw" else product.placed()[0]
    act(product, address, TAKEN[call])
    size = product.parts.store.head()
    answer = act(product, address, call, approver="test", reason="x")
    assert (answer.status_code, answer.json["type"]) == (409, "/problems/approver-needed")
    for approver in ("", "ada@example.org", "Ada Lovelace", "x" * 51, None):
        assert act(product, address, call, approver=approver, reason="x").status_code == 422
    for headers, status in (({}, 401), (product.token("auditor"), 403)):
        body = {**MISTAKE, "version": 9}
        answer = product.client.post(f"{address}/{call}", json=body, headers=headers)
        assert answer.status_code == status
    moved = act(product, address, call, **MISTAKE, version=1)
    assert (moved.status_code, moved.json["type"]) == (412, "/problems/order-moved")
    assert product.parts.store.head() == size


def test_the_same_key_gets_the_first_answer(product: Product, marked: str):
    version = product.client.get(marked).json["version"]
    first = act(product, marked, "mark-paid/withdraw", key="k", version=version, **MISTAKE)
    act(product, marked, "mark-paid")
    again = act(product, marked, "mark-paid/withdraw", key="k", version=version, **MISTAKE)
    assert again.json == first.json
    assert product.client.get(marked).json["status"] == "PAID"


def test_an_operator_takes_back_what_was_a_mistake(product: Product, marked: str, called_off: str):
    for address, command, said in (
        (marked, "withdraw-payment", "Taken back. The order is PENDING.\n"),
        (called_off, "withdraw-cancellation", "Taken back. The order is PAID.\n"),
    ):
        order = address.rpartition("/")[2]
        done = run(product, command, order, "--approver", "boss", "--reason", "the wrong row")
        assert (done.exit_code, done.output) == (0, said)
        shown = json.loads(run(product, "show", order, "--json").output)["steps"][-1]
        assert shown["words"].startswith("Taken back: ")
        assert "boss" in shown["words"]
        assert "the wrong row" not in str(shown)


@pytest.mark.parametrize(
    "words",
    [
        ["--approver", "boss"],
        ["--approver", "boss", "--reason", " "],
        ["--approver", "ada@example.org", "--reason", "x"],
    ],
)
def test_an_operator_says_why_and_who_agreed(product: Product, marked: str, words: list[str]):
    size = product.parts.store.head()
    assert run(product, "withdraw-payment", marked.rpartition("/")[2], *words).exit_code == 2
    assert product.parts.store.head() == size


def test_the_timeline_tells_of_a_correction(product: Product, marked: str):
    act(product, marked, "mark-paid/withdraw", **MISTAKE)
    page = product.client.get(marked.replace("/api/v1/shops", "")).text
    assert "A correction of ours: €35.00 had not come." in page
    assert "boss" not in page


# Bank transfers


def transfer(product: Product, address: str, **body: Any) -> Any:
    return act(product, address, "mark-paid", transfer="2027 ARCHIVE 1", **body)


def test_a_transfer_counts_once_under_whatever_key(product: Product):
    address, _ = product.placed()
    first = transfer(product, address, key="a", version=3)
    assert (first.status_code, first.json["status"]) == (200, "PAID")
    size = product.parts.store.head()
    again = transfer(product, address, key="b", version=3)
    assert (again.status_code, again.json) == (200, first.json)
    assert transfer(product, address, reason="other words").json["status"] == "PAID"
    assert product.parts.store.head() == size
    assert product.provider.expired


def test_for_another_order_it_is_refused_and_a_case(product: Product):
    (first, _), (other, _) = product.placed(), product.placed()
    transfer(product, first)
    for _ in range(2):
        answer = transfer(product, other)
        assert (answer.status_code, answer.json["type"]) == (409, "/problems/transfer-counted")
    assert "Paid" not in kinds(product, other)
    headers = product.token("staff")
    (case,) = product.client.get("/api/v1/cases", headers=headers).json["cases"]
    assert (case["kind"], case["severity"]) == ("contradiction", "critical")
    assert case["order"] == other.rpartition("/")[2]


def test_more_than_the_price_waits_for_a_person(product: Product):
    address, _ = product.placed()
    answer = transfer(product, address, amount=3600)
    assert (answer.json["status"], answer.json["flags"]) == ("PAID", ["overpaid"])
    order = product.parts.orders.get(UUID(address.rpartition("/")[2]))
    assert order.received.amount == 3600


@pytest.mark.parametrize("name", ["ä", "x" * 65, "a\nb", 7])
def test_the_banks_name_is_plain_text(product: Product, name: Any):
    address, _ = product.placed()
    answer = act(product, address, "mark-paid", transfer=name)
    assert (answer.status_code, answer.json["type"]) == (422, "/problems/invalid-body")
