"""One object that nobody can read is a finding with its id, and the rest is compared (SPEC P12)."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ledger.order.status import status
from ledger.payments.provider import ProviderAway
from tests.kits.paytrail_shop import PaytrailShop, paytrail_shop
from tests.kits.product import Product
from tests.kits.sumup_shop import SumupShop, sumup_shop
from tests.stand_ins.paytrail_signing import signature
from tests.stand_ins.serving import Told
from tests.stand_ins.spoiling import spoil
from web.cli.reconcile import reconcile

WRONG: list[dict[str, Any]] = [
    {"amount": "a lot"},
    {"amount": 10**30},
    {"amount": -1},
    {"amount": None},
    {"amount": True},
    {"currency": ["EUR"]},
    {"currency": "\ud800"},
]
TIMES: list[Any] = ["soon", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", 7, "2\x0027"]


@pytest.fixture
def sumup(product: Product) -> Iterator[SumupShop]:
    with sumup_shop(product) as shop:
        yield shop


@pytest.fixture
def paytrail(product: Product) -> Iterator[PaytrailShop]:
    with paytrail_shop(product) as shop:
        yield shop


def changed(values: dict[str, Any]) -> Callable[[Any], Any]:
    return lambda told: told | values


def run(shop: SumupShop) -> Result:
    wish = ["--provider", "sumup"]
    return CliRunner().invoke(reconcile, wish, obj=lambda: shop.parts)


def names(found: dict[str, Any]) -> set[tuple[str, str]]:
    return {(one["kind"], one["reference"]) for one in found["unread"]}


@pytest.mark.parametrize(
    "values",
    [
        *WRONG,
        *({"timestamp": at} for at in TIMES),
        *({"id": None}, {"id": "another"}),
    ],
    ids=ascii,
)
def test_a_transaction_of_sumup_that_cannot_be_read_hides_no_other(sumup, values):
    other, good = sumup.buy(), sumup.buy()
    spoilt, _ = sumup.pay(other), sumup.pay(good)
    spoil(sumup.sumup, changed(values), path="/transactions", query=spoilt)
    found = sumup.books("--commit", status=1)
    assert names(found) == {("payment", spoilt)}
    assert (status(sumup.order(good.id)), found["taken_in"]) == ("PAID", 1)
    size = sumup.size
    again = sumup.books("--commit", status=1)
    assert (names(again), again["counts"]) == ({("payment", spoilt)}, {"matched": 1})
    assert sumup.size == size


def test_what_happened_to_a_payment_at_sumup_cannot_be_read_but_it_counts(sumup):
    order = sumup.buy()
    spoilt = sumup.pay(order)
    spoil(
        sumup.sumup, changed({"transaction_events": {"a": 1}}), path="/transactions", query=spoilt
    )
    found = sumup.books("--commit", status=1)
    assert (names(found), found["taken_in"]) == ({("payment", spoilt)}, 1)
    assert status(sumup.order(order.id)) == "PAID"
    again = sumup.books("--commit", status=1)
    assert (names(again), again["counts"]) == ({("payment", spoilt)}, {"matched": 1})


@pytest.mark.parametrize("status_code", [400, 409, 422])
def test_a_transaction_that_sumup_refuses_to_show_is_named(sumup, status_code):
    spoilt = sumup.pay(sumup.buy())
    sumup.pay(sumup.buy())
    spoil(
        sumup.sumup,
        lambda told: {"error_code": "ODD"},
        path="/transactions",
        query=spoilt,
        seal=lambda told: replace(told, status=status_code),
    )
    found = sumup.books("--commit", status=1)
    assert (names(found), found["taken_in"]) == ({("payment", spoilt)}, 1)


@pytest.mark.parametrize("item", [None, 7, [], {}, {"transaction_id": "a b"}, {"id": 7}], ids=str)
def test_an_item_of_sumups_list_that_has_no_name_hides_no_other(sumup, item):
    sumup.pay(sumup.buy())
    sumup.tell()
    spoil(sumup.sumup, lambda told: told | {"items": [item, *told["items"]]}, path="/history")
    found = sumup.books(status=1)
    assert (len(found["unread"]), found["counts"]) == (1, {"matched": 1})


@pytest.mark.parametrize("event", [{"id": "one"}, {"amount": []}, {"amount": "1e999999999"}])
@pytest.mark.parametrize("kind", ["REFUND", "CHARGE_BACK"])
def test_an_event_of_sumup_that_cannot_be_read_hides_neither_payment_nor_other_events(
    sumup, event, kind
):
    order = sumup.buy()
    paid = sumup.pay(order)
    sumup.sumup.refund_by_hand(paid, 500)
    wrong = {"id": 99, "event_type": kind, "amount": 1.0, "status": "REFUNDED"} | event

    def with_wrong(told: Any) -> Any:
        return told | {"transaction_events": [wrong, "?", *told["transaction_events"]]}

    spoil(sumup.sumup, with_wrong, path="/transactions", query=paid)
    found = sumup.books("--commit", status=1)
    told_as = "dispute" if kind == "CHARGE_BACK" else "refund"
    assert names(found) == {(told_as, f"{paid}/{wrong['id']}"), ("refund", paid)}
    assert status(sumup.order(order.id)) == "PARTIALLY_REFUNDED"


def sealed(shop: PaytrailShop) -> Callable[[Told], Told]:
    def seal(told: Told) -> Told:
        values = {key: one for key, one in told.headers.items() if key.startswith("checkout-")}
        right = signature(values, told.body, secret=shop.paytrail.secret)
        return replace(told, headers={**told.headers, "signature": right})

    return seal


@pytest.mark.parametrize(
    "values",
    [
        *({"amount": one} for one in ("a lot", 10**30, None, True, 5.5)),
        *({"currency": one} for one in ("SEK", 7, "\ud800")),
        *({"createdAt": at, "paidAt": at} for at in TIMES if at != 7),
        *({"status": 7}, {"stamp": None}, {"transactionId": "another"}),
    ],
    ids=ascii,
)
def test_a_payment_of_paytrail_that_cannot_be_read_hides_no_other(paytrail, values):
    other, good = paytrail.buy(), paytrail.buy()
    spoilt, _ = paytrail.pay(other), paytrail.pay(good)
    spoil(paytrail.paytrail, changed(values), path=f"/payments/{spoilt}", seal=sealed(paytrail))
    found = paytrail.books("--commit", "--no-report", status=1)
    assert names(found) == {("payment", spoilt)}
    assert status(paytrail.order(good.id)) == "PAID"
    size = paytrail.size
    assert names(paytrail.books("--commit", "--no-report", status=1)) == {("payment", spoilt)}
    assert paytrail.size == size


def test_half_a_character_and_none_at_all_are_kept_as_what_can_be_read(paytrail):
    order = paytrail.buy()
    paid = paytrail.pay(order)
    odd = changed({"reference": "\ud800", "provider": "b\x00nk"})
    spoil(paytrail.paytrail, odd, path=f"/payments/{paid}", seal=sealed(paytrail))
    found = paytrail.books("--commit", "--no-report", status=1)
    assert (found["unread"], found["taken_in"]) == ([], 1)
    assert [one.order_id for one in paytrail.parts.views.cases("open")] == [order.id]


@pytest.mark.parametrize(
    "row",
    [7, None, {}, {"amount": "much"}, {"entryDate": "9999-99-99"}, {"stamp": "\x00"}],
    ids=str,
)
def test_a_row_of_a_report_that_cannot_be_read_hides_no_other(paytrail, tmp_path, row):
    order = paytrail.buy()
    paytrail.pay(order)
    (told,) = [one for one in _rows(paytrail) if one["status"].startswith("Paid")]
    wrong = told | {"checkoutReference": "4711"} | row if isinstance(row, dict) and row else row
    path = tmp_path / "report.json"
    path.write_text(json.dumps([wrong, told]))
    found = paytrail.books("--commit", "--report", str(path), status=1)
    (unread,) = found["unread"]
    assert unread["why"].startswith("row 1: ")
    assert unread["reference"] in ("4711", "row 1")
    assert status(paytrail.order(order.id)) == "PAID"


def _rows(shop: PaytrailShop) -> list[dict[str, Any]]:
    return list(json.loads(shop.downloaded("json")))


@pytest.mark.parametrize("body", [b"[7", b"[]]", b'[{"amount": 1e999999999999999999999}]'])
def test_a_brought_report_that_is_none_is_named(paytrail, monkeypatch, body):
    paytrail.pay(paytrail.buy())
    paytrail.tell()
    bring = paytrail.bring
    seal = sealed(paytrail)

    def spoilt(message: Any) -> None:
        told = seal(Told(status=200, body=body, headers=message.headers))
        bring(replace(message, body=body, headers=told.headers))

    paytrail.paytrail.bring = spoilt
    found = paytrail.books(status=1)
    assert [one["kind"] for one in found["unread"]] == ["report"]
    assert found["counts"] == {"matched": 1}


@pytest.mark.parametrize(
    "wrong", [7, None, {}, {"id": "x"}, {"id": 5, "settledAt": "soon"}, {"id": 10**30}], ids=str
)
def test_a_payout_that_cannot_be_read_hides_no_other(paytrail, wrong):
    paytrail.pay(paytrail.buy())
    paytrail.tell()
    paytrail.paytrail.settle()
    spoil(
        paytrail.paytrail, lambda told: [wrong, *told], path="/settlements", seal=sealed(paytrail)
    )
    found = paytrail.books("--settlements", status=1)
    assert [one["kind"] for one in found["unread"]] == ["payout"]
    assert [one["difference"] for one in found["settlements"]] == [0]


def test_people_read_which_ones(sumup):
    spoilt = sumup.pay(sumup.buy())
    spoil(sumup.sumup, changed({"amount": "a lot"}), path="/transactions", query=spoilt)
    sumup.product.clock.move(minutes=1)
    done = run(sumup)
    assert done.exit_code == 1
    assert "1 could not be read: look it up at the provider." in done.stdout
    assert "Both sides agree" not in done.stdout
    assert spoilt[:8] in done.stdout


def test_a_provider_that_is_away_is_away(sumup):
    sumup.pay(sumup.buy())
    sumup.sumup.plan("500", method="GET", path="/history", times=2)
    sumup.product.clock.move(minutes=1)
    assert isinstance(run(sumup).exception, ProviderAway)
