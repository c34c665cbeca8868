"""Money: exact, of one currency, rounded once and half up; VAT that adds up."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.kernel.money import (
    CURRENCIES,
    Money,
    VatShare,
    digits,
    gross_by_rate,
    half_up,
    major,
    percent_of,
    rate_as_written,
    shares,
    shares_returned,
    spoken,
    spread,
    total,
    vat_included,
    zero,
)
from tests.kits.spec import eur

LOW, HIGH = Decimal("13.5"), Decimal("25.5")


def test_money_is_counted_in_one_currency():
    assert eur(35) + eur(7) == eur(42)
    assert eur(35) - eur(42) == eur(-7)
    assert eur(35) * 3 == eur(105)
    assert -eur(35) == eur(-35)
    assert [bool(eur(cents)) for cents in (-1, 0, 1)] == [True, False, True]
    for mixed in (lambda a, b: a + b, lambda a, b: a - b, lambda a, b: total([a, b], "EUR")):
        with pytest.raises(ValueError, match="cannot mix"):
            mixed(eur(1), Money(1, "SEK"))


def test_a_total_is_of_its_currency_even_of_nothing():
    assert total([], "SEK") == zero("SEK") == Money(0, "SEK")
    assert total([eur(1), eur(2), eur(-4)], "EUR") == eur(-1)
    with pytest.raises(ValueError, match="cannot mix"):
        total([eur(1)], "SEK")


@pytest.mark.parametrize(
    ("part", "whole", "rounded"),
    [(0, 2, 0), (1, 2, 1), (-1, 2, -1), (1, 3, 0), (2, 3, 1), (-2, 3, -1), (-1, 3, 0), (7, 1, 7)],
)
def test_halves_are_rounded_away_from_zero(part, whole, rounded):
    assert half_up(part, whole) == rounded


@pytest.mark.parametrize(
    ("cents", "percent", "share"),
    [
        (1000, "10", 100),
        (1005, "10", 101),
        (1004, "10", 100),
        (333, "12.5", 42),
        (-1005, "10", -101),
    ],
)
def test_a_share_in_percent_is_rounded_once(cents, percent, share):
    assert percent_of(Money(cents, "SEK"), Decimal(percent)) == Money(share, "SEK")


def test_vat_is_included_in_what_is_paid():
    assert vat_included(eur(12550), HIGH) == eur(2550)
    assert vat_included(eur(1), HIGH) == eur(0)
    assert vat_included(eur(100), Decimal(0)) == eur(0)


@pytest.mark.parametrize(
    ("currency", "count", "written"),
    [("EUR", 2, "-12.34 EUR"), ("JPY", 0, "-1234 JPY"), ("KWD", 3, "-1.234 KWD")],
)
def test_an_amount_is_written_with_the_digits_of_its_currency(currency, count, written):
    assert digits(currency) == count
    assert spoken(Money(-1234, currency)) == written
    assert major(-Money(-1234, currency)) == -major(Money(-1234, currency))


def test_currencies_are_those_in_use():
    assert {"EUR", "SEK", "JPY", "ZWG"} <= CURRENCIES
    assert not CURRENCIES & {"XAU", "DEM", "ABC", ""}
    assert digits("ABC") == 2


def test_one_rate_written_in_two_ways_is_one():
    found = gross_by_rate([("13.5", eur(100)), ("24", eur(7)), ("13.50", eur(50))])
    assert found == {LOW: eur(150), Decimal(24): eur(7)}
    assert [rate_as_written(Decimal(one)) for one in ("13.50", "100", "0.0")] == [
        "13.5",
        "100",
        "0",
    ]


def test_base_and_vat_of_each_rate_the_highest_first():
    assert shares({LOW: eur(11350), HIGH: eur(12550)}) == (
        VatShare(rate="25.5", base=eur(10000), vat=eur(2550)),
        VatShare(rate="13.5", base=eur(10000), vat=eur(1350)),
    )


def test_an_amount_is_spread_in_proportion_and_the_cents_left_go_where_most_was_cut():
    assert spread(eur(100), {LOW: eur(1), HIGH: eur(2)}) == {LOW: eur(33), HIGH: eur(67)}
    assert spread(eur(100), {LOW: eur(2), HIGH: eur(1)}) == {LOW: eur(67), HIGH: eur(33)}
    even = spread(Money(5, "SEK"), {HIGH: Money(1, "SEK"), LOW: Money(1, "SEK")})
    assert even == {LOW: Money(3, "SEK"), HIGH: Money(2, "SEK")}, "the lower rate first"
    assert spread(eur(7), {LOW: eur(0)}) == {LOW: eur(0)}
    assert spread(eur(7), {}) == {}


@given(st.integers(0, 10_000), st.lists(st.integers(0, 500), min_size=1, max_size=4))
def test_what_is_spread_adds_up_to_the_last_cent(cents, weights):
    parts = spread(eur(cents), {Decimal(at): eur(one) for at, one in enumerate(weights)})
    if any(weights):
        assert sum(one.amount for one in parts.values()) == cents


def test_what_goes_back_takes_the_difference_of_two_sums_that_are_rounded_once():
    (first,) = shares_returned({LOW: eur(101)}, {LOW: eur(202)})
    (second,) = shares_returned({LOW: eur(101)}, {LOW: eur(101)})
    assert (first, second) == (
        VatShare(rate="13.5", base=eur(89), vat=eur(12)),
        VatShare(rate="13.5", base=eur(89), vat=eur(12)),
    )
    both = shares_returned({LOW: eur(10), HIGH: eur(10)}, {LOW: eur(10), HIGH: eur(10)})
    assert [one.rate for one in both] == ["25.5", "13.5"]


@given(st.lists(st.integers(1, 999), min_size=1, max_size=5))
def test_all_that_goes_back_in_parts_comes_to_the_vat_of_the_whole(parts):
    kept, vat = eur(sum(parts)), eur(0)
    for part in parts:
        (back,) = shares_returned({LOW: eur(part)}, {LOW: kept})
        assert back.base + back.vat == eur(part)
        kept, vat = kept - eur(part), vat + back.vat
    assert vat == vat_included(eur(sum(parts)), LOW)
