"""What pretix's API says of an event, typed: its answers, one after the other in one file."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import msgspec

from ledger.kernel.refusals import ShopInvalid

FILE_BYTES = 20_000_000
Texts = Mapping[str, str | None] | str | None
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class Event(msgspec.Struct, kw_only=True):
    """`/events/{event}/`."""

    name: Texts
    slug: str
    currency: str
    timezone: str
    date_from: Moment
    date_to: Moment | None = None
    date_admission: Moment | None = None
    presale_start: Moment | None = None
    presale_end: Moment | None = None
    location: Texts = None
    has_subevents: bool = False
    seating_plan: int | None = None


class Variation(msgspec.Struct, kw_only=True):
    """One of an item's variations. `price` is what it costs, its own or the item's."""

    id: int
    value: Texts
    price: Decimal | None = None
    description: Texts = None
    active: bool = True
    position: int = 0
    available_from: Moment | None = None
    available_until: Moment | None = None
    hide_without_voucher: bool = False
    require_approval: bool = False
    require_membership: bool = False
    all_sales_channels: bool = True
    limit_sales_channels: Sequence[str] = ()


class Item(msgspec.Struct, kw_only=True):
    """One of `/items/`."""

    id: int
    name: Texts
    default_price: Decimal
    description: Texts = None
    active: bool = True
    position: int = 0
    category: int | None = None
    tax_rule: int | None = None
    tax_rate: Decimal = Decimal(0)
    admission: bool = True
    generate_tickets: bool | None = None
    available_from: Moment | None = None
    available_until: Moment | None = None
    max_per_order: int | None = None
    min_per_order: int | None = None
    variations: Sequence[Variation] = ()
    addons: Sequence[Any] = ()
    bundles: Sequence[Any] = ()
    free_price: bool = False
    issue_giftcard: bool = False
    hide_without_voucher: bool = False
    require_voucher: bool = False
    require_approval: bool = False
    require_bundling: bool = False
    require_membership: bool = False
    all_sales_channels: bool = True
    limit_sales_channels: Sequence[str] = ()


class Quota(msgspec.Struct, kw_only=True):
    """One of `/quotas/`. No `size`: without limit. `available_number` where it was asked for."""

    id: int
    name: str
    size: int | None
    items: Sequence[int]
    variations: Sequence[int] = ()
    closed: bool = False
    subevent: int | None = None
    available: bool | None = None
    available_number: int | None = None


class TaxRule(msgspec.Struct, kw_only=True):
    """One of `/taxrules/`."""

    id: int
    rate: Decimal
    price_includes_tax: bool = True
    eu_reverse_charge: bool = False
    custom_rules: Any = None


class Category(msgspec.Struct, kw_only=True):
    """One of `/categories/`."""

    id: int
    position: int = 0
    is_addon: bool = False


class Settings(msgspec.Struct, kw_only=True):
    """Of `/settings/`, what a shop has, too."""

    contact_mail: str | None = None
    max_items_per_order: int | None = None
    payment_term_mode: str | None = None
    payment_term_days: int | None = None
    payment_term_minutes: int | None = None
    invoice_address_from_name: str | None = None
    invoice_address_from: str | None = None
    invoice_address_from_zipcode: str | None = None
    invoice_address_from_city: str | None = None
    invoice_address_from_country: str | None = None
    invoice_address_from_tax_id: str | None = None
    invoice_address_from_vat_id: str | None = None
    cancel_allow_user_paid: bool | None = None
    cancel_allow_user_paid_keep: Decimal | None = None
    cancel_allow_user_paid_keep_percentage: Decimal | None = None
    ticket_download_nonadm: bool | None = None


# What an answer is, by a key that no other one has.
_LISTS: Mapping[str, tuple[str, type[Any]]] = {
    "default_price": ("items", Item),
    "size": ("quotas", Quota),
    "price_includes_tax": ("taxrules", TaxRule),
    "is_addon": ("categories", Category),
}


@dataclass(kw_only=True)
class Answers:
    """Everything that was asked for."""

    event: Event
    settings: Settings = field(default_factory=Settings)
    items: list[Item] = field(default_factory=list)
    quotas: list[Quota] = field(default_factory=list)
    taxrules: list[TaxRule] = field(default_factory=list)
    categories: list[Category] = field(default_factory=list)


def read_answers(content: bytes) -> Answers:
    """The answers of a file, in any order. Raises `ShopInvalid` where one is missing or strange."""
    event, settings = None, Settings()
    lists: dict[str, dict[int, Any]] = {name: {} for name, _ in _LISTS.values()}
    counts: dict[str, int] = {}
    for answer in _answers(content):
        if "has_subevents" in answer:
            event = _typed(answer, Event, "event")
        elif "results" not in answer:
            settings = _typed(answer, Settings, "settings")
        elif kind := _kind(answer["results"]):
            name, row = kind
            rows = (_typed(one, row, name) for one in answer["results"])
            lists[name] |= {one.id: one for one in rows}
            counts[name] = _count(answer)
    for name, count in counts.items():
        if len(lists[name]) < count:
            told = f"{len(lists[name])} of {count} stand there"
            raise _wrong(name, f"{told}; right would be those of the next pages, too")
    if event is None or not lists["items"]:
        missing = "items" if event else "event"
        raise _wrong(missing, f"nothing stands there; right would be the answer of {missing}/")
    known = {name: list(rows.values()) for name, rows in lists.items()}
    return Answers(event=event, settings=settings, **known)


def _kind(rows: object) -> tuple[str, type[Any]] | None:
    """Of which list a page is; None for one that nothing here is made of, or that is empty."""
    if not isinstance(rows, list) or not all(isinstance(one, dict) for one in rows):
        raise _wrong("results", "something else stands there; right would be a list of objects")
    first = rows[0] if rows else {}
    return next((kind for key, kind in _LISTS.items() if key in first), None)


def _count(page: Mapping[str, Any]) -> int:
    count = page.get("count")
    return count if isinstance(count, int) else 0


def _answers(content: bytes) -> Iterator[dict[str, Any]]:
    if len(content) > FILE_BYTES:
        raise _wrong("the whole file", f"more than {FILE_BYTES} bytes stand there")
    decoder = json.JSONDecoder()
    try:
        text = content.decode("utf-8-sig")
        at = _next(text, 0)
        while at < len(text):
            answer, at = decoder.raw_decode(text, at)
            if not isinstance(answer, dict):
                raise _wrong("the whole file", _WANTED)
            yield answer
            at = _next(text, at)
    except (ValueError, RecursionError):
        raise _wrong("the whole file", _WANTED) from None


_WANTED = "right would be answers of pretix's API, in JSON, one after the other"


def _next(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at


def _typed(answer: object, kind: type[Any], name: str) -> Any:
    try:
        return msgspec.convert(answer, kind, strict=False)
    except msgspec.ValidationError as error:
        raise _wrong(name, f"pretix says it another way than it is known here: {error}") from None


def _wrong(name: str, told: str) -> ShopInvalid:
    return ShopInvalid([(name, told)])
