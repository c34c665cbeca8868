"""Files of refunds for the bank, on pages: made once, downloaded again, seen when they go out."""

from typing import Any

import pytest

from ledger.statements.transfers import end_to_end_of
from tests.kits.back_office import employed, let_in
from tests.kits.bank_files import Booked, camt
from tests.kits.product import Product, open_shop
from tests.web.actions.test_statements import shop, taken
from tests.web.admin.test_orders import text_of
from tests.web.cli.test_transfer_files import THEIRS, refund

PAGE = "/admin/shops/winterfest/transfers"


@pytest.fixture
def house() -> tuple[Product, list[str], Any]:
    product, references = shop(2)
    product.app.config["WTF_CSRF_ENABLED"] = False
    taken(product, camt([Booked(cents=3500, reference=one) for one in references]))
    return product, references, let_in(product, employed(product, "admin").id)


def test_what_waits_is_made_into_a_file_and_downloaded(house):
    product, (one, two), browser = house
    refund(product, one)
    refund(product, two)
    shown = text_of(browser.get(PAGE))
    assert "2 refunds, €70.00" in shown
    assert THEIRS not in shown
    made = browser.post(PAGE)
    assert "File 1 is made." in text_of(browser.get(made.headers["Location"]))
    assert "No refund waits for a file." in text_of(browser.get(PAGE))
    first = browser.get(f"{PAGE}/1.xml")
    assert first.headers["Content-Disposition"].endswith('-00001.xml"')
    assert THEIRS in first.text
    assert browser.get(f"{PAGE}/1.xml").data == first.data
    assert browser.get(f"{PAGE}/2.xml").status_code == 404


def test_nothing_is_made_of_nothing(house):
    _, _, browser = house
    answer = browser.post(PAGE)
    assert (answer.status_code, "somebody else was faster" in text_of(answer)) == (409, True)
    assert browser.post(PAGE, data={"version": "12"}).status_code == 400


def test_what_went_out_is_seen(house):
    product, (one, _), browser = house
    name = end_to_end_of(refund(product, one))
    browser.post(PAGE)
    assert "not seen yet" in text_of(browser.get(PAGE))
    taken(product, camt([Booked(cents=-3500, end_to_end=name)]))
    assert "not seen yet" not in text_of(browser.get(PAGE))


def test_only_admins_of_all_shops_that_are_paid_to_it(house):
    product, (one, _), _ = house
    refund(product, one)
    staff = let_in(product, employed(product, "staff", email="staff@example.org").id)
    other = let_in(product, employed(product, "admin", shop="summerfest").id)
    for browser in (staff, other):
        assert browser.get(PAGE).status_code == 403
        assert browser.get(f"{PAGE}/1.xml").status_code == 403
        assert browser.post(PAGE).status_code == 403


def test_a_shop_without_an_account_says_what_to_do():
    product = open_shop()
    browser = let_in(product, employed(product, "admin").id)
    assert "Say its IBAN in the settings" in text_of(browser.get(PAGE))
    assert browser.get(f"{PAGE}/1.xml").status_code == 404
