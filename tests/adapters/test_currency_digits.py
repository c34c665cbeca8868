"""ISO 4217's digits everywhere, and each provider's own units where it is asked (SPEC C14)."""

import pytest

from adapters.currency_format import written
from adapters.mail.letters.language import Speech
from adapters.providers.stripe import fields
from adapters.providers.sumup.references import minor, number
from ledger.kernel.money import CURRENCIES, Money, digits, spoken
from ledger.payments.capabilities import CAPABILITIES, AmountNotTaken, from_units, units
from ledger.payments.provider import BadMessage


@pytest.mark.parametrize("currency", sorted(CURRENCIES))
def test_pages_letters_and_tables_show_the_same_digits(currency: str):
    amount = Money(1_234_567, currency)
    figures = digits(currency)
    shown = f"{1_234_567 / 10**figures:,.{figures}f}"
    assert shown in written(amount, "en_GB")
    assert written(amount, "en_GB") == Speech("en", timezone="UTC").money(amount)
    assert spoken(amount) == f"{shown.replace(',', '')} {currency}"


@pytest.mark.parametrize("provider", CAPABILITIES)
def test_what_is_asked_for_is_what_is_told_back(provider: str):
    for currency in CAPABILITIES[provider].currencies:
        amount = Money(123_400, currency)
        assert from_units(provider, units(provider, amount), currency) == amount


def test_stripe_counts_icelandic_kronur_in_hundredths():
    assert units("stripe", Money(3500, "ISK")) == 350_000
    told = {"amount": 350_000, "currency": "isk"}
    assert fields.money(told, "amount") == Money(3500, "ISK")
    with pytest.raises(BadMessage):
        fields.money({"amount": 350_050, "currency": "isk"}, "amount")


def test_what_a_provider_cannot_count_is_said():
    assert units("stripe", Money(150_000, "MGA")) == 1500
    with pytest.raises(AmountNotTaken):
        units("stripe", Money(150_050, "MGA"))


def test_sumup_is_told_major_units_by_iso_digits():
    assert number(Money(3500, "HUF")) == 35.0
    assert minor(4251, "CLP") == Money(4251, "CLP")
