"""Values of Stripe's JSON, taken only if they are what they should be."""

import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from ledger.kernel.money import Money
from ledger.payments.capabilities import AmountNotTaken, from_units
from ledger.payments.provider import BadMessage

PROVIDER = "stripe"
# How the names of messages begin that we fetched ourselves; Stripe's own begin with `evt_`.
FETCHED = "fetched/"
Json = dict[str, Any]

_UNASKED = UUID("0c1f6f0a-3a42-4a35-9c63-2f7a7c3c3b5d")
_NAME = re.compile(r"[!-~]{1,255}")
_LINK = re.compile(r"https?://[!-~]+")
_LONGEST_LINK = 5000
_CURRENCY = re.compile(r"[a-z]{3}")
_LARGEST = 10**15
_LATEST = 32_503_679_999  # the last second of the year 2999, as far as the ledger's bounds go


def news_id(reference: str) -> UUID:
    """The correlation id of what we did not ask for: the same object, the same id."""
    return uuid5(_UNASKED, f"{PROVIDER}/{reference}")


def name(values: Json, key: str) -> str:
    """An identifier or a word of Stripe's: printable ASCII, never empty."""
    value = values.get(key)
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise BadMessage(f"{key} is not a name")
    return value


def name_or_none(values: Json, key: str) -> str | None:
    """As `name`; absent and null are None."""
    return None if values.get(key) is None else name(values, key)


def text_or_none(values: Json, key: str) -> str | None:
    """What somebody wrote, us or another shop on the same account: one line that can be stored."""
    value = values.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise BadMessage(f"{key} is not text")
    if value.isprintable():
        return value[:500]
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in value)[:500]


def link(values: Json, key: str) -> str:
    """An address that people can be sent to."""
    value = values.get(key)
    if not isinstance(value, str) or len(value) > _LONGEST_LINK or not _LINK.fullmatch(value):
        raise BadMessage(f"{key} is not an address")
    return value


def reference(values: Json, key: str) -> str | None:
    """The id of another object, which Stripe may have expanded in place."""
    value = values.get(key)
    return name(value, "id") if isinstance(value, dict) else name_or_none(values, key)


def group(values: Json, key: str) -> Json:
    """An object within; absent and null are an empty one."""
    value = values.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadMessage(f"{key} is not an object")
    return value


def money(values: Json, key: str) -> Money:
    """An amount of the object's currency, never negative; Stripe counts some in other units."""
    amount = values.get(key)
    if type(amount) is not int or not 0 <= amount < _LARGEST:
        raise BadMessage(f"{key} is not an amount")
    try:
        found = from_units(PROVIDER, amount, currency(values))
    except AmountNotTaken as error:
        raise BadMessage(str(error)) from None
    if found.amount >= _LARGEST:
        raise BadMessage(f"{key} is larger than any amount")
    return found


def currency(values: Json) -> str:
    """The ISO 4217 code, as we write it."""
    value = values.get("currency")
    if not isinstance(value, str) or not _CURRENCY.fullmatch(value):
        raise BadMessage("currency is not one")
    return value.upper()


def moment(values: Json, key: str) -> datetime:
    """A time, which Stripe tells in whole seconds."""
    value = values.get(key)
    if type(value) is not int or not 0 <= value <= _LATEST:
        raise BadMessage(f"{key} is not a time")
    return datetime.fromtimestamp(value, UTC)


def moment_or_none(values: Json, key: str) -> datetime | None:
    """As `moment`; absent and null are None."""
    return None if values.get(key) is None else moment(values, key)


def uuid_or_none(text: str | None) -> UUID | None:
    """An id of ours, if it is written as we write them; anything else is somebody else's."""
    try:
        found = UUID(text) if text else None
    except ValueError:
        return None
    return found if found is not None and str(found) == text else None


def code(*candidates: object) -> str:
    """The first that is a short word: reasons are for people, and must be storable."""
    for one in candidates:
        if isinstance(one, str) and len(one) <= 64 and _NAME.fullmatch(one):
            return one
    return "unknown"
