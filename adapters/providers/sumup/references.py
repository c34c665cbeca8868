"""What we call things at SumUp, and values of its JSON, if they are what they should be."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID, uuid5

from adapters.providers.http import Json
from ledger.kernel.clocks import storable
from ledger.kernel.money import Money, digits, major
from ledger.payments.provider import BadMessage, PaymentAsk

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


PROVIDER = "sumup"

_UNASKED = UUID("e1b6f2a0-33c5-4a4e-9a53-5f4ce3f1b1d7")
_REFERENCE = re.compile(r"([0-9A-Za-z_-]{22})\.([0-9A-Za-z_-]{22})\.([1-9][0-9]{0,2})")
_NAME = re.compile(r"[0-9A-Za-z_.-]{1,64}")


@dataclass(frozen=True, slots=True)
class Reference:
    """A checkout that we asked for."""

    order: UUID
    attempt: UUID


def reference_of(ask: PaymentAsk, *, try_number: int) -> str:
    """The same ask has the same reference, so that SumUp refuses to make it a second time."""
    return f"{_short(ask.order)}.{_short(ask.correlation_id)}.{try_number}"


def read_reference(text: object) -> Reference | None:
    """What a reference names; None where it is not written as we write them."""
    found = _REFERENCE.fullmatch(text) if isinstance(text, str) else None
    return Reference(_long(found[1]), _long(found[2])) if found else None


def news_id(reference: str) -> UUID:
    """The correlation id of what we did not ask for: the same object, the same id."""
    return uuid5(_UNASKED, f"{PROVIDER}/{reference}")


def name(value: object, what: str) -> str:
    """SumUp's name of a thing; raises `BadMessage` for what cannot stand in an address."""
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise BadMessage(f"{what} is not a name")
    return value


def _short(id: UUID) -> str:
    return urlsafe_b64encode(id.bytes).decode().rstrip("=")


def _long(text: str) -> UUID:
    return UUID(bytes=urlsafe_b64decode(f"{text}=="))
