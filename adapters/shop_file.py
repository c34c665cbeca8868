"""A shop file (YAML) as a shop's specification."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec
import yaml

from ledger.money import Money
from ledger.policy import CancellationPolicy, Release, Seller, Surplus
from ledger.refusals import ShopInvalid
from ledger.shop import ProductSpec, ShopSpec
from ledger.shop_stamps import Preferences

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
# Words that are pages of ours, so that no shop can hide them.
RESERVED = frozenset({"admin", "api", "audit", "healthz", "me", "metrics", "problems", "readyz"})
RESERVED_TOO = frozenset({"static", "store", "webhooks"})
Texts = dict[str, str]


class _Cancellation(msgspec.Struct, forbid_unknown_fields=True):
    period_days: int = 0
    fee: dict[str, Any] = {}
    release_seats: Release = Release.AT_REFUND_ACCEPTED


class _Seller(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    email: str
    business_id: str = ""
    address: str = ""
    phone: str = ""


class _Product(msgspec.Struct, forbid_unknown_fields=True):
    slug: str
    title: Texts
    price: int
    vat_percent: str
    quotas: list[str]
    description: Texts = {}
    tickets: int = 1
    max_per_order: int = 10
    available_from: datetime | None = None
    available_until: datetime | None = None


class File(msgspec.Struct, forbid_unknown_fields=True):
    """What a shop file may say."""

    slug: str
    name: Texts
    seller: _Seller
    currency: str
    timezone: str
    starts_at: datetime
    provider: str
    products: list[_Product]
    quotas: dict[str, int]
    capture: Literal["automatic", "manual"] = "automatic"
    grace_period: str = "PT1H"
    overpaid: Surplus = Surplus.CASE
    unpaid_after: str = "P3D"
    cancellation: _Cancellation = msgspec.field(default_factory=_Cancellation)
    terms_url: Texts = {}
    how_to_pay: Texts = {}


def read_shop_file(path: Path) -> ShopSpec:
    """The shop that a file describes; raises `ShopInvalid` naming what is wrong and where."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        return _spec(msgspec.convert(content, File))
    except (OSError, UnicodeDecodeError) as error:
        raise ShopInvalid(field=str(path), rule="cannot be read as a text file") from error
    except (yaml.YAMLError, msgspec.ValidationError) as error:
        raise ShopInvalid(field=str(path), rule=str(error)) from error


def _spec(file: File) -> ShopSpec:
    zone = _zone(file.timezone)
    for slug in (file.slug, *file.quotas, *(one.slug for one in file.products)):
        if not _SLUG.fullmatch(slug):
            raise ShopInvalid(field=slug, rule="a slug is small letters, digits and hyphens")
    if file.slug in RESERVED | RESERVED_TOO:
        raise ShopInvalid(field="slug", rule="this word is a page of its own")
    if not re.fullmatch("[A-Z]{3}", file.currency):
        raise ShopInvalid(field="currency", rule="three capital letters, as in ISO 4217")
    return ShopSpec(
        slug=file.slug,
        preferences=_preferences(file, zone),
        quotas=file.quotas,
        products=tuple(_product(one, file, zone) for one in file.products),
    )


def _preferences(file: File, zone: ZoneInfo) -> Preferences:
    return Preferences(
        name=file.name,
        seller=Seller(**msgspec.structs.asdict(file.seller)),
        currency=file.currency,
        timezone=file.timezone,
        starts_at=_utc(file.starts_at, zone),
        provider=file.provider,
        unpaid_after=_seconds("unpaid_after", file.unpaid_after),
        cancellation=_cancellation(file),
        terms_url=file.terms_url,
        grace_period=_grace(file),
        how_to_pay=file.how_to_pay,
        overpaid=file.overpaid,
    )


def _grace(file: File) -> int | None:
    """The grace period in seconds; None when payments are captured at once."""
    seconds = _seconds("grace_period", file.grace_period)
    return seconds if file.capture == "manual" else None


def _cancellation(file: File) -> CancellationPolicy:
    fee: Mapping[str, Any] = file.cancellation.fee
    fixed, percent = fee.get("fixed", 0), str(fee.get("percent", "0"))
    if not isinstance(fixed, int) or fixed < 0 or set(fee) - {"fixed", "percent"}:
        raise ShopInvalid(field="cancellation.fee", rule="fixed (minor units) and percent")
    return CancellationPolicy(
        period_days=file.cancellation.period_days,
        fee_fixed=Money(fixed, file.currency),
        fee_percent=_percent("cancellation.fee.percent", percent),
        release=file.cancellation.release_seats,
    )


def _product(one: _Product, file: File, zone: ZoneInfo) -> ProductSpec:
    return ProductSpec(
        slug=one.slug,
        title=one.title,
        description=one.description,
        price=Money(one.price, file.currency),
        vat_percent=_percent(f"products.{one.slug}.vat_percent", one.vat_percent),
        quotas=tuple(one.quotas),
        tickets=one.tickets,
        max_per_order=one.max_per_order,
        available_from=_utc(one.available_from, zone) if one.available_from else None,
        available_until=_utc(one.available_until, zone) if one.available_until else None,
    )


def _utc(local: datetime, zone: ZoneInfo) -> datetime:
    aware = local if local.tzinfo else local.replace(tzinfo=zone)
    return aware.astimezone(UTC)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ShopInvalid(field="timezone", rule="a name like Europe/Helsinki") from error


def _seconds(field: str, text: str) -> int:
    found = _DURATION.fullmatch(text)
    if found is None or not any(found.groups()):
        raise ShopInvalid(field=field, rule="a duration like P3D or PT1H")
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    whole = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    return int(whole.total_seconds())


def _percent(field: str, text: str) -> str:
    try:
        percent = Decimal(text)
    except InvalidOperation:
        percent = Decimal(-1)
    if not percent.is_finite() or not 0 <= percent <= 100:
        raise ShopInvalid(field=field, rule="a percentage from 0 to 100, in quotes")
    return text
