"""`report`, as an operator or an auditor types it: the figures are worked out by hand."""

import csv
import json
from datetime import date, datetime, timedelta
from io import BytesIO, StringIO
from typing import Any

import pyarrow.parquet
import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from projections.reports.all import REPORTS
from tests.kits.product import Product, open_shop
from tests.kits.report_story import tell
from web.cli.reports import report

VAT, PAYOUTS = "vat-by-month", "payouts-to-orders"


@pytest.fixture(scope="module")
def told() -> Product:
    product = open_shop()
    tell(product.store.ledger, product.clock)
    return product


def run(product: Product, *words: str) -> Result:
    return CliRunner().invoke(report, words, obj=lambda: product.parts)


def document(product: Product, *words: str) -> Any:
    return json.loads(run(product, *words, "--format", "json").stdout)


def rows(product: Product, *words: str) -> list[list[Any]]:
    found = document(product, *words)
    return [[*map(plain, one.values())] for one in (*found["rows"], *found["totals"])]


def plain(value: Any) -> Any:
    return value["amount"] if isinstance(value, dict) else value


def test_orders_by_what_became_of_their_payment(told: Product):
    """What was refunded or cancelled later was paid all the same (K-70)."""
    assert rows(told, "orders-by-outcome") == [
        ["not_attempted", 1, 83],
        ["under_way", 0, 0],
        ["failed", 2, 167],
        ["partly", 0, 0],
        ["after_failures", 1, 83],
        ["at_first", 7, 583],
        ["free", 1, 83],
        ["total", 12, 1000],
    ]


def test_attempts_by_method(told: Product):
    assert rows(told, "attempts-by-method") == [
        ["manual", "bank", 0, 1, 0, 1, 1000],
        ["stripe", "", 0, 1, 0, 1, 1000],
        ["stripe", "card", 8, 0, 0, 8, 0],
        ["stripe", "ideal", 1, 0, 0, 1, 0],
        ["total", "", 9, 2, 0, 11, 182],
    ]


def test_payouts_to_orders(told: Product):
    """Fees are rounded once, when they are added up; days are those of the shop's clock."""
    first = ["stripe", "po_1", "4566101", "2027-02-01", 2, 11500, 0, 0, 11500, 87, 0]
    second = ["stripe", "po_2", "4566102", "2027-02-02", 1, 6999, 1, 3500, 3499, 43, -1]
    total = ["total", "paid_out", "", None, 3, 18499, 1, 3500, 14999, 130, -1]
    assert rows(told, PAYOUTS) == [
        first,
        second,
        # Of eight payments five, and the cent that the second payout lacks; of three refunds two.
        ["stripe", "not_paid_out", "", None, 6, 21001, 2, 6500, 14501, None, None],
        total,
    ]
    january = rows(told, PAYOUTS, "--to", "2027-01-31")
    assert january[0][:6] == ["stripe", "not_paid_out", "", None, 7, 32500]


def test_vat_by_the_month_of_payment_with_credit_in_the_month_of_refund(told: Product):
    """What was kept of a cancelled order is in it (F-19), and a month that is over stays."""
    assert rows(told, VAT) == [
        ["2027-01-01", "25.5", 1000, 203, 0, 0, 1000, 203, 0, 0],
        ["2027-01-01", "13.5", 31500, 3746, 0, 0, 31500, 3746, 0, 0],
        ["2027-01-01", "", 3500, 0, 0, 0, 3500, 0, 0, 0],
        ["2027-02-01", "13.5", 0, 0, 6500, 773, -6500, -773, 3500, 416],
        ["2027-02-01", "", 3500, 0, 3500, 0, 0, 0, 0, 0],
        ["total", "25.5", 1000, 203, 0, 0, 1000, 203, 0, 0],
        ["total", "13.5", 31500, 3746, 6500, 773, 25000, 2973, 3500, 416],
        ["total", "", 7000, 0, 3500, 0, 3500, 0, 0, 0],
    ]


