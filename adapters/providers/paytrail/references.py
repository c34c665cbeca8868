"""What we call things at Paytrail: a stamp names order and attempt, and so binds what is signed.

The address that a callback comes to is not signed; the stamp is.
"""

import re
from dataclasses import dataclass
from uuid import UUID, uuid5

from ledger.payments.provider import PaymentAsk, RefundAsk

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
