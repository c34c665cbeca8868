"""A shop: what it sells and how, folded from its stamps, and what an import would change."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import assert_never
from uuid import UUID

from ledger.money import Money
from ledger.recorded import Recorded
from ledger.refusals import ShopInvalid
from ledger.shop_stamps import (
    Preferences,
    PreferencesChanged,
    ProductRevised,
    ProductWithdrawn,
    QuotaSet,
    ShopOpened,
    ShopStamp,
    quota_id,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """A shop as it stands. `quotas` are capacities by slug, `products` the current revisions."""

    id: UUID
    slug: str = ""
    version: int = 0
    preferences: Preferences | None = None
    quotas: Mapping[str, int] = field(default_factory=dict)
    products: Mapping[str, ProductRevised] = field(default_factory=dict)
    revisions: Mapping[str, int] = field(default_factory=dict)

    @property
    def terms(self) -> Preferences:
        """How the shop sells. Only asked of a shop that exists."""
        assert self.preferences is not None, "the shop was never opened"
        return self.preferences

    def on_sale(self, now: datetime) -> tuple[ProductRevised, ...]:
        """What is inside its sale window, in the shop's order (SPEC C1)."""
        ranked = sorted(self.products.values(), key=lambda one: (one.rank, one.slug))
        return tuple(one for one in ranked if _inside(one, now))

    def quota_ids(self, product: ProductRevised) -> tuple[UUID, ...]:
        """The quotas that one piece of a product takes from."""
        return tuple(quota_id(self.id, slug) for slug in product.quotas)


def _inside(product: ProductRevised, now: datetime) -> bool:
    begun = product.available_from is None or product.available_from <= now
    return begun and (product.available_until is None or now < product.available_until)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductSpec:
    """A product as a shop file says it; the revision is for us to count."""

    slug: str
    title: Mapping[str, str]
    description: Mapping[str, str]
    price: Money
    vat_percent: str
    quotas: tuple[str, ...]
    tickets: int
    max_per_order: int
    available_from: datetime | None = None
    available_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopSpec:
    """A whole shop as a shop file says it."""

    slug: str
    preferences: Preferences
    quotas: Mapping[str, int]
    products: tuple[ProductSpec, ...]


def fold_shop(shop_id: UUID, history: Iterable[Recorded]) -> Shop:
    """The shop as it stands after these stamps."""
    shop = Shop(id=shop_id)
    for recorded in history:
        shop = evolve_shop(shop, recorded)
    return shop


def evolve_shop(shop: Shop, recorded: Recorded) -> Shop:
    """The shop after one more stamp."""
    shop = replace(shop, version=recorded.version)
    stamp: ShopStamp = recorded.stamp
    match stamp:
        case ShopOpened():
            return replace(shop, slug=stamp.slug)
        case PreferencesChanged():
            return replace(shop, preferences=stamp.after)
        case QuotaSet():
            return replace(shop, quotas={**shop.quotas, stamp.slug: stamp.capacity})
        case ProductRevised():
            revisions = {**shop.revisions, stamp.slug: stamp.revision}
            products = {**shop.products, stamp.slug: stamp}
            return replace(shop, products=products, revisions=revisions)
        case ProductWithdrawn():
            kept = {slug: one for slug, one in shop.products.items() if slug != stamp.slug}
            return replace(shop, products=kept)
        case _:
            assert_never(stamp)


def differences(spec: ShopSpec, shop: Shop) -> Sequence[ShopStamp]:
    """Exactly the stamps that lead from the shop to the file; none when they agree."""
    check(spec)
    stamps: list[ShopStamp] = [] if shop.version else [ShopOpened(slug=spec.slug)]
    if shop.preferences != spec.preferences:
        stamps.append(PreferencesChanged(before=shop.preferences, after=spec.preferences))
    stamps += [
        QuotaSet(slug=slug, capacity=capacity)
        for slug, capacity in spec.quotas.items()
        if shop.quotas.get(slug) != capacity
    ]
    wanted = [_revised(one, rank, shop) for rank, one in enumerate(spec.products, 1)]
    stamps += [one for one in wanted if shop.products.get(one.slug) != one]
    kept = {one.slug for one in spec.products}
    stamps += [ProductWithdrawn(slug=slug) for slug in shop.products if slug not in kept]
    return stamps


def _revised(spec: ProductSpec, rank: int, shop: Shop) -> ProductRevised:
    """A changed price, VAT or title makes a new revision; a window or a text does not (C10)."""
    sold = shop.products.get(spec.slug)
    revision = shop.revisions.get(spec.slug, 0)
    terms = (spec.price, spec.vat_percent, spec.title)
    if sold is None or terms != (sold.price, sold.vat_percent, sold.title):
        revision += 1
    return ProductRevised(
        slug=spec.slug,
        revision=revision,
        rank=rank,
        title=spec.title,
        description=spec.description,
        price=spec.price,
        vat_percent=spec.vat_percent,
        quotas=spec.quotas,
        tickets=spec.tickets,
        max_per_order=spec.max_per_order,
        available_from=spec.available_from,
        available_until=spec.available_until,
    )


# Whose payments can be authorized first and captured afterwards.
PROVIDERS = ("stripe", "paytrail", "sumup", "manual")
CAPTURING_PROVIDERS = frozenset({"stripe"})
# Card networks keep an authorization for about seven days; two are left for capturing it.
LONGEST_GRACE = 5 * 24 * 3600


def check(spec: ShopSpec) -> None:
    """What no shop can be; raises `ShopInvalid` naming the field."""
    if spec.preferences.provider not in PROVIDERS:
        raise ShopInvalid(field="provider", rule=f"one of {', '.join(PROVIDERS)}")
    if spec.preferences.provider == "paytrail" and spec.preferences.currency != "EUR":
        raise ShopInvalid(field="currency", rule="Paytrail takes euros only")
    _check_capture(spec.preferences)
    slugs = [product.slug for product in spec.products]
    if len(set(slugs)) < len(slugs):
        raise ShopInvalid(field="products", rule="each slug once")
    for slug, capacity in spec.quotas.items():
        if capacity < 0:
            raise ShopInvalid(field=f"quotas.{slug}", rule="not below zero")
    for product in spec.products:
        _check_product(product, spec)


def _check_capture(preferences: Preferences) -> None:
    if preferences.grace_period is None:
        return
    if preferences.provider not in CAPTURING_PROVIDERS:
        able = ", ".join(sorted(CAPTURING_PROVIDERS))
        raise ShopInvalid(field="capture", rule=f"only these can capture later: {able}")
    if not 0 < preferences.grace_period <= LONGEST_GRACE:
        raise ShopInvalid(field="grace_period", rule="more than nothing, at most five days")


def _check_product(product: ProductSpec, spec: ShopSpec) -> None:
    where = f"products.{product.slug}"
    if product.price.amount < 0 or product.price.currency != spec.preferences.currency:
        raise ShopInvalid(field=f"{where}.price", rule="not below zero, in the shop's currency")
    if product.tickets < 0 or product.max_per_order < 1:
        raise ShopInvalid(field=where, rule="at least one piece per order, tickets not below zero")
    for quota in product.quotas:
        if quota not in spec.quotas:
            raise ShopInvalid(field=f"{where}.quotas", rule=f"there is no quota {quota}")
