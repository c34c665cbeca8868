"""What we call things at Paytrail, and values as Paytrail writes them."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from ledger.kernel.clocks import storable
from ledger.kernel.money import Money
from ledger.payments.provider import BadMessage, PaymentAsk, RefundAsk

_HOME = ZoneInfo("Europe/Helsinki")
# As published: day first; the published example of a settlement's day has the year first.
_DAY = re.compile(r"([0-9]{2})-([0-9]{2})-([0-9]{4})|([0-9]{4})-([0-9]{2})-([0-9]{2})")
_EUROS = re.compile(r"-?[0-9]{1,9}([.,][0-9]{1,9})?")


def cents(value: object) -> int:
    """Minor units as a whole number. A refund may be shown as negative: which way is its kind's."""
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > 10**12:
        raise BadMessage("an amount is none")
    return abs(value)


def euros(value: object) -> Decimal:
    """Major units, exactly as written; nothing at all is zero."""
    text = "" if value is None else str(value).strip()
    if text and not _EUROS.fullmatch(text):
        raise BadMessage("an amount of euros is none")
    return Decimal(text.replace(",", ".") or "0")


def money(amount: Decimal) -> Money:
    """Euros as cents, without their sign; raises `BadMessage` for parts of a cent."""
    whole = abs(amount) * 100
    if whole != int(whole):
        raise BadMessage("an amount has parts of a cent")
    return Money(int(whole), CURRENCY)


def moment(value: object) -> datetime:
    """A time of Paytrail's, in UTC."""
    try:
        found = datetime.fromisoformat(str(value))
        utc = (found if found.tzinfo else found.replace(tzinfo=_HOME)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadMessage("a time is none") from None
    if not storable(utc):
        raise BadMessage("a time is not of this age")
    return utc


def day_and_time(day: object, time: object) -> datetime:
    """A day of a report with its hour and minute, in UTC; midnight where it has none."""
    found = _DAY.fullmatch(str(day))
    if found is None:
        raise BadMessage("a day is none")
    year, month, of_month = (found[3], found[2], found[1]) if found[1] else found.group(4, 5, 6)
    return moment(f"{year}-{month}-{of_month}T{time or '00:00'}")


PROVIDER = "paytrail"
CURRENCY = "EUR"
# Paytrail publishes these for everybody's tests: an ordinary merchant and a shop-in-shop one.
TEST_ACCOUNTS = frozenset({"375917", "695861"})

_UNASKED = UUID("7a0e3a57-6a0c-4d0e-8f4c-0b8d3d1f6b52")
_MOST_TRIES = 1000
_NUMBER = "report-"
_NUMBERED = re.compile(r"report-[0-9A-Za-z-]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentStamp:
    """A payment page that we asked for."""

    order: UUID
    attempt: UUID
    try_number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundStamp:
    """A refund that we asked for; `payment` is the attempt that it returns."""

    order: UUID
    payment: UUID
    refund: UUID
    try_number: int


def stamp_of_payment(ask: PaymentAsk, *, try_number: int) -> str:
    """At most 200 characters, and unique: Paytrail's rule for a stamp."""
    return payment_stamp(ask.order, ask.correlation_id, try_number=try_number)


def stamp_of_refund(ask: RefundAsk) -> str:
    """The same for a refund."""
    return refund_stamp(ask.order, ask.payment, ask.correlation_id, try_number=ask.try_number)


def payment_stamp(order: UUID, attempt: UUID, *, try_number: int) -> str:
    """How the stamp of a payment is written."""
    return f"{order}.{attempt}.{try_number}"


def refund_stamp(order: UUID, payment: UUID, refund: UUID, *, try_number: int) -> str:
    """How the stamp of a refund is written."""
    return f"{order}.{payment}.{refund}.{try_number}"


def read_payment_stamp(text: str) -> PaymentStamp | None:
    """What a stamp names; None where it is not written as we write them."""
    parts = text.split(".")
    order, attempt = (uuid_or_none(one) for one in (*parts, "", "")[:2])
    number = _number(parts[-1])
    if len(parts) != 3 or order is None or attempt is None or number is None:
        return None
    return PaymentStamp(order=order, attempt=attempt, try_number=number)


def read_refund_stamp(text: str) -> RefundStamp | None:
    """The same for a refund."""
    parts = text.split(".")
    order, payment, refund = (uuid_or_none(one) for one in (*parts, "", "", "")[:3])
    number = _number(parts[-1])
    if len(parts) != 4 or order is None or payment is None or refund is None or number is None:
        return None
    return RefundStamp(order=order, payment=payment, refund=refund, try_number=number)


def news_id(reference: str) -> UUID:
    """The correlation id of what we did not ask for: the same object, the same id."""
    return uuid5(_UNASKED, f"{PROVIDER}/{reference}")


def number_of(text: str) -> str:
    """How we call what only a report tells of, by its number there: no transaction looks so."""
    return f"{_NUMBER}{text}"


def is_number(text: str) -> bool:
    """Whether a name was made by `number_of`."""
    return bool(_NUMBERED.fullmatch(text))


def is_live(account: str) -> bool:
    """Whether a merchant's payments move real money."""
    return account not in TEST_ACCOUNTS


def uuid_or_none(text: str) -> UUID | None:
    """An id of ours, if it is written as we write them; anything else is somebody else's."""
    try:
        found = UUID(text)
    except ValueError:
        return None
    return found if str(found) == text else None


def _number(text: str) -> int | None:
    plain = text.isascii() and text.isdigit() and len(text) <= 4
    return int(text) if plain and 1 <= int(text) <= _MOST_TRIES else None
