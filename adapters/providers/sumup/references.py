"""What we call things at SumUp: a reference of at most 64 characters names order and attempt."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from uuid import UUID, uuid5

from ledger.payments.message import BadMessage
from ledger.payments.provider import PaymentAsk

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
