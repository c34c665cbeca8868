"""Every report over a past that is small enough to work out by hand."""

from typing import Any

import pytest

from projections.reports.all import REPORTS
from projections.reports.sums import Figures
from tests.kits.report_rows import FEBRUARY, MARCH, plain, rows, sheet, story_figures


@pytest.fixture(scope="module")
def told() -> Figures:
    return story_figures()


def test_orders_by_what_became_of_their_payment(told: Figures):
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


def test_attempts_by_method(told: Figures):
    assert rows(told, "attempts-by-method") == [
        ["manual", "bank", 0, 1, 0, 1, 1000],
        ["stripe", "", 0, 1, 0, 1, 1000],
        ["stripe", "card", 8, 0, 0, 8, 0],
        ["stripe", "ideal", 1, 0, 0, 1, 0],
        ["total", "", 9, 2, 0, 11, 182],
    ]


def test_money_is_the_providers_whose_payment_it_came_with(told: Figures):
    """Marked by hand and by Stripe in one period: each attempt has its own (F-20)."""
    january = rows(told, "sales-by-provider", until=FEBRUARY)
    assert january == [
        ["manual", 1, 3500, 0, 0, 0, 3500, 0, 0],
        ["stripe", 7, 32500, 0, 0, 0, 32500, 0, 0],
        ["total", 8, 36000, 0, 0, 0, 36000, 0, 0],
    ]
    every = rows(told, "sales-by-provider")
    assert every[-1] == ["total", 9, 39500, 3, 10000, 3500, 26000, 0, 0]


def test_payouts_to_orders(told: Figures):
    """Fees are rounded once, when they are added up; days are those of the shop's clock."""
    first = ["stripe", "po_1", "4566101", "2027-02-01", 2, 11500, 0, 0, 11500, 87, 0]
    second = ["stripe", "po_2", "4566102", "2027-02-02", 1, 6999, 1, 3500, 3499, 43, -1]
    total = ["total", "paid_out", "", None, 3, 18499, 1, 3500, 14999, 130, -1]
    assert rows(told, "payouts-to-orders") == [
        first,
        second,
        # Of eight payments five, and the cent that the second payout lacks; of three refunds two.
        ["stripe", "not_paid_out", "", None, 6, 21001, 2, 6500, 14501, None, None],
        total,
    ]
    january = rows(told, "payouts-to-orders", until=FEBRUARY)
    assert january[0][:6] == ["stripe", "not_paid_out", "", None, 7, 32500]


def test_vat_by_the_month_of_payment_with_credit_in_the_month_of_refund(told: Figures):
    """What was kept of a cancelled order is in it (F-19), and a month that is over stays."""
    assert rows(told, "vat-by-month") == [
        ["2027-01-01", "25.5", 1000, 203, 0, 0, 1000, 203, 0, 0],
        ["2027-01-01", "13.5", 31500, 3746, 0, 0, 31500, 3746, 0, 0],
        ["2027-01-01", "", 3500, 0, 0, 0, 3500, 0, 0, 0],
        ["2027-02-01", "13.5", 0, 0, 6500, 773, -6500, -773, 3500, 416],
        ["2027-02-01", "", 3500, 0, 3500, 0, 0, 0, 0, 0],
        ["total", "25.5", 1000, 203, 0, 0, 1000, 203, 0, 0],
        ["total", "13.5", 31500, 3746, 6500, 773, 25000, 2973, 3500, 416],
        ["total", "", 7000, 0, 3500, 0, 3500, 0, 0, 0],
    ]


def test_revenue_and_refunds_by_product(told: Figures):
    assert rows(told, "revenue-by-product") == [
        ["beyond_price", None, 0, 0, 0, 7000, 3500, 0, 3500],
        ["sauna", 1, 1, 0, 1, 1000, 0, 0, 1000],
        ["volunteer", 1, 1, 0, 1, 0, 0, 0, 0],
        ["weekend", 1, 10, 4, 6, 31500, 6500, 3500, 21500],
        ["total", None, 12, 4, 8, 39500, 10000, 3500, 26000],
    ]


