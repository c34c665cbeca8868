"""What a message that cannot be understood names all the same: for the person who looks it up."""

import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

# A message may be of any length and shape: no more than this of it is looked at.
_MOST = 1 << 20
_ORDER = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
_SHORT_ORDER = re.compile(r"\b([0-9A-Za-z_-]{22})\.[0-9A-Za-z_-]{22}\.[0-9]{1,3}\b")
_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.:-]{2,119}")
_EVENT = re.compile(r"\bevt_[0-9A-Za-z_]{3,100}\b")
_OBJECT = re.compile(r"\b(?:cs|pi|ch|py|re|pyr|du|dp)_[0-9A-Za-z_]{3,100}\b")
_OBJECT_KEYS = ("checkout-transaction-id", "checkout-stamp", "id", "transaction_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedIds:
    """`orders` may name an order of ours; `object` is the provider's, as is `event`; "" if none."""

    orders: tuple[UUID, ...] = ()
    object: str = ""
    event: str = ""


def named_ids(body: bytes) -> NamedIds:
    """Every id that can be found, whatever is wrong with the rest. Never raises.

    >>> named_ids(b'{"id": "evt_1ab", "data": {"object": {"id": "pi_9xy", "amount": "?"}}}')
    NamedIds(orders=(), object='pi_9xy', event='evt_1ab')
    """
    text = body[:_MOST].decode("utf-8", "replace")
    said = _said(text)
    event = _first(_EVENT, text) or (_name(said.get("id")) if "data" in said else "")
    return NamedIds(
        orders=tuple(dict.fromkeys(_orders(text))), object=_object(said, text), event=event
    )


def _said(text: str) -> dict[str, Any]:
    """Its uppermost values by name: of JSON, or of an address with a query."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        told = dict(parse_qsl(text.partition("?")[2]))
    return told if isinstance(told, dict) else {}


def _object(said: dict[str, Any], text: str) -> str:
    data = said.get("data")
    inner = data.get("object") if isinstance(data, dict) else None
    if isinstance(inner, dict) and _name(inner.get("id")):
        return _name(inner["id"])
    if "data" not in said:
        for key in _OBJECT_KEYS:
            if _name(said.get(key)) and not _EVENT.fullmatch(_name(said[key])):
                return _name(said[key])
    return _first(_OBJECT, text)


def _orders(text: str) -> Iterator[UUID]:
    for found in _ORDER.finditer(text):
        yield UUID(found[0])
    for found in _SHORT_ORDER.finditer(text):
        yield UUID(bytes=urlsafe_b64decode(f"{found[1]}=="))


def _name(value: object) -> str:
    return value if isinstance(value, str) and _NAME.fullmatch(value) else ""


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[0] if found else ""
