"""Major units there, minor units here: exact both ways, or not at all."""

from decimal import Decimal

from ledger.inbox.ports import Unreadable
from ledger.kernel.currencies import digits, major
from ledger.kernel.money import Money

_LARGEST = 10**13


def exponent(currency: str) -> int:
    """How many digits of minor units a currency has."""
    return digits(currency)


def number(money: Money) -> int | float:
    """The JSON number of an amount. Its shortest decimal form is the exact amount.

    >>> number(Money(1010, "EUR")), number(Money(500, "CLP"))
    (10.1, 500)
    """
    return float(major(money)) if digits(money.currency) else money.amount


def minor(value: object, currency: str) -> Money:
    """An amount that SumUp tells; raises `Unreadable` for what is no whole number of minor units.

    >>> minor(10.1, "EUR")
    Money(amount=1010, currency='EUR')
    """
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise Unreadable("the amount is not a number")
    try:
        units = Decimal(str(value)).scaleb(exponent(currency))
        whole = units == units.to_integral_value()
    except ArithmeticError:
        raise Unreadable("the amount is not a number") from None
    if not whole or not 0 <= units < _LARGEST:
        raise Unreadable("the amount is not in whole minor units")
    return Money(int(units), currency)
