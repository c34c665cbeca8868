"""Paytrail's books beside ours: asked for one by one, and told of by the report it brings."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from adapters.providers.paytrail import PaytrailReports
from adapters.providers.paytrail.parse_report import FIELDS
from ledger.cases.stamps import CaseKind, CaseOpened
from ledger.order.stamps import PaidOut
from ledger.order.status import status
from ledger.payments.provider import ProviderAway
from ledger.reconciliation.records import Period
from tests.kits.paytrail_shop import PaytrailShop, paytrail_shop
from tests.kits.product import Product
from tests.kits.web_fakes import NOON
from web.cli.cases import cases
from web.cli.reconcile import reconcile


@pytest.fixture
def shop(product: Product) -> Iterator[PaytrailShop]:
    with paytrail_shop(product) as shop:
        yield shop


def books(shop: PaytrailShop, *words: str, status: int) -> dict[str, Any]:
    return shop.books(*words, status=status)


def verdicts(found: dict[str, Any]) -> set[tuple[str, str]]:
    return {(line["kind"], line["verdict"]) for line in found["lines"]}


def totals(found: dict[str, Any]) -> dict[str, tuple[int, int, int]]:
    return {one["kind"]: (one["theirs"], one["ours"], one["difference"]) for one in found["totals"]}


def test_books_that_agree_are_clean(shop):
    order = shop.buy()
    shop.pay(order)
    shop.tell()
    shop.refund(order, 500)
    shop.tell()
    found = books(shop, status=0)
    assert (found["counts"], found["lines"]) == ({"matched": 2}, [])
    assert totals(found) == {"payment": (3500, 3500, 0), "refund": (500, 500, 0)}


def test_money_that_nobody_told_us_of_is_found_and_taken_in_once(shop):
    order = shop.buy()
    shop.pay(order)
    shop.buy()  # nobody pays for this one
    before = shop.size
    found = books(shop, "--no-report", status=1)
    assert verdicts(found) == {("payment", "missing_here")}
    assert [line["order"] for line in found["lines"]] == [str(order.id)]
    assert shop.size == before

    found = books(shop, "--commit", status=0)
    assert (found["taken_in"], totals(found)) == (1, {"payment": (3500, 3500, 0)})
    assert status(shop.order(order.id)) == "PAID"
    size = shop.size
    assert books(shop, "--commit", status=0)["counts"] == {"matched": 1}
    shop.tell()
    assert shop.size == size


def test_a_refund_is_told_by_the_report_only(shop):
    order = shop.buy()
    shop.pay(order)
    shop.tell()
    shop.refund(order, 500)
    found = books(shop, "--no-report", status=0)
    assert found["counts"] == {"matched": 1, "unchecked": 1}
    shop.paytrail.shows_refunds = True
    assert books(shop, "--no-report", status=0)["counts"] == {"matched": 2}


def test_a_refund_that_settled_or_failed_unnoticed_is_taken_in(shop):
    order = shop.buy()
    shop.pay(order)
    shop.tell()
    shop.paytrail.next_refunds += ["pending", "pending"]
    settled, failed = shop.refund(order, 500), shop.refund(order, 700)
    assert books(shop, status=0)["counts"] == {"matched": 3}
    shop.paytrail.conclude_refund(settled, ok=True)
    shop.paytrail.conclude_refund(failed, ok=False)
    found = books(shop, "--commit", status=0)
    assert {(one["reference"], one["verdict"]) for one in found["lines"]} == {
        (settled, "timing"),
        (failed, "state_differs"),
    }
    assert shop.order(order.id).refunded.amount == 500
    size = shop.size
    assert books(shop, status=0)["counts"] == {"matched": 3}
    shop.tell()
    assert shop.size == size


def test_another_shops_money_is_a_case_once(shop):
    shop.pay(shop.buy())
    shop.tell()
    shop.somebody_pays(900)
    found = books(shop, status=1)
    assert verdicts(found) == {("payment", "missing_here")}
    found = books(shop, "--commit", status=1)
    assert [line["verdict"] for line in found["left"]] == ["open_case"]
    (case,) = shop.parts.views.cases("open")
    assert shop.parts.cases.get(case.stream).opened.payer_reference == "their-1"
    size = shop.size
    assert books(shop, "--commit", status=1)["taken_in"] == 0
    assert shop.size == size


def test_a_payment_whose_page_we_never_learned_of_is_a_case_and_its_callback_still_comes(shop):
    shop.paytrail.plan("gone", path="/payments")
    order = shop.buy()
    shop.pay(order)
    found = books(shop, "--no-report", status=0)
    assert found["counts"] == {}
    found = books(shop, "--commit", status=1)
    assert verdicts(found) == {("payment", "missing_here")}
    assert found["lines"][0]["order"] == str(order.id)
    assert not shop.order(order.id).received
    assert [line["verdict"] for line in found["left"]] == ["open_case"]
    shop.tell()
    assert shop.order(order.id).received
    assert books(shop, status=0)["counts"] == {"matched": 1}


def test_what_was_refunded_at_paytrails_own_desk_is_a_case(shop):
    order = shop.buy()
    page = shop.pay(order)
    shop.tell()
    shop.paytrail.refund_by_hand(page, 500)
    shop.paytrail.refund_by_hand(page, 500)
    found = books(shop, "--commit", status=1)
    assert [one["verdict"] for one in found["lines"]] == ["missing_here"] * 2
    assert len(shop.parts.views.cases("open")) == 2
    size = shop.size
    assert books(shop, "--commit", status=1)["taken_in"] == 0
    assert shop.size == size


def test_another_amount_is_a_case_and_stays_a_finding(shop):
    page = shop.pay(shop.buy())
    shop.tell()
    shop.paytrail.payments[page].asked["amount"] = 3499
    found = books(shop, "--commit", status=1)
    assert verdicts(found) == {("payment", "amount_differs")}
    assert totals(found) == {"payment": (3499, 3500, -1)}
    assert [one.kind for one in shop.parts.views.cases("open")] == ["contradiction"]
    size = shop.size
    books(shop, "--commit", status=1)
    assert shop.size == size


def test_what_paytrail_has_not_is_missing_there(shop):
    order = shop.buy()
    page = shop.pay(order)
    shop.tell()
    refund = shop.refund(order, 500)
    del shop.paytrail.payments[page], shop.paytrail.refunds[refund]
    found = books(shop, status=1)
    assert verdicts(found) == {("payment", "missing_there"), ("refund", "missing_there")}


def test_what_is_older_than_the_period_on_both_sides_is_left_out(shop):
    shop.pay(shop.buy())
    shop.tell()
    shop.product.clock.move(hours=2)
    since = f"{shop.product.clock():%Y-%m-%dT%H:%M:%S}"
    assert books(shop, "--since", since, status=0)["counts"] == {}


def test_a_full_report_is_asked_for_in_halves(product):
    with paytrail_shop(product, most_rows=4) as shop:
        for _ in range(6):
            shop.pay(shop.buy())
            shop.product.clock.move(hours=30)
        found = books(shop, "--commit", status=0)
        assert (found["taken_in"], totals(found)) == (6, {"payment": (21000, 21000, 0)})
        assert shop.brought > 2


def test_a_report_that_never_comes_is_said_so_and_nothing_is_stamped(shop):
    shop.pay(shop.buy())
    shop.brings, before = False, shop.size
    done = shop.run(reconcile, "--provider", "paytrail", "--wait", "0", "--commit")
    assert "no report within 0 seconds" in str(done.exception)
    assert shop.size == before


@pytest.mark.parametrize("kind", ["json", "csv"])
def test_a_report_that_a_person_downloaded_is_read_as_well(shop, tmp_path, kind):
    shop.pay(shop.buy())
    shop.tell()
    shop.somebody_pays(900)
    path = tmp_path / f"report.{kind}"
    path.write_bytes(shop.downloaded(kind))
    found = books(shop, "--report", str(path), "--commit", status=1)
    assert found["counts"] == {"matched": 1, "missing_here": 1}
    assert shop.brought == 0
    kept = [shop.parts.inbox.open(one) for one in shop.product.inbox.states]
    assert not [one for one in kept if b"ovelace" in one.body or b"LOVELACE" in one.body]


def test_a_report_for_the_part_of_a_period_calls_nothing_missing(shop, tmp_path):
    order = shop.buy()
    shop.pay(order)
    shop.tell()
    shop.refund(order, 500)
    path = tmp_path / "report.json"
    path.write_bytes(b"[]")
    found = books(shop, "--report", str(path), status=0)
    assert found["counts"] == {"matched": 1, "unchecked": 1}


def test_payouts_without_a_report_are_wrong_usage(shop):
    done = shop.run(reconcile, "--provider", "paytrail", "--no-report", "--settlements")
    assert done.exit_code == 2


@pytest.mark.parametrize("written", [b"", b"{}", b"a;b\n1;2\n", b"\x00\xff"])
def test_a_file_that_is_no_report_is_wrong_usage(shop, tmp_path, written):
    path = tmp_path / "report"
    path.write_bytes(written)
    done = shop.run(reconcile, "--provider", "paytrail", "--report", str(path))
    assert done.exit_code == 2
    assert "cannot be read" in done.output


def test_without_an_https_address_a_report_must_be_given(shop):
    reports = PaytrailReports("375917", "x", public_url="http://shop.example")
    known = shop.parts.reported["paytrail"]
    shop.parts = replace(shop.parts, reported={"paytrail": replace(known, by_report=reports)})
    done = shop.run(reconcile, "--provider", "paytrail")
    assert (done.exit_code, "https" in done.output) == (2, True)


@pytest.mark.parametrize("word", ["--no-report", "--settlements"])
def test_a_provider_with_a_list_takes_no_report(shop, word):
    shop.parts = replace(shop.parts, books={"stripe": shop.parts.reported["paytrail"].by_name})
    done = shop.run(reconcile, "--provider", "stripe", word)
    assert done.exit_code == 2


def test_money_by_hand_is_paid_out_by_nobody(shop):
    done = shop.run(reconcile, "--provider", "manual", "--settlements")
    assert (done.exit_code, "nobody pays it out" in done.output) == (2, True)


def test_paytrail_that_does_not_answer_is_away(shop):
    shop.pay(shop.buy())
    shop.paytrail.plan("500", method="GET", path="/payments")
    done = shop.run(reconcile, "--provider", "paytrail")
    assert isinstance(done.exception, ProviderAway)


def test_people_read_a_table_and_what_was_not_checked(shop):
    order = shop.buy()
    shop.pay(order)
    shop.tell()
    shop.refund(order, 500)
    shop.product.clock.move(minutes=1)
    done = shop.run(reconcile, "--provider", "paytrail", "--no-report")
    assert "1 could not be asked for by name: a report tells of them." in done.stdout
    assert "Both sides agree." in done.stdout


def test_payouts_are_laid_beside_our_books_with_their_fees(shop):
    first, second = shop.buy(), shop.buy()
    for order in (first, second):
        shop.pay(order)
    shop.tell()
    shop.refund(first, 500)
    shop.tell()
    shop.paytrail.settle()
    (paid_out,) = books(shop, "--settlements", status=0)["settlements"]
    assert paid_out | {"settled_at": None} == {
        "id": "100",
        "bank_reference": "4566100",
        "settled_at": None,
        "currency": "EUR",
        "payments": 7000,
        "refunds": 500,
        "fees": "0.8750",
        "net": 6500,
        "ours": 6500,
        "difference": 0,
        "failed": False,
        "amount": None,
        "beside": [],
        "findings": [],
        "unread": [],
    }


def paid_out(shop: PaytrailShop) -> list[tuple[str, str, int, int]]:
    """What orders were told of payouts."""
    feed = (one.stamp for one in shop.product.store.ledger.feed(0, limit=1000))
    return [
        (one.payout, "back" if one.kept_back else "came", one.amount.amount, one.fee_millionths)
        for one in feed
        if isinstance(one, PaidOut)
    ]


def test_each_order_learns_once_which_payout_brought_its_money(shop):
    first, second = shop.buy(), shop.buy()
    for order in (first, second):
        shop.pay(order)
    shop.tell()
    shop.paytrail.settle()
    assert books(shop, "--settlements", status=0)["paid_out"] == 0
    assert paid_out(shop) == []
    assert books(shop, "--settlements", "--commit", status=0)["paid_out"] == 2
    shop.refund(first, 500)
    shop.tell()
    shop.paytrail.settle()
    said = shop.run(reconcile, "--provider", "paytrail", "--settlements", "--commit")
    assert "that are paid out, newly stamped: 1." in said.stdout
    before = shop.size
    assert books(shop, "--settlements", "--commit", status=0)["paid_out"] == 0
    told = [("100", "came", 3500, 437_500), ("100", "came", 3500, 437_500), ("101", "back", 500, 0)]
    assert (paid_out(shop), shop.size) == (told, before)


def test_a_payment_that_two_payouts_claim_is_a_contradiction(shop):
    order = shop.buy()
    shop.pay(order)
    shop.tell()
    payout = shop.paytrail.settle()
    books(shop, "--settlements", "--commit", status=0)
    payout.id += 1
    books(shop, "--settlements", "--commit", status=0)
    assert [one[0] for one in paid_out(shop)] == ["100"]
    feed = [one.stamp for one in shop.product.store.ledger.feed(0, limit=1000)]
    cases = [one for one in feed if isinstance(one, CaseOpened)]
    assert [(one.kind, one.order) for one in cases] == [(CaseKind.CONTRADICTION, order.id)]


def test_of_a_payout_that_is_under_way_nothing_is_stamped_yet(shop):
    shop.pay(shop.buy())
    shop.tell()
    made = shop.paytrail.settle()
    made.settled = False
    assert books(shop, "--settlements", "--commit", status=0)["paid_out"] == 0
    made.settled = True
    assert books(shop, "--settlements", "--commit", status=0)["paid_out"] == 1
    shop.paytrail.violations.clear()  # by what is published each has its time


def test_a_payout_of_what_we_do_not_have_is_a_finding_until_it_is_taken_in(shop):
    order = shop.buy()
    shop.pay(order)
    shop.paytrail.settle()
    (paid_out,) = books(shop, "--settlements", status=1)["settlements"]
    assert (paid_out["difference"], len(paid_out["findings"])) == (3500, 1)
    assert paid_out["findings"][0]["order"] == str(order.id)
    (paid_out,) = books(shop, "--settlements", "--commit", status=0)["settlements"]
    assert paid_out["difference"] == 0


def test_a_payout_of_money_older_than_the_period_finds_its_order(shop):
    order = shop.buy()
    page = shop.pay(order)
    shop.paytrail.plan("gone", path="/payments")
    late = shop.buy()  # its page we learn of by its callback only
    shop.pay(late)
    shop.tell()
    shop.product.clock.move(days=40)
    shop.paytrail.settle()
    found = books(shop, "--settlements", status=0)
    assert found["counts"] == {}
    (paid_out,) = found["settlements"]
    assert (paid_out["net"], paid_out["ours"]) == (7000, 7000)
    shop.paytrail.payments[page].asked["amount"] = 3499
    (paid_out,) = books(shop, "--settlements", status=1)["settlements"]
    assert paid_out["difference"] == -1


def test_payouts_are_read_from_a_file_as_well(shop, tmp_path):
    shop.pay(shop.buy())
    shop.tell()
    shop.paytrail.settle()
    path = tmp_path / "report.csv"
    path.write_bytes(shop.downloaded("csv"))
    words = ("--report", str(path), "--settlements")
    (paid_out,) = books(shop, *words, status=0)["settlements"]
    assert (paid_out["net"], paid_out["fees"], shop.brought) == (3500, "0.4375", 0)
    done = shop.run(reconcile, "--provider", "paytrail", *words)
    assert "4566100" in done.stdout


def test_every_payout_of_a_long_period_is_found(shop):
    for _ in range(105):
        shop.paytrail.settle()
        shop.product.clock.move(hours=5)
    found = shop.parts.reported["paytrail"].by_report.settlements(
        Period(since=NOON, until=shop.product.clock())
    )
    assert [one.id for one in found] == [str(number) for number in range(100, 205)]


def test_what_is_kept_names_neither_card_nor_customer(shop):
    order = shop.buy()
    shop.pay(order)
    shop.somebody_pays(900)
    books(shop, "--commit", status=1)
    shop.tell()
    kept = [shop.parts.inbox.open(one).body for one in shop.product.inbox.states]
    assert len(kept) == 5
    for word in (b"4242", b"415301", b"ovelace", b"LOVELACE", b"Mannerheim", b"ada@"):
        assert not any(word in one for one in kept), word


def test_what_the_report_is_asked_for_is_nobodys_name(shop):
    books(shop, status=0)
    asked = {"firstname", "familyname", "address", "postcode", "payerName", "description"}
    assert not asked & {*FIELDS}


def money_that_does_not_fit(shop: PaytrailShop) -> str:
    """A payment whose callback names another reference; its case."""
    order = shop.buy()
    shop.paytrail.payments[shop.page(order)].asked["reference"] = "another"
    shop.pay(order)
    shop.tell()
    (case,) = shop.parts.views.cases("open")
    return str(case.stream)


def test_money_that_a_callback_brought_to_a_case_is_the_same_in_a_report(shop):
    money_that_does_not_fit(shop)
    found = books(shop, "--commit", status=1)
    assert (found["counts"], found["taken_in"]) == ({"open_case": 1}, 0)


def test_money_that_was_sent_back_from_its_case_is_no_finding(shop):
    case = money_that_does_not_fit(shop)
    words = ("--action", "return", "--reason", "not hers")
    assert shop.run(cases, "resolve", case, *words).exit_code == 0
    found = books(shop, "--commit", status=0)
    assert (found["counts"], found["taken_in"]) == ({"resolved_case": 2}, 0)
    assert [one["difference"] for one in found["net"]] == [0]
    shop.tell()
    assert books(shop, status=0)["counts"] == {"resolved_case": 2}


def test_money_of_a_report_that_a_person_gave_to_its_order_is_the_orders(shop):
    shop.paytrail.plan("gone", path="/payments")
    order = shop.buy()
    shop.pay(order)
    books(shop, "--commit", status=1)
    (case,) = shop.parts.views.cases("open")
    words = ("--action", "assign", "--order", str(order.id), "--reason", "seen at Paytrail")
    assert shop.run(cases, "resolve", str(case.stream), *words).exit_code == 0
    found = books(shop, status=0)
    assert found["counts"] == {"matched": 1}
    assert books(shop, "--no-report", status=0)["counts"] == {"unchecked": 1}
