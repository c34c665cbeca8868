"""Reports in the back office: numbers that open, files, charts that need no script."""

import re
from typing import Any
from xml.etree import ElementTree

import pytest

from projections.reports.all import REPORTS
from tests.kits.back_office import entered
from tests.kits.product import Product, open_shop
from tests.kits.report_story import ident, tell
from web.admin.report_words import COLUMNS
from web.admin.report_words import REPORTS as TITLES

SVG = re.compile(r"<svg class=.*?</svg>", re.DOTALL)
LINK = re.compile(r'<td [^>]*class="sum"><a href="([^"]+)">')


@pytest.fixture(scope="module")
def house() -> Product:
    product = open_shop()
    tell(product.store.ledger, product.clock)
    return product


@pytest.fixture(scope="module")
def staff(house: Product) -> Any:
    return entered(house, "staff")


def unescaped(address: str) -> str:
    return address.replace("&amp;", "&")


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_has_a_name_a_chart_and_a_table(staff: Any, name: str):
    page = staff.get(f"/admin/reports/{name}").text
    assert str(TITLES[name][0]) in page
    drawings = SVG.findall(page)
    assert drawings
    for one in drawings:
        root = ElementTree.fromstring(one)
        assert root.attrib["role"] == "img"
        assert root.attrib["aria-label"].startswith("Chart: ")
    assert "<table" in page
    assert "<script src=" in page
    assert " style=" not in page


@pytest.mark.parametrize("name", REPORTS)
def test_every_column_has_a_name_in_words(house: Product, name: str):
    from web.actions.reports import Wanted, make

    made = make(house.parts, REPORTS[name], Wanted(shops=("winterfest",)))
    assert {one.name for one in made.sheet.columns} <= COLUMNS.keys()


def test_every_number_opens_the_orders_behind_it_and_each_order_its_stamps(staff: Any):
    page = staff.get("/admin/reports/sales-by-provider").text
    received = next(one for one in LINK.findall(page) if "kind=received" in one)
    behind = staff.get(unescaped(received)).text
    assert behind.count("<tr data-row>") == 8
    assert "€80.00" in behind
    stamps = re.search(r'href="(/admin/orders/[^"]+)#story"', behind)
    assert stamps is not None
    assert staff.get(stamps[1]).status_code == 200
    net = next(one for one in LINK.findall(page) if "less=refunded" in one)
    told = staff.get(unescaped(net)).text
    assert str(ident("declined")) not in told  # it came and went back: it adds nothing
    assert "€40.00" in told  # of 70.00 that came, 30.00 went back


def test_all_links_of_all_reports_open(staff: Any):
    for name in REPORTS:
        for address in LINK.findall(staff.get(f"/admin/reports/{name}").text)[:6]:
            answer = staff.get(unescaped(address))
            assert answer.status_code == 200, address
            assert "<tr data-row>" in answer.text, address


def test_a_report_can_be_read_again_for_good(staff: Any):
    page = staff.get("/admin/reports/vat-by-month?to=2027-01-31").text
    fixed = re.search(r'href="([^"]+as_of=\d+[^"]*)"', page)
    assert fixed is not None
    again = staff.get(unescaped(fixed[1])).text
    assert re.findall(r"€[\d.,]+", again) == re.findall(r"€[\d.,]+", page) != []


def test_the_hint_of_a_wrong_day_stands_on_the_page(staff: Any):
    page = staff.get("/admin/reports/vat-by-month?from=yesterday")
    assert (page.status_code, "A day like 2027-01-31" in page.text) == (200, True)


@pytest.mark.parametrize("form", ["csv", "json", "xlsx", "parquet"])
def test_files_carry_their_name(staff: Any, form: str):
    answer = staff.get(f"/admin/reports/vat-by-month.{form}?to=2027-02-10&lang=fi")
    assert answer.status_code == 200
    told = answer.headers["Content-Disposition"]
    assert told == f'attachment; filename="vat-by-month-2027-01-12-2027-02-10.{form}"'
    if form == "csv":
        assert "Alv-kanta" in answer.text


