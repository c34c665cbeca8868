"""What a provider takes is told in ISO 4217's minor units, whatever digits it counts in."""

import pytest

from ledger.kernel.money import Money
from ledger.payments.capabilities import (
    CAPABILITIES,
    AmountNotTaken,
    capability,
    from_units,
    hindrance,
    least_of,
    most_of,
    units,
)


def test_more_digits_than_the_currency_has_are_tens_of_its_units():
    assert units("stripe", Money(3500, "ISK")) == 350000
    assert from_units("stripe", 350000, "ISK") == Money(3500, "ISK")
    assert units("sumup", Money(350000, "HUF")) == 3500
    assert from_units("sumup", 3500, "HUF") == Money(350000, "HUF")


@pytest.mark.parametrize(("currency", "tens"), [("EUR", 1), ("ISK", 100)])
def test_the_largest_amount_is_told_in_our_units_and_one_more_is_refused(currency, tens):
    theirs = capability("stripe").most
    assert theirs is not None
    most = most_of("stripe", currency)
    assert most is not None
    assert most == theirs // tens
    assert hindrance("stripe", Money(most + 1, currency)) == f"stripe takes at most {most}"


@pytest.mark.parametrize(
    ("provider", "money", "why"),
    [
        ("stripe", Money(50, "EUR"), ""),
        ("stripe", Money(49, "EUR"), "stripe takes at least 50"),
        ("stripe", Money(1, "HNL"), ""),
        ("stripe", Money(0, "HNL"), "stripe takes at least 1"),
        ("stripe", Money(1, "ISK"), ""),
        ("stripe", Money(1, "MGA"), "whole MGA only, without decimals"),
        ("stripe", Money(100, "MGA"), ""),
        ("stripe", Money(1010, "KWD"), ""),
        ("stripe", Money(1011, "KWD"), "stripe takes KWD in steps of 10 minor units"),
        ("stripe", Money(100, "TMT"), "stripe takes no TMT"),
        ("stripe", Money(999_999_999_999, "IDR"), ""),
        ("stripe", Money(1_000_000_000_000, "IDR"), "stripe takes at most 999999999999"),
        ("paytrail", Money(1, "EUR"), ""),
        ("paytrail", Money(0, "EUR"), "paytrail takes at least 1"),
        ("paytrail", Money(99_999_999, "EUR"), ""),
        ("paytrail", Money(100_000_000, "EUR"), "paytrail takes at most 99999999"),
        ("paytrail", Money(100, "SEK"), "paytrail takes no SEK"),
        ("sumup", Money(10**12, "EUR"), ""),
        ("sumup", Money(150, "HUF"), "whole HUF only, without decimals"),
        ("sumup", Money(100, "JPY"), "sumup takes no JPY"),
        ("manual", Money(10**12, "TMT"), ""),
        ("unheard of", Money(1, "TMT"), ""),
    ],
    ids=lambda one: str(one) or "taken",
)
def test_an_amount_is_taken_from_the_least_to_the_most_in_whole_units(provider, money, why):
    assert hindrance(provider, money) == why


@pytest.mark.parametrize(
    ("provider", "currency", "least"),
    [("stripe", "EUR", 50), ("stripe", "KWD", 1), ("stripe", "MGA", 100), ("sumup", "HUF", 100)],
)
def test_the_least_is_told_in_our_units(provider, currency, least):
    assert least_of(provider, currency) == least


def test_the_most_is_told_in_our_units_where_one_is_known():
    assert most_of("stripe", "MGA") == 9_999_999_900
    assert most_of("stripe", "IDR") == 999_999_999_999
    assert most_of("manual", "EUR") is most_of("sumup", "EUR") is None


def test_what_no_unit_can_say_is_not_taken():
    with pytest.raises(AmountNotTaken, match="no whole number"):
        from_units("stripe", 350001, "ISK")
    with pytest.raises(AmountNotTaken, match="whole HUF only"):
        units("sumup", Money(150, "HUF"))
    assert from_units("stripe", 7, "EUR") == Money(7, "EUR")


def test_who_captures_later_and_who_is_no_page_is_known():
    able = [one for one in CAPABILITIES if capability(one).captures_later]
    assert (able, capability("unheard of").captures_later) == (["stripe"], False)
    hands = [one for one in CAPABILITIES if capability(one).by_hand]
    assert (hands, capability("unheard of").by_hand) == (["manual"], False)