@pytest.mark.parametrize("name", REPORTS)
def test_the_rows_and_the_stamps_say_the_same(told: Product, name: str):
    for words in ([], ["--to", "2027-01-31"], ["--as-of", "20"]):
        assert run(told, name, *words).output == run(told, name, *words, "--from-stamps").output


def test_a_period_that_is_over_gives_the_same_bytes():
    product = open_shop()
    tell(product.store.ledger, product.clock)
    over = ["--from", "2027-01-01", "--to", "2027-02-10", "--format"]
    asked = [[name, *over, form] for name in REPORTS for form in ("csv", "xlsx")]
    asked += [[VAT, *over, form] for form in ("json", "parquet")]
    before = [run(product, *words).stdout_bytes for words in asked]
    product.placed()
    product.clock.now += timedelta(days=1)
    for words, told in zip(asked, before, strict=True):
        assert run(product, *words).stdout_bytes == told != b"", words


def test_as_of_now_is_asked_for(told: Product):
    """Orders placed in January, as they stand in March."""
    words = ["orders-by-outcome", "--to", "2027-01-31"]
    closed, standing = rows(told, *words), rows(told, *words, "--as-of", "now")
    assert (closed[2], standing[2]) == (["failed", 1, 91], ["failed", 2, 182])


def test_a_spreadsheet_takes_nothing_for_a_formula(told: Product):
    """Names of methods come from providers."""
    product = open_shop()
    tell(product.store.ledger, product.clock, method="=cmd()")
    found = run(product, "attempts-by-method", "--format", "csv").stdout_bytes
    assert found.startswith(b"\xef\xbb\xbf")
    lines = [*csv.reader(StringIO(found.decode("utf-8-sig")))]
    assert [one[1] for one in lines[1:-1]] == ["bank", "", "'=cmd()", "ideal"]
    book = load_workbook(
        BytesIO(run(product, "attempts-by-method", "--format", "xlsx").stdout_bytes)
    )
    cell = book.worksheets[0]["B4"]
    assert (cell.value, cell.data_type) == ("=cmd()", "s")


def test_a_workbook_has_numbers_money_and_dates(told: Product):
    sheet = load_workbook(BytesIO(run(told, VAT, "--format", "xlsx").stdout_bytes)).worksheets[0]
    month, sales, currency = sheet["A2"], sheet["C2"], sheet["K2"]
    assert (month.value, month.number_format) == (datetime(2027, 1, 1), "yyyy-mm")  # noqa: DTZ001
    assert (sales.value, sales.number_format) == (10, '#,##0.00\\ "EUR"')
    assert currency.value == "EUR"
    assert sheet["A7"].font.bold
    days = load_workbook(BytesIO(run(told, "days-to-start", "--format", "xlsx").stdout_bytes))
    assert days.worksheets[0]["B2"].number_format == "yyyy-mm-dd"


def test_parquet_has_types_and_no_totals(told: Product, monkeypatch: pytest.MonkeyPatch):
    made = run(told, VAT, "--format", "parquet").stdout_bytes
    table = pyarrow.parquet.read_table(BytesIO(made))
    assert (table.num_rows, str(table.schema.field("sales").type)) == (5, "decimal128(38, 3)")
    assert table["month"][0].as_py() == date(2027, 1, 1)
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    refused = run(told, VAT, "--format", "parquet")
    assert refused.exit_code == 2
    assert "stampledger[parquet]" in refused.output


@pytest.mark.parametrize(
    "words",
    [
        ["--from", "yesterday"],
        ["--to", "9999-12-31"],
        ["--from", "2027-02-01", "--to", "2027-01-01"],
        ["--as-of", "soon"],
    ],
)
def test_what_is_no_date_is_wrong_usage(told: Product, words: list[str]):
    assert run(told, VAT, *words).exit_code == 2


def test_a_file_is_written(told: Product, tmp_path: Any):
    path = tmp_path / "vat.csv"
    assert run(told, VAT, "--format", "csv", "--output", str(path)).stdout == ""
    assert path.read_bytes() == run(told, VAT, "--format", "csv").stdout_bytes