@pytest.mark.parametrize(
    "address",
    [
        "/admin/reports/nothing",
        "/admin/reports/vat-by-month.pdf",
        "/admin/reports/nothing/orders",
    ],
)
def test_there_is_no_such_report(staff: Any, address: str):
    assert staff.get(address).status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "",
        "kind=x&since=2027-01-01T00:00Z&until=2027-02-01T00:00Z",
        "kind=sold&since=soon&until=2027-02-01T00:00Z",
        "kind=sold&since=2027-01-01T00:00&until=2027-02-01T00:00",
        "kind=sold&since=2027-01-01T00:00Z&until=2027-02-01T00:00Z&product=%00",
    ],
)
def test_what_no_page_wrote_is_refused(staff: Any, query: str):
    assert staff.get(f"/admin/reports/vat-by-month/orders?{query}").status_code == 400


def test_another_shops_people_see_nothing_of_it(house: Product):
    other = entered(house, "staff", shop="summerfest")
    page = other.get("/admin/reports/sales-by-provider?shop=winterfest")
    assert "€" not in page.text
    mine = entered(house, "auditor", shop="winterfest").get("/admin/reports/sales-by-provider").text
    (received, *_) = [one for one in LINK.findall(mine) if "kind=received" in one]
    assert "<tr data-row>" not in other.get(unescaped(received)).text


def test_programs_read_the_same(house: Product):
    headers = house.token("auditor", shop="winterfest")
    address = "/api/v1/shops/winterfest/reports/vat-by-month"
    found = house.client.get(f"{address}?to=2027-01-31", headers=headers).json
    assert found["rows"][0]["vat"] == {"amount": 203, "currency": "EUR"}
    assert (found["time_zone"], found["to"]) == ("Europe/Helsinki", "2027-01-31")
    assert house.client.get(f"{address}?from=x", headers=headers).status_code == 400
    wrong = house.client.get("/api/v1/shops/winterfest/reports/x", headers=headers)
    assert wrong.status_code == 404
    assert "vat-by-month" in wrong.json["detail"]


def test_numbers_of_a_waiting_list_open_the_places_behind_them(house: Product):
    staff = entered(house, "staff", email="in-line@example.org")
    page = staff.get("/admin/reports/waiting-list").text
    behind = "".join(staff.get(unescaped(one)).text for one in LINK.findall(page))
    for words in ("Places in line behind a number", "ada@example.org", "Bought on their turn"):
        assert words in behind
    assert 'href="/admin/shops/winterfest/waiting-list">dan@example.org<' in behind
    auditor = entered(house, "auditor", email="line@example.org")
    page = auditor.get("/admin/reports/waiting-list").text
    behind = "".join(auditor.get(unescaped(one)).text for one in LINK.findall(page))
    assert "Places in line behind a number" in behind
    assert "ada@example.org" not in behind


def test_numbers_of_vouchers_open_the_people_and_codes_behind_them(house: Product):
    staff = entered(house, "staff", email="another@example.org")
    page = staff.get("/admin/reports/vouchers").text
    shown = "".join(staff.get(unescaped(link)).text for link in LINK.findall(page))
    for words in ("Vouchers behind a number", "Bea", "Dan", "SUMMER", "/winterfest/people/"):
        assert words in shown
    auditor = entered(house, "auditor", email="auditor@example.org")
    seen = "".join(
        auditor.get(unescaped(link)).text
        for link in LINK.findall(auditor.get("/admin/reports/vouchers").text)
    )
    assert "SUMMER" not in seen
    assert "/winterfest/people/" not in seen


def test_a_person_has_a_page_with_their_voucher_and_every_stamp(house: Product):
    staff = entered(house, "staff", email="third@example.org")
    page = staff.get("/admin/reports/vouchers").text
    behind = "".join(staff.get(unescaped(one)).text for one in LINK.findall(page))
    address = re.search(r'href="(/admin/shops/winterfest/people/[^"]+)">Bea<', behind)
    assert address
    shown = staff.get(address[1]).text
    for words in ("Bea@example.org", "C" * 30, "org/conf", "Used", "Give them a full voucher"):
        assert words in shown, words
