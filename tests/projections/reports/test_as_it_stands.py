"""What reports tell as it stands at the end of a time, whenever it began; and what has no row."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ledger.kernel.money import Money
from projections.reports.all import REPORTS
from projections.reports.entries import ReportEntry
from projections.reports.figures import Kind
from projections.reports.report import Frame
from projections.reports.sums import FOREVER, Asked, DefinedFigures, EnteredFigures
from tests.kits.spec import ASKED, NOON, PAGE, PAID, PLACED, history
from tests.projections.reports.test_sums import ENTRY

AT, UTC_ZONE = datetime(2027, 1, 12, tzinfo=UTC), ZoneInfo("UTC")
DAY = timedelta(days=1)
FRAME = Frame(
    shops=("winterfest",),
    since=AT,
    until=AT + DAY,
    as_of=FOREVER,
    zone=UTC_ZONE,
    zones={"winterfest": UTC_ZONE},
    starts={},
)
BEFORE = replace(ENTRY, at=AT - DAY, since=AT - DAY)
TICKET = replace(
    BEFORE, provider="", method="", product="weekend", revision=1, currency="", amount=0, vat=0
)


def rows(report: str, *entries: ReportEntry) -> list[list[Any]]:
    """Its rows, the totals marked by their first word; money as cents."""
    made = REPORTS[report].make(EnteredFigures(entries), FRAME)
    return [
        [one.value.amount if isinstance(one.value, Money) else one.value for one in line.cells]
        for line in made.lines
    ]


def entry(kind: Kind, **told: Any) -> ReportEntry:
    return replace(BEFORE, kind=str(kind), **told)


@pytest.mark.parametrize(
    ("report", "entries", "found"),
    [
        (
            "exchange-by-product",
            [replace(TICKET, kind="exchanged"), replace(TICKET, kind="waiting", many=2)],
            [["weekend", 1, 2, 1, 3], ["total", None, 2, 1, 3]],
        ),
        (
            "exchange-by-hour",
            [replace(TICKET, kind="exchanged"), replace(TICKET, kind="waiting", many=2)],
            [["not_exchanged", 2, None], ["total", 0, 0]],
        ),
        (
            "doors-by-day",
            [replace(TICKET, kind="came", door="main", day="2027-01-11")],
            [
                [(AT - DAY).date(), "main", "weekend", 1, 0, 1, 0],
                ["total", None, None, 1, 0, 1, 0],
            ],
        ),
        ("doors-by-hour", [replace(TICKET, kind="came", door="main")], [["total", None, 0, 0, 0]]),
        (
            "sales-by-provider",
            [entry(Kind.RECEIVED), entry(Kind.REFUND_PENDING), entry(Kind.DISPUTED, amount=5)],
            [
                ["stripe", 0, 0, 0, 0, 0, 0, 7000, 5],
                ["total", 0, 0, 0, 0, 0, 0, 7000, 5],
            ],
        ),
        (
            "payouts-to-orders",
            [entry(Kind.RECEIVED)],
            [
                ["stripe", "not_paid_out", "", None, 1, 7000, 0, 0, 7000, None, None],
                ["total", "paid_out", "", None, 0, 0, 0, 0, 0, 0, 0],
            ],
        ),
    ],
)
def test_what_is_told_as_it_stands_began_before_the_time(report, entries, found):
    assert sorted(rows(report, *entries), key=str) == sorted(found, key=str)


OUT = {"payout": "po_1", "day": AT.isoformat(), "vat": 0}


@pytest.mark.parametrize(
    ("entries", "left"),
    [
        ([entry(Kind.RECEIVED)], [(1, 7000, 0, 0, 7000)]),
        ([entry(Kind.RECEIVED), entry(Kind.PAID_OUT, **OUT)], []),
        ([entry(Kind.RECEIVED), entry(Kind.PAID_OUT, amount=6999, **OUT)], [(0, 1, 0, 0, 1)]),
        ([entry(Kind.REFUNDED, amount=100)], [(0, 0, 1, 100, -100)]),
        ([entry(Kind.REFUNDED, amount=100), entry(Kind.HANDED_BACK, amount=100)], []),
        ([entry(Kind.REFUND_PENDING, amount=9)], [(0, 0, 1, 9, -9)]),
        ([entry(Kind.RECEIVED, provider="manual")], []),
        ([entry(Kind.RECEIVED, provider="")], []),
    ],
)
def test_money_waits_for_a_payout_until_all_of_it_was_told(entries, left):
    found = [one for one in rows("payouts-to-orders", *entries) if one[1] == "not_paid_out"]
    assert [tuple(one[4:9]) for one in found] == left


def test_a_payout_of_what_comes_to_nothing_over_all_time_is_told_in_its_own_time():
    """It was kept back before, and brought again now: nothing of it stands."""
    kept = entry(Kind.KEPT_BACK, **OUT)
    again = replace(kept, at=AT, many=-1, amount=-7000)
    assert rows("payouts-to-orders", kept, again) == [
        ["stripe", "po_1", "", AT.date(), 0, 0, -1, -7000, 7000, 0, 0],
        ["total", "paid_out", "", None, 0, 0, -1, -7000, 7000, 0, 0],
    ]


def sold(**told: Any) -> ReportEntry:
    return replace(ENTRY, kind="sold", provider="", method="", **told)


def test_a_cent_of_vat_is_told_also_where_it_is_of_no_money_and_rates_come_the_highest_first():
    told = [sold(rate="", amount=100, vat=0), sold(rate="13.5", amount=0, vat=1), sold(rate="9")]
    found = [(one[0], *one[1:4]) for one in rows("vat-by-month", *told)]
    january = AT.date().replace(day=1)
    assert found == [
        (january, "13.5", 0, 1),
        (january, "9", 7000, 833),
        (january, "", 100, 0),
        ("total", "13.5", 0, 1),
        ("total", "9", 7000, 833),
        ("total", "", 100, 0),
    ]
    assert [one[1] for one in rows("vat-by-month", sold(rate="", amount=1, vat=0))] == ["", ""]
    assert rows("vat-by-month", sold(rate="9", amount=0, vat=0)) == []


# By definition, from the stamps.

TOLD = history(PLACED, ASKED, PAGE, PAID)
PAID_AT = TOLD[-1].recorded_at
BLINK = timedelta(microseconds=1)
EVER = Asked(shops=("winterfest",), kinds=(Kind.RECEIVED,), as_of=FOREVER, until=NOON + DAY)
PLACINGS = replace(EVER, kinds=(Kind.ORDERS,))


@pytest.mark.parametrize(
    ("asked", "parts"),
    [
        (EVER, [0]),
        (replace(EVER, since=PAID_AT), [0]),
        (replace(EVER, since=PAID_AT + BLINK), []),
        (replace(EVER, until=PAID_AT), []),
        (replace(EVER, until=PAID_AT + BLINK), [0]),
        (replace(EVER, bounds=(PAID_AT,)), [1]),
        (replace(EVER, bounds=(PAID_AT + BLINK,)), [0]),
        (replace(EVER, bounds=(NOON, PAID_AT, PAID_AT + BLINK)), [2]),
        (replace(EVER, since=PAID_AT, bounds=(PAID_AT, PAID_AT + BLINK)), [1]),
        (replace(EVER, since=PAID_AT, bounds=(NOON, PAID_AT + BLINK)), [1]),
        (replace(EVER, until=PAID_AT + BLINK, bounds=(NOON, PAID_AT + DAY)), [1]),
        (replace(EVER, since=PAID_AT - BLINK, until=PAID_AT, bounds=(NOON,)), []),
        (PLACINGS, [0]),
        (replace(PLACINGS, since=NOON), [0]),
        (replace(PLACINGS, since=NOON + BLINK), []),
        (replace(PLACINGS, until=NOON), []),
        (replace(PLACINGS, until=NOON + BLINK), [0]),
        (replace(PLACINGS, bounds=(NOON,)), [1]),
        (replace(PLACINGS, bounds=(NOON + BLINK,)), [0]),
    ],
)
def test_what_happened_is_told_in_the_part_of_the_time_in_which_it_did(asked, parts):
    found = DefinedFigures([TOLD]).sums(asked)
    assert [(one.part, one.many, one.amount) for one in found] == [(at, 1, 7000) for at in parts]