def test_tickets_by_product_and_by_the_hour_on_the_wall(told: Figures):
    assert rows(told, "tickets-by-product")[-1] == ["total", None, 12, 4, 8]
    assert rows(told, "tickets-by-hour") == [
        ["2027-01-12T11", 11, 0, 11, 11],
        ["2027-02-01T00", 1, 0, 1, 12],
        ["2027-02-05T11", 0, 4, -4, 8],
        ["total", 12, 4, 8, 8],
    ]


def test_tickets_exchanged_by_product_and_by_hour(told: Figures):
    """Eight are valid, one of them let somebody in; another did by mistake (K-73, K-74)."""
    assert rows(told, "exchange-by-product") == [
        ["sauna", 1, 1, 0, 1],
        ["volunteer", 1, 1, 0, 1],
        ["weekend", 1, 5, 1, 6],
        ["total", None, 7, 1, 8],
    ]
    assert rows(told, "exchange-by-hour") == [
        ["2027-03-01T13", 1, 1],
        ["not_exchanged", 7, None],
        ["total", 1, 1],
    ]
    february = rows(told, "exchange-by-product", until=MARCH)
    assert february[-1] == ["total", None, 8, 0, 8]


def test_vouchers_by_kind_and_by_where_they_live(told: Figures):
    """What was issued in January and withdrawn or upgraded in February is told in both."""
    assert rows(told, "vouchers", until=FEBRUARY) == [
        ["grantees", "pretix", 2, 0, 1, 20000, 10000],
        ["co_speakers", "own", 1, 0, 0, 2500, 0],
        ["codes", "own", 1, 0, 7, 0, 3000],
        ["total", "", 4, 0, 8, 22500, 13000],
    ]
    assert rows(told, "vouchers", since=FEBRUARY) == [
        ["speakers", "own", 1, 0, 0, 0, 0],
        ["grantees", "own", 1, 0, 1, 10000, 10000],
        ["grantees", "pretix", 0, 1, 0, 0, 0],
        ["co_speakers", "own", -1, 0, 0, -2500, 0],
        ["codes", "own", 0, 0, -1, 0, -333],
        ["total", "", 1, 1, 0, 7500, 9667],
    ]


def test_who_waited_in_line_by_what_became_of_them(told: Figures):
    """What began in January and ended in February is told in both."""
    assert rows(told, "waiting-list", until=FEBRUARY) == [
        ["weekend", 4, 2, 1, 0, 0],
        ["total", 4, 2, 1, 0, 0],
    ]
    assert rows(told, "waiting-list", since=FEBRUARY) == [
        ["sauna", 1, 0, 0, 0, 0],
        ["weekend", 0, 0, 0, 1, 1],
        ["total", 1, 0, 0, 1, 1],
    ]


def test_who_came_in_and_left_by_door_and_day_and_by_hour(told: Figures):
    """One came and left; another came by mistake, which was taken back: nobody."""
    assert rows(told, "doors-by-day") == [
        ["2027-03-01", "main", "weekend", 1, 1, 0, 0],
        ["total", None, None, 1, 1, 0, 0],
    ]
    assert rows(told, "doors-by-hour") == [
        ["2027-03-01T13", "main", 1, 0, 1],
        ["2027-03-01T15", "main", 0, 1, 0],
        ["total", None, 1, 1, 0],
    ]
    assert rows(told, "doors-by-day", until=MARCH) == [
        ["total", None, None, 0, 0, 0, 0],
    ]


def test_sales_against_days_to_the_start_keep_their_past(told: Figures):
    """What goes back later is told on the day when it goes (F-19), never taken off before."""
    found = rows(told, "days-to-start")
    moved = [one for one in found if one[2] or one[3]]
    assert moved == [
        [31, "2027-01-12", 11, 36000, 11, 36000],
        [11, "2027-02-01", 1, 3500, 12, 39500],
        [7, "2027-02-05", -4, -13500, 8, 26000],
    ]
    assert [one[0] for one in found] == [*range(31, -22, -1)]


