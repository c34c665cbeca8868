"""Values of SumUp's JSON, taken only if they are what they should be.

Major units there, minor units here: exact both ways, or not at all.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

from adapters.providers.http import Json
from ledger.kernel.calendar import storable
from ledger.kernel.currencies import digits, major
from ledger.kernel.money import Money
from ledger.payments.message import BadMessage

# SumUp's limit of a reference is 90 characters.
_LONGEST = 255
_LARGEST = 10**13


def currency(values: Json) -> str:
    """The ISO 4217 code."""
    value = values.get("currency")
    if not isinstance(value, str) or not (value.isascii() and value.isalpha() and len(value) == 3):
        raise BadMessage("currency is not one")
    return value.upper()


def said(value: object) -> str:
    """What somebody else wrote as a reference, if it is a short line; empty for anything else."""
    short = isinstance(value, str) and len(value) <= _LONGEST and value.isprintable()
    return str(value).strip() if short else ""


def foreign(value: object) -> str:
    """Why a reference that is not ours is somebody else's; empty where there is none at all."""
    return "" if value is None or value == "" else "the reference names no payment of ours"


def moment(value: object) -> datetime | None:
    """A time with its zone that the ledger can hold, in UTC; None for anything else."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
        utc = found.astimezone(UTC) if found is not None and found.tzinfo else None
    except (ValueError, OverflowError):
        return None
    return utc if utc is not None and storable(utc) else None


def objects(values: Json, key: str) -> Sequence[Json]:
    """A list of objects; absent and null are an empty one."""
    listed = values.get(key) or []
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise BadMessage(f"{key} is not a list of objects")
    return listed


def number(money: Money) -> int | float:
    """The JSON number of an amount. Its shortest decimal form is the exact amount.

    >>> number(Money(1010, "EUR")), number(Money(500, "CLP"))
    (10.1, 500)
    """
    return float(major(money)) if digits(money.currency) else money.amount


def minor(value: object, currency: str) -> Money:
    """An amount that SumUp tells; raises `BadMessage` for what is no whole number of minor units.

    >>> minor(10.1, "EUR")
    Money(amount=1010, currency='EUR')
    """
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise BadMessage("the amount is not a number")
    try:
        units = Decimal(str(value)).scaleb(digits(currency))
        whole = units == units.to_integral_value()
    except ArithmeticError:
        raise BadMessage("the amount is not a number") from None
    if not whole or not 0 <= units < _LARGEST:
        raise BadMessage("the amount is not in whole minor units")
    return Money(int(units), currency)
