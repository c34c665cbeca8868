"""What a provider takes is told in ISO 4217's minor units, whatever digits it counts in."""

import pytest

from ledger.kernel.money import Money
from ledger.payments.capabilities import capability, from_units, hindrance, most_of, units


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
