"""Money in minor units. The ledger has no floats and no implicit currency."""

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
