"""`report`, as an operator or an auditor types it: what the rules make of the past."""

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
from tests.kits import report_rows
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


@pytest.mark.parametrize(
    ("name", "words", "until"),
    [
        ("orders-by-outcome", [], report_rows.END),
        ("attempts-by-method", [], report_rows.END),
        (PAYOUTS, [], report_rows.END),
        (PAYOUTS, ["--to", "2027-01-31"], report_rows.FEBRUARY),
        (VAT, [], report_rows.END),
        (VAT, ["--to", "2027-01-31"], report_rows.FEBRUARY),
    ],
)
def test_a_report_says_what_its_rule_makes_of_the_past(
    told: Product, name: str, words: list[str], until: date
):
    """The rows themselves stand where the rules are tested, worked out by hand."""
    expected = report_rows.rows(report_rows.story_figures(), name, until=until)
    assert rows(told, name, *words) == expected != []


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
