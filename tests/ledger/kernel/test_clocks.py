"""Moments that can be told and stored, and clocks that may be apart for so long."""

from datetime import UTC, datetime, timedelta

import pytest

from ledger.kernel.clocks import FIRST, LAST, MOST_APART, Clocks, after, storable, within
from ledger.kernel.events import Recorded
from ledger.kernel.idempotency_key import granted, request_of
from ledger.kernel.refusals import Busy, KeyReused
from ledger.kernel.retry import PATIENCE, again_on_conflict
from ledger.kernel.store import Conflict
from ledger.kernel.values import replace
from tests.kits.spec import ASKED, NOON, ORDER, PAGE, PLACED, PLACING, SECOND, history

BLINK = timedelta(microseconds=1)


def clocks(*, ahead: timedelta = timedelta(), newest: timedelta | None = None) -> Clocks:
    told = None if newest is None else NOON + newest
    return Clocks(machine=NOON + ahead, database=NOON, ledger=NOON, newest=told)


@pytest.mark.parametrize(
    ("year", "fits"), [(1899, False), (1900, True), (2027, True), (2999, True), (3000, False)]
)
def test_years_from_1900_to_2999_are_stored(year, fits):
    assert storable(datetime(year, 6, 1, tzinfo=UTC)) is fits


def test_a_moment_is_kept_where_every_time_zone_can_tell_it():
    assert within(NOON) == NOON
    assert within(datetime.max.replace(tzinfo=UTC)) == LAST == LAST + timedelta()
    assert within(datetime.min.replace(tzinfo=UTC)) == FIRST
    assert datetime.max.replace(tzinfo=UTC) - LAST == timedelta(days=1)
    assert FIRST - datetime.min.replace(tzinfo=UTC) == timedelta(days=1)


@pytest.mark.parametrize(
    ("span", "moment"),
    [
        ({"days": 1, "seconds": 1}, NOON + timedelta(days=1, seconds=1)),
        ({"days": -1}, NOON - timedelta(days=1)),
        ({}, NOON),
        ({"days": 99_999_999}, LAST),
        ({"days": -99_999_999}, FIRST),
        ({"seconds": 10**15}, LAST),
        ({"seconds": -(10**15)}, FIRST),
        ({"days": 20_000_000, "seconds": -(10**12)}, LAST),
        ({"days": -20_000_000, "seconds": 10**12}, FIRST),
    ],
)
def test_so_much_later_or_where_the_calendar_ends(span, moment):
    assert after(NOON, **span) == moment


@pytest.mark.parametrize("sign", [-1, 1])
def test_a_machine_appends_up_to_a_minute_away_from_the_database(sign):
    assert timedelta(minutes=1) == MOST_APART
    assert clocks(ahead=sign * MOST_APART).apart == sign * MOST_APART
    assert clocks(ahead=sign * MOST_APART).agree
    assert not clocks(ahead=sign * (MOST_APART + BLINK)).agree


@pytest.mark.parametrize(
    ("newest", "ahead"),
    [
        (None, timedelta()),
        (timedelta(minutes=-5), timedelta()),
        (timedelta(seconds=1), timedelta()),
        (timedelta(seconds=1) + BLINK, timedelta(seconds=1) + BLINK),
    ],
)
def test_the_ledger_is_ahead_of_its_clock_by_more_than_a_second_or_not_at_all(newest, ahead):
    assert clocks(newest=newest).ahead == ahead


def test_a_conflict_is_met_with_patience_and_not_for_ever():
    conflict = Conflict(stream=ORDER, expected=1, actual=2)
    met, forgotten = [], []

    def attempt(until: int) -> str | Conflict:
        met.append(until)
        return "done" if len(met) == until else conflict

    def forget() -> None:
        forgotten.append(len(met))

    assert again_on_conflict(ORDER, lambda: attempt(PATIENCE), forget=forget) == "done"
    assert (len(met), len(forgotten)) == (25, 24)
    met.clear()
    with pytest.raises(Busy) as busy:
        again_on_conflict(ORDER, lambda: attempt(PATIENCE + 1))
    assert (busy.value.stream, len(met)) == (ORDER, 25)


def asked(*requests: str | None) -> list[Recorded[object]]:
    found = history(PLACED, ASKED, PAGE)[: len(requests)]
    return [replace(one, request=told) for one, told in zip(found, requests, strict=True)]


def test_a_request_was_granted_where_it_stands_and_never_under_anothers_key():
    first, second = request_of(PLACING, "d1"), request_of(SECOND, "d1")
    told = asked(None, first, second)
    assert (granted(told, first), granted(told, second)) == (1, 2)
    assert granted(told, request_of(ORDER, "d1")) is None
    assert granted(told, None) is None
    assert granted([], first) is None
    assert granted(asked(None, None), first) is None
    with pytest.raises(KeyReused):
        granted(told, request_of(SECOND, "d2"))
