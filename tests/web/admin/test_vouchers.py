"""Vouchers in the back office: opened, shown for what they are, revised and closed after a look."""

import csv
from io import StringIO
from typing import Any

import pytest

from ledger.vouchers.code import is_code
from ledger.vouchers.voucher import Voucher
from tests.kits.back_office import csrf, entered
from tests.kits.product import Product
from tests.kits.vouchers import open_voucher, percent

HERE = "/admin/shops/winterfest/vouchers"
ONE = [{"product": "weekend", "quantity": 1}]
TYPED = {"kind": "percent_off", "worth": "10", "uses": "5", "minimum": "1", "returns": "1"}


def send(browser: Any, address: str, **fields: Any) -> Any:
    token = csrf(browser.get(address).text)
    return browser.post(address, data={"csrf_token": token, **fields})


def known(product: Product) -> list[Voucher]:
    from projections.order_search import end_of

    rows = product.parts.views.vouchers("winterfest", end_of(None), 99)
    return [product.parts.vouchers.get(one.stream) for one in rows]


def test_one_of_ones_own_is_good_at_once_and_seen_with_its_stamps(product: Product):
    browser = entered(product)
    assert "There is no voucher." in browser.get(HERE).text
    made = send(browser, f"{HERE}/new", code="summer10", label="The campaign", **TYPED)
    assert made.status_code == 303
    shown = browser.get(made.location).text
    for words in ("SUMMER10", "The campaign", "−10 %", "0 of 5", "Valid", "Nobody has used it."):
        assert words in shown
    assert product.place(lines=ONE, voucher="SUMMER10").json["order"]["total"] == 3150
    shown = browser.get(made.location).text
    assert "1 of 5" in shown
    assert "Redeemed by order" in shown
    assert "SUMMER10" in browser.get(HERE).text
    again = send(browser, f"{HERE}/new", code="SUMMER10", **{**TYPED, "worth": "20"})
    assert again.status_code == 422
    assert "already, for something else" in again.text


def test_several_are_a_file_of_codes_that_nobody_guesses(product: Product):
    browser = entered(product)
    answer = send(browser, f"{HERE}/new", many="7", **{**TYPED, "kind": "set_price", "worth": "0"})
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    assert "no-store" in answer.headers["Cache-Control"]
    rows = [*csv.DictReader(StringIO(answer.text))]
    assert len({one["code"] for one in rows}) == 7
    assert all(is_code(one["code"]) for one in rows)
    assert len(known(product)) == 7


def test_a_change_is_seen_before_it_counts_and_not_over_another_one(product: Product):
    browser, opened = entered(product), open_voucher(product.parts, "GUESTS", percent("50"))
    address = f"{HERE}/{opened.id}/revise"
    more = {**TYPED, "worth": "50", "uses": "3", "product": "weekend", "keep_seats": "1"}
    looked = send(browser, address, version="1", **more)
    assert looked.status_code == 200
    assert "This would be stamped" in looked.text
    assert product.parts.vouchers.get(opened.id).version == 1
    done = send(browser, address, version="1", sure="1", **more)
    assert done.status_code == 303
    assert product.parts.vouchers.get(opened.id).terms.uses == 3
    quota = browser.get("/admin/shops/winterfest/quotas/weekend").text
    assert "3 of the held seats are kept for holders of vouchers." in quota
    late = send(browser, address, version="1", sure="1", **{**more, "uses": "9"})
    assert late.status_code == 409
    assert product.parts.vouchers.get(opened.id).terms.uses == 3


def test_closing_says_what_it_would_stamp(product: Product):
    browser, opened = entered(product), open_voucher(product.parts, "GUESTS", uses=4)
    product.place(lines=ONE, voucher="GUESTS")
    address = f"{HERE}/{opened.id}/close"
    asked = browser.get(address).text
    for words in ("VOUCHER_REVOKED", "3 uses left are gone", "1 order keeps what it bought"):
        assert words in asked
    assert send(browser, address).status_code == 422
    assert not product.parts.vouchers.get(opened.id).revoked
    assert send(browser, address, reason="printed wrongly").status_code == 303
    assert product.parts.vouchers.get(opened.id).revoked
    assert "Closed" in browser.get(HERE).text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"code": "Ä"}, "A code has 3 to 40"),
        ({"many": "501"}, "from 1 to 500"),
        ({"many": "2", "code": "ABC"}, "from 1 to 500"),
        ({"worth": "much"}, "a percentage up to 100"),
        ({"worth": "101"}, "a percentage up to 100"),
        ({"kind": "nonsense"}, "a percentage up to 100"),
        ({"kind": "amount_off", "worth": "0"}, "a percentage up to 100"),
        ({"product": "nothing"}, "that the shop sells"),
        ({"uses": "0"}, "from 1 to 10,000"),
        ({"uses": "many"}, "from 1 to 10,000"),
        ({"minimum": "6"}, "to the number of uses"),
        ({"valid_from": "soon"}, "Enter a date and a time."),
        ({"valid_from": "2027-01-02T10:00", "valid_until": "2027-01-01T10:00"}, "after its"),
        ({"valid_until": "9999-12-31T23:59"}, "after its beginning"),
        ({"keep_seats": "1"}, "from the same quotas"),
        ({"keep_seats": "1", "product": "weekend", "uses": "9999"}, "not so many seats free"),
        ({"label": "x" * 201}, "At most 200"),
    ],
)
def test_what_cannot_be_offered_is_said_at_its_field(
    product: Product, fields: dict[str, str], words: str
):
    browser = entered(product)
    answer = send(browser, f"{HERE}/new", **{**TYPED, **fields})
    assert answer.status_code == 422
    assert words in answer.text
    assert known(product) == []


def test_auditors_do_not_learn_codes_and_other_shops_are_none(product: Product):
    opened = open_voucher(product.parts, "SECRETCODE")
    auditor = entered(product, "auditor")
    for address in (HERE, f"{HERE}/{opened.id}"):
        page = auditor.get(address)
        assert page.status_code == 200
        assert "SECRETCODE" not in page.text
    assert "SECRETCODE" in entered(product, "staff").get(HERE).text
    other = product.place(lines=ONE).json["order"]["id"]
    for unknown in (other, "nonsense"):
        assert auditor.get(f"{HERE}/{unknown}").status_code == 404
