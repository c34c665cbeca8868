"""Figures added up: which count, in which part of the time, and what is behind a number."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from ledger.kernel.money import Money
from projections.reports.all import REPORTS
from projections.reports.calendar import begins, days, hours, months
from projections.reports.entries import ReportEntry
from projections.reports.figures import Kind
from projections.reports.report import Frame, Numbers, cell, currencies
from projections.reports.sheet import Column, Unit, thousandths
from projections.reports.sums import (
    BEGINNING,
    FOREVER,
    Asked,
    Behind,
    DefinedFigures,
    EnteredFigures,
    Source,
    Sum,
    Which,
    by,
)
from tests.kits.spec import ASKED as ASKED_FOR
from tests.kits.spec import NOON, PAGE, PAID, PLACED, history

AT = datetime(2027, 1, 12, tzinfo=UTC)
HOUR, BLINK = timedelta(hours=1), timedelta(microseconds=1)
ENTRY = ReportEntry(
    stream=UUID(int=1),
    position=5,
    nth=0,
    at=AT,
    since=AT - HOUR,
    shop="winterfest",
    kind="received",
    outcome="",
    provider="stripe",
    method="card",
    product="",
    revision=0,
    rate="",
    currency="EUR",
    door="",
    day="",
    payout="",
    bank_reference="",
    many=1,
    amount=7000,
    vat=833,
)
ASKED = Asked(shops=("winterfest",), kinds=(Kind.RECEIVED,), as_of=5, since=AT, until=AT + HOUR)


def sums(asked: Asked, *rows: ReportEntry) -> list[tuple[int, int, int, int]]:
    found = EnteredFigures(rows).sums(asked)
    return [(one.part, one.many, one.amount, one.vat) for one in found]


@pytest.mark.parametrize(
    ("row", "asked", "counts"),
    [
        ({}, {}, True),
        ({"position": 6}, {}, False),
        ({"kind": "refunded"}, {}, False),
        ({"shop": "summerfest"}, {}, False),
        ({"at": AT - BLINK}, {}, False),
        ({"at": AT + HOUR - BLINK}, {}, True),
        ({"at": AT + HOUR}, {}, False),
        ({"many": 0, "amount": 0, "vat": 0}, {}, False),
        ({"many": 0, "amount": 0}, {}, True),
        ({"kind": "orders"}, {"kinds": (Kind.ORDERS,)}, False),
        ({"kind": "orders", "since": AT}, {"kinds": (Kind.ORDERS,)}, True),
    ],
)
def test_what_counts_is_of_the_kind_the_shop_the_time_and_known_by_then(row, asked, counts):
    found = sums(replace(ASKED, **asked), replace(ENTRY, **row))
    assert len(found) == counts


def test_alike_figures_are_added_up_and_what_comes_to_nothing_is_left_out():
    other = replace(ENTRY, stream=UUID(int=2), amount=1)
    assert sums(ASKED, ENTRY, other) == [(0, 2, 7001, 1666)]
    back = replace(ENTRY, many=-1, amount=-7000, vat=-833)
    assert sums(ASKED, ENTRY, back) == []
    card = replace(other, method="ideal")
    assert sums(ASKED, ENTRY, card) == [(0, 1, 7000, 833), (0, 1, 1, 833)]


def test_bounds_part_the_time():
    parted = replace(ASKED, bounds=(AT + 10 * BLINK, AT + 20 * BLINK))
    for at, part in ((0, 0), (9, 0), (10, 1), (19, 1), (20, 2)):
        assert sums(parted, replace(ENTRY, at=AT + at * BLINK)) == [(part, 1, 7000, 833)]


SOURCE = Source(kinds=(Kind.RECEIVED,), since=AT, until=AT + HOUR)
WHICH = Which(shop="winterfest", kind="received", provider="stripe", method="card", currency="EUR")


@pytest.mark.parametrize(
    ("source", "fits"),
    [
        ({}, True),
        ({"kinds": (Kind.REFUNDED,)}, False),
        ({"kinds": (Kind.REFUNDED,), "less": (Kind.RECEIVED,)}, True),
        ({"provider": "stripe", "method": "card"}, True),
        ({"provider": "stripe", "method": "ideal"}, False),
        ({"shop": "summerfest"}, False),
        ({"method": ""}, False),
        ({"revision": 0}, True),
        ({"revision": 1}, False),
    ],
)
def test_a_source_tells_apart_what_its_number_tells_apart(source, fits):
    assert replace(SOURCE, **source).fits(WHICH) is fits


def behind(*rows: ReportEntry, **told: Any) -> list[Behind]:
    found = EnteredFigures(rows).behind(
        told.pop("source", SOURCE), **{"shops": ["winterfest"], "as_of": 9, **told}
    )
    return [*found]


def test_behind_a_number_are_its_streams_the_last_moved_first():
    second = replace(ENTRY, stream=UUID(int=2), position=7)
    more = replace(ENTRY, position=6, amount=1)
    first, last = Behind(UUID(int=1), 6, 2, 7001, 1666), Behind(UUID(int=2), 7, 1, 7000, 833)
    assert behind(ENTRY, second, more) == [last, first]
    assert behind(ENTRY, second, more, limit=1) == [last]
    assert behind(ENTRY, second, more, before=7) == [first]
    assert behind(ENTRY, second, more, before=8) == [last, first]
    assert behind(ENTRY, second, more, as_of=6) == [first]
    assert behind(ENTRY, shops=["summerfest"]) == []
    assert behind(replace(ENTRY, at=AT - BLINK), replace(ENTRY, at=AT + HOUR)) == []
    assert behind(ENTRY, replace(ENTRY, many=-1, amount=-7000, vat=-833)) == []


def test_behind_a_difference_is_what_is_taken_off():
    back = replace(ENTRY, stream=UUID(int=2), kind="refunded", amount=100)
    net = replace(SOURCE, less=(Kind.REFUNDED,))
    assert [one.amount for one in behind(ENTRY, back, source=net)] == [7000, -100]
    placed = replace(ENTRY, kind="orders")
    cohort = replace(SOURCE, kinds=(Kind.ORDERS,))
    assert behind(placed, source=cohort) == []
    assert behind(replace(placed, since=AT), source=cohort)


def some(part: int = 0, amount: int = 1, **told: Any) -> Sum:
    return Sum(WHICH._replace(**told), part, 1, amount, 2)


def test_sums_are_added_up_by_some_of_what_tells_them_apart():
    told = [some(), some(method="ideal"), some(part=1, amount=5), some(kind="refunded")]
    assert by(told)[()]["received"][1:] == (0, 3, 7, 6)
    assert {*by(told, "method")} == {("card",), ("ideal",)}
    assert by(told, parted=True)[1,]["received"].amount == 5
    assert by(told, "method")["card",]["refunded"].many == 1
    assert currencies([some(currency="SEK"), some(), some()]) == ["EUR", "SEK"]


UTC_ZONE = ZoneInfo("UTC")
FRAME = Frame(
    shops=("winterfest",),
    since=AT,
    until=AT + HOUR,
    as_of=FOREVER,
    zone=UTC_ZONE,
    zones={"winterfest": ZoneInfo("Europe/Helsinki")},
    starts={},
)


def test_a_frame_asks_from_its_beginning_or_from_the_first():
    assert FRAME.asked(Kind.RECEIVED).since == AT
    assert FRAME.asked(Kind.RECEIVED, before=True).since == BEGINNING
    assert FRAME.asked(Kind.RECEIVED, bounds=[AT]).bounds == (AT,)
    alone = FRAME.alone("winterfest")
    assert (alone.shops, alone.zone) == (("winterfest",), FRAME.zones["winterfest"])
    assert FRAME.source(Kind.RECEIVED, since=BEGINNING).since == BEGINNING


def test_a_number_is_what_came_less_what_went_and_opens_both():
    found = {"received": some(amount=7000), "refunded": some(amount=100, kind="refunded")}
    numbers = Numbers(FRAME, found, currency="EUR")
    net = numbers.money(Kind.RECEIVED, less=(Kind.REFUNDED,))
    assert net.value == Money(6900, "EUR")
    assert net.source is not None
    assert (net.source.kinds, net.source.less) == ((Kind.RECEIVED,), (Kind.REFUNDED,))
    assert numbers.count(Kind.RECEIVED, less=(Kind.REFUNDED,)).value == 0
    assert numbers.count(Kind.RECEIVED, Kind.REFUNDED).value == 2
    assert numbers.many(Kind.RECEIVED, Kind.REFUNDED, less=(Kind.REFUNDED,)) == 1
    assert numbers.amount(Kind.RECEIVED, less=(Kind.REFUNDED,)) == 6900
    assert numbers.vat(Kind.RECEIVED, less=(Kind.SOLD,)).value == Money(2, "EUR")
    assert numbers.taxes(Kind.RECEIVED, Kind.REFUNDED) == 4
    standing = numbers.standing(Kind.RECEIVED)
    assert standing.value == Money(7000, "EUR")
    assert standing.source is not None
    assert standing.source.since == BEGINNING


def test_a_number_opens_what_is_behind_it_unless_it_is_nothing():
    for nothing in (0, Money(0, "EUR"), None):
        assert cell(nothing, SOURCE).source is None
    for something in (1, -1, Money(1, "EUR")):
        assert cell(something, SOURCE).source is SOURCE


@pytest.mark.parametrize(
    ("part", "whole", "share"),
    [(1, 3, 333), (2, 3, 667), (1, 2000, 1), (1, 2001, 0), (0, 5, 0), (5, 5, 1000), (0, 0, None)],
)
def test_a_share_is_in_thousandths_rounded_half_up(part, whole, share):
    assert thousandths(part, whole) == share


def test_columns_of_shops_side_by_side_are_told_apart():
    assert Column(name="date", unit=Unit.DAY).key == "date"
    assert Column(name="date", unit=Unit.DAY, shop="winterfest").key == "date:winterfest"


def test_figures_by_definition_are_of_the_shops_and_kinds_that_were_asked_for():
    told = history(PLACED, ASKED_FOR, PAGE, PAID)
    defined = DefinedFigures([told, []])
    asked = replace(ASKED, since=BEGINNING, until=NOON + HOUR, as_of=FOREVER)
    assert [(one.many, one.amount) for one in defined.sums(asked)] == [(1, 7000)]
    assert defined.sums(replace(asked, shops=("summerfest",))) == []
    assert defined.sums(replace(asked, kinds=(Kind.REFUNDED,))) == []
    assert defined.sums(replace(asked, as_of=3)) == []
    assert defined.sums(replace(asked, as_of=4)) != []
    paid_at = told[-1].recorded_at
    assert defined.sums(replace(asked, until=paid_at)) == []
    assert defined.sums(replace(asked, since=paid_at)) != []
    assert defined.sums(replace(asked, since=paid_at + BLINK)) == []
    parted = replace(asked, bounds=(paid_at,))
    assert [one.part for one in defined.sums(parted)] == [1]
    placed = replace(asked, kinds=(Kind.ORDERS,))
    assert [one.many for one in defined.sums(placed)] == [1]
    assert defined.sums(replace(placed, since=NOON + BLINK)) == []
    assert defined.sums(replace(placed, until=NOON)) == []


def test_two_payments_in_one_line_of_a_payout_are_told_as_not_yet_paid_out():
    came = replace(ENTRY, many=2)
    paid_out = replace(ENTRY, kind="paid_out", payout="po_1", day=AT.isoformat(), vat=0)
    rows = EnteredFigures([came, paid_out])
    made = REPORTS["payouts-to-orders"].make(rows, FRAME)
    told = [[one.value for one in row.cells] for row in made.lines]
    nothing = Money(0, "EUR")
    assert ["stripe", "not_paid_out", "", None, 1, nothing, 0, nothing, nothing, None, None] in told


def test_what_is_not_yet_paid_out_is_told_by_currency():
    crowns = replace(ENTRY, currency="SEK", amount=1)
    made = REPORTS["payouts-to-orders"].make(EnteredFigures([ENTRY, crowns]), FRAME)
    told = [[one.value for one in row.cells] for row in made.lines if not row.total]
    assert [one[5] for one in told] == [Money(7000, "EUR"), Money(1, "SEK")]


# The calendar.

HELSINKI = ZoneInfo("Europe/Helsinki")


def test_days_and_months_are_those_that_a_time_touches_its_end_not_part_of_it():
    night = datetime(2027, 1, 31, 22, tzinfo=UTC)  # the first of February, there
    first = date(2027, 2, 1)
    assert begins(first, HELSINKI) == night
    assert [*days(night, night + HOUR, HELSINKI)] == [first]
    assert [*days(night - BLINK, night, HELSINKI)] == [date(2027, 1, 31)]
    assert [*days(night - BLINK, night + BLINK, HELSINKI)] == [date(2027, 1, 31), first]
    assert [*days(night, night, HELSINKI)] == [first], "a moment is part of its day"
    assert [*months(night - BLINK, night + BLINK, HELSINKI)] == [date(2027, 1, 1), first]
    year = [*months(night, night + timedelta(days=365), HELSINKI)]
    assert (len(year), year[-1]) == (12, date(2028, 1, 1))


def test_hours_on_the_wall_begin_where_the_time_does():
    at = datetime(2027, 1, 31, 22, 30, 15, 7, tzinfo=UTC)
    found = [*hours(at, at + HOUR, HELSINKI)]
    assert [f"{one:%H:%M:%S.%f}" for one in found] == ["00:00:00.000000", "01:00:00.000000"]
    assert len([*hours(at, at + 30 * timedelta(minutes=1), HELSINKI)]) == 2
    exact = at.replace(minute=0, second=0, microsecond=0)
    assert len([*hours(exact, exact + HOUR, HELSINKI)]) == 1
