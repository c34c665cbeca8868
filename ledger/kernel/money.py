"""Money in minor units, its currencies, the VAT in it: no floats and no implicit currency."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Self

from msgspec import Struct


class Money(Struct, frozen=True, order=True, gc=False):
    """An amount in minor units (cents) of one ISO 4217 currency.

    Arithmetic never rounds and never mixes currencies: mixing raises `ValueError`.

    >>> Money(3500, "EUR") * 2 - Money(500, "EUR")
    Money(amount=6500, currency='EUR')
    """

    amount: int
    currency: str

    def __add__(self, other: Self) -> Self:
        return type(self)(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Self) -> Self:
        return type(self)(self.amount - self._same(other), self.currency)

    def __mul__(self, pieces: int) -> Self:
        return type(self)(self.amount * pieces, self.currency)

    def __neg__(self) -> Self:
        return type(self)(-self.amount, self.currency)

    def __bool__(self) -> bool:
        return self.amount != 0

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} (minor units)"

    def _same(self, other: Self) -> int:
        if other.currency != self.currency:
            raise ValueError(f"cannot mix {self.currency} and {other.currency}")
        return other.amount


@lru_cache(maxsize=256)
def zero(currency: str) -> Money:
    """No money, in a currency."""
    return Money(0, currency)


def total(amounts: "list[Money]", currency: str) -> Money:
    """The sum of amounts in one currency; zero of that currency when there are none."""
    if not amounts:
        return zero(currency)
    if any(one.currency != currency for one in amounts):
        raise ValueError(f"cannot mix {currency} and other currencies")
    return Money(sum(one.amount for one in amounts), currency)


def percent_of(amount: Money, percent: Decimal) -> Money:
    """A share of an amount, rounded half up once, in minor units."""
    share, whole = percent.as_integer_ratio()
    return Money(half_up(amount.amount * share, 100 * whole), amount.currency)


def half_up(part: int, whole: int) -> int:
    """A quotient rounded once, halves away from zero; exact however large.

    >>> half_up(5, 2), half_up(-5, 2), half_up(1, 3)
    (3, -3, 0)
    """
    size = (2 * abs(part) + whole) // (2 * whole)
    return size if part >= 0 else -size


def vat_included(gross: Money, percent: Decimal) -> Money:
    """The VAT inside a gross amount at a rate in percent, rounded half up once.

    >>> vat_included(Money(11350, "EUR"), Decimal("13.5"))
    Money(amount=1350, currency='EUR')
    """
    share, whole = percent.as_integer_ratio()
    return Money(half_up(gross.amount * share, 100 * whole + share), gross.currency)


# In which something can be priced: no funds, metals, test codes, and none that were withdrawn.
_IN_USE = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD "
    "CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS "
    "GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW "
    "KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR "
    "MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR "
    "SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX "
    "USD UYU UZS VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG"
)
CURRENCIES = frozenset(_IN_USE.split())
_WHOLE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THOUSANDTHS = "BHD IQD JOD KWD LYD OMR TND"
_DIGITS = {**dict.fromkeys(_WHOLE.split(), 0), **dict.fromkeys(_THOUSANDTHS.split(), 3)}


def digits(currency: str) -> int:
    """How many digits stand after the point; two for a currency that is not known.

    What a language shows by habit is another thing: Serbian dinars are mostly shown without.

    >>> digits("RSD"), digits("ISK"), digits("KWD")
    (2, 0, 3)
    """
    return _DIGITS.get(currency, 2)


def major(money: Money) -> Decimal:
    """An amount in major units, exactly, however large.

    >>> major(Money(-350000, "RSD")), major(Money(3500, "ISK"))
    (Decimal('-3500.00'), Decimal('3500'))
    """
    figures = tuple(int(one) for one in str(abs(money.amount)))
    return Decimal((int(money.amount < 0), figures, -digits(money.currency)))


def spoken(money: Money) -> str:
    """An amount in major units as tables, commands and logs write it.

    >>> spoken(Money(-3505, "EUR")), spoken(Money(500, "JPY")), spoken(Money(7, "KWD"))
    ('-35.05 EUR', '500 JPY', '0.007 KWD')
    """
    return f"{major(money):f} {money.currency}"


@dataclass(frozen=True, slots=True, kw_only=True)
class VatShare:
    """The part of an amount that was sold at one rate: base + vat = what was paid for it."""

    rate: str
    base: Money
    vat: Money


def gross_by_rate(lines: Iterable[tuple[str, Money]]) -> Mapping[Decimal, Money]:
    """What was sold at each rate; `13.5` and `13.50` are the same one."""
    sums: dict[Decimal, Money] = {}
    for written, gross in lines:
        rate = Decimal(written)
        sums[rate] = sums[rate] + gross if rate in sums else gross
    return sums


def shares(gross: Mapping[Decimal, Money]) -> tuple[VatShare, ...]:
    """Base and VAT of each rate, the highest first; each sum is rounded once, 0 % is kept."""
    return tuple(_share(rate, gross[rate]) for rate in sorted(gross, reverse=True))


def spread(amount: Money, weights: Mapping[Decimal, Money]) -> Mapping[Decimal, Money]:
    """Shares in proportion to the weights that add up to the amount, to the last cent."""
    whole = sum(weight.amount for weight in weights.values())
    if not whole:
        return weights
    cut = {rate: divmod(amount.amount * of.amount, whole) for rate, of in weights.items()}
    missing = amount.amount - sum(floor for floor, _ in cut.values())
    first = sorted(cut, key=lambda rate: (-cut[rate][1], rate))[:missing]
    return {
        rate: Money(floor + (rate in first), amount.currency) for rate, (floor, _) in cut.items()
    }


def shares_returned(
    back: Mapping[Decimal, Money], kept: Mapping[Decimal, Money]
) -> tuple[VatShare, ...]:
    """Base and VAT of what goes back by rate, out of what was kept until then.

    The VAT is the difference of two sums that are rounded once each: what is kept afterwards has
    its exact VAT, and all that goes back, in however many parts, comes to the VAT of the whole.
    """
    return tuple(_difference(rate, back[rate], kept[rate]) for rate in sorted(back, reverse=True))


def _difference(rate: Decimal, back: Money, kept: Money) -> VatShare:
    vat = vat_included(kept, rate) - vat_included(kept - back, rate)
    return VatShare(rate=rate_as_written(rate), base=back - vat, vat=vat)


def rate_as_written(rate: Decimal) -> str:
    """Without zeros at its end (SPEC R3).

    >>> [rate_as_written(Decimal(one)) for one in ("13.50", "24.00", "10", "0")]
    ['13.5', '24', '10', '0']
    """
    return f"{rate.normalize():f}"


def _share(rate: Decimal, gross: Money) -> VatShare:
    vat = vat_included(gross, rate)
    return VatShare(rate=rate_as_written(rate), base=gross - vat, vat=vat)
