"""What an import would change, value by value: for whoever looks before it is stamped."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime

from ledger.kernel.money import Money, spoken
from ledger.shop.shop import Shop, ShopSpec, differences
from ledger.shop.stamps import (
    PreferencesChanged,
    ProductRevised,
    ProductWithdrawn,
    QuotaSet,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One value: where it stands, what it is and what it would be; "" is nothing."""

    path: str
    before: str
    after: str


def changes(spec: ShopSpec, shop: Shop) -> Sequence[Change]:
    """Every value that an import would change; none exactly when it would stamp nothing."""
    found: list[Change] = []
    for stamp in differences(spec, shop):
        match stamp:
            case PreferencesChanged(before=before, after=after):
                found += _between("", before, after)
            case QuotaSet(slug=slug, capacity=seats):
                held = {} if slug not in shop.quotas else {slug: shop.quotas[slug]}
                found += _between("quotas", held, {slug: seats})
            case ProductRevised(slug=slug):
                found += _between(f"products.{slug}", shop.products.get(slug), stamp)
            case ProductWithdrawn(slug=slug):
                found.append(Change(path=f"products.{slug}", before="on sale", after="withdrawn"))
            case _:
                found.append(Change(path="slug", before="", after=spec.slug))
    return found


def _between(path: str, before: object, after: object) -> Iterator[Change]:
    old, new = dict(_leaves(path, before)), dict(_leaves(path, after))
    for name in [*old, *(name for name in new if name not in old)]:
        if old.get(name, "") != new.get(name, ""):
            yield Change(path=name, before=old.get(name, ""), after=new.get(name, ""))


def _leaves(path: str, value: object) -> Iterator[tuple[str, str]]:
    """Every value within a value, by its dotted path."""
    within = _within(value)
    if within is None:
        yield path, _told(value)
        return
    for name, one in within.items():
        yield from _leaves(f"{path}.{name}" if path else name, one)


def _within(value: object) -> Mapping[str, object] | None:
    """What a value is made of; None if it is one value."""
    if value is None:
        return {}
    if isinstance(value, Mapping):
        return value
    if is_dataclass(value):
        return {one.name: getattr(value, one.name) for one in fields(value)}
    return None


def _told(value: object) -> str:
    match value:
        case Money():
            return spoken(value)
        case datetime():
            return value.isoformat()
        case tuple():
            return ", ".join(map(str, value))
        case _:
            return str(value)