@pytest.mark.parametrize("name", REPORTS)
def test_a_row_is_a_total_if_it_says_so_and_has_a_cell_for_each_column(told: Figures, name: str):
    made = sheet(told, name)
    assert [one.total for one in made.lines] == [
        one.cells[0].value == "total" for one in made.lines
    ]
    assert {len(one.cells) for one in made.lines} == {len(made.columns)}


@pytest.mark.parametrize("name", REPORTS)
def test_a_number_that_is_nothing_opens_nothing(told: Figures, name: str):
    for row in sheet(told, name).lines:
        for cell in row.cells:
            assert cell.value or cell.source is None


@pytest.mark.parametrize(
    ("name", "labels", "series"),
    [
        (
            "orders-by-outcome",
            "not_attempted under_way failed partly after_failures at_first free",
            {"orders": (1, 0, 2, 0, 1, 7, 1)},
        ),
        (
            "attempts-by-method",
            ["manual bank", "stripe", "stripe card", "stripe ideal"],
            {"ok": (0, 0, 8, 1), "failed": (1, 1, 0, 0), "under_way": (0, 0, 0, 0)},
        ),
        ("sales-by-provider", "stripe", {"net": (26000,), "gone_back": (13500,)}),
        ("payouts-to-orders", "2027-02-01 2027-02-02", {"net": (11500, 3499)}),
        (
            "vat-by-month",
            "2027-01-01 2027-02-01 2027-03-01",
            {"vat": (3949, 0, 0), "credited_vat": (0, -773, 0)},
        ),
        (
            "revenue-by-product",
            ["beyond_price", "sauna (1)", "volunteer (1)", "weekend (1)"],
            {"net": (3500, 1000, 0, 21500), "gone_back": (3500, 0, 0, 10000)},
        ),
        (
            "tickets-by-product",
            ["sauna (1)", "volunteer (1)", "weekend (1)"],
            {"valid": (1, 1, 6), "given_up": (0, 0, 4)},
        ),
        (
            "tickets-by-hour",
            "2027-01-12T11 2027-02-01T00 2027-02-05T11",
            {"tickets_sold": (11, 1, 0), "given_up": (0, 0, -4)},
        ),
        (
            "days-to-start",
            [*range(31, -22, -1)],
            {"tickets_so_far": (*[11] * 20, *[12] * 4, *[8] * 29)},
        ),
        (
            "exchange-by-product",
            ["sauna (1)", "volunteer (1)", "weekend (1)"],
            {"exchanged": (0, 0, 1), "not_exchanged": (1, 1, 5)},
        ),
        ("exchange-by-hour", "2027-03-01T13", {"arrivals": (1,)}),
        ("doors-by-day", "main", {"inside": (0,), "went": (1,)}),
        ("doors-by-hour", "2027-03-01T13 2027-03-01T15", {"came": (1, 0), "went": (0, -1)}),
    ],
)
def test_a_picture_shows_what_its_table_says(
    told: Figures, name: str, labels: str | list[Any], series: dict[str, Any]
):
    (picture,) = sheet(told, name).pictures
    expected = labels.split() if isinstance(labels, str) else labels
    assert [plain(one) for one in picture.labels] == expected
    assert {one.name: one.values for one in picture.series} == series


def test_vouchers_have_a_picture_of_those_issued_and_one_of_those_used(told: Figures):
    found = sheet(told, "vouchers").pictures
    assert [one.labels for one in found] == [("speakers", "grantees", "codes")] * 2
    assert [(one.name, one.values) for picture in found for one in picture.series] == [
        ("issued", (1, 3, 1)),
        ("uses", (0, 2, 6)),
    ]
