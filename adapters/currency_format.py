"""Money as a language writes it, with the digits of ISO 4217: pages and letters say the same."""

from copy import copy
from decimal import Context, localcontext
from functools import lru_cache

from babel import Locale
from babel.numbers import NumberPattern

from ledger.kernel.money import Money, digits, major


@lru_cache(maxsize=10_000)
def written(money: Money, locale: str) -> str:
    """An amount in the form of a language.

    >>> written(Money(350000, "RSD"), "en_GB"), written(Money(3500, "ISK"), "en_GB")
    ('RSD3,500.00', 'ISK3,500')
    """
    pattern = _pattern(locale, digits(money.currency))
    # The language's own idea of a currency's digits is about cash, not about prices.
    # No amount is too large to be shown, whatever the usual precision is.
    with localcontext(Context(prec=len(str(money.amount)) + 10)):
        said: str = pattern.apply(
            major(money), locale, currency=money.currency, currency_digits=False
        )
    return said


@lru_cache(maxsize=100)
def _pattern(locale: str, figures: int) -> NumberPattern:
    pattern: NumberPattern = copy(Locale.parse(locale).currency_formats["standard"])
    pattern.frac_prec = (figures, figures)
    return pattern
