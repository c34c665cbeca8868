"""pretix, translated: an event as a shop to begin with, and all that could not be taken over."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from adapters.shop_file.pretix_answers import (
    Answers,
    Event,
    Item,
    Quota,
    TaxRule,
    Texts,
    Variation,
    read_answers,
)
from ledger.kernel.money import CURRENCIES, Money, digits
from ledger.kernel.refusals import ShopInvalid
from ledger.shop import limits
from ledger.shop.shop import ProductSpec, ShopSpec
from ledger.shop.stamps import CancellationPolicy, Preferences, Seller, Venue

_USUALLY_AT_MOST = 10
# Digits before the point of any figure.
_LONGEST = 12
_NOT_READ = (
    "orders, customers, vouchers, gift cards, questions, discounts, check-in lists and plugins"
)
# Why an item is no product here, by the field of pretix that says so.
_NOT_SOLD_LIKE_THAT: Mapping[str, str] = {
    "require_voucher": "it is sold to who has a voucher only",
    "hide_without_voucher": "it is shown to who has a voucher only",
    "require_approval": "each order of it needs an approval there",
    "require_bundling": "it is sold as a part of another one only",
    "require_membership": "it is sold to members only",
    "issue_giftcard": "it is a gift card",
}


@dataclass(frozen=True, kw_only=True)
class Said:
    """What pretix does not say of a shop, and whoever moves in does. Empty: as pretix has it."""

    provider: str = "manual"
    how_to_pay: str = ""
    seller: str = ""
    email: str = ""


@dataclass(kw_only=True)
class MovedIn:
    """A shop, and what could not be taken over: what it is about, and why."""

    spec: ShopSpec
    left: Sequence[tuple[str, str]]


def shop_of_pretix(content: bytes, said: Said) -> MovedIn:
    """The shop of an event's answers. Raises `ShopInvalid` if they tell of no single event."""
    answers = read_answers(content)
    if answers.event.has_subevents:
        told = "is a series; here each of its dates is a shop: ask pretix for them one by one"
        raise ShopInvalid([("event", f"{answers.event.slug} {told}")])
    if answers.event.currency not in CURRENCIES:
        raise ShopInvalid([("event", f"the currency {answers.event.currency} is not known here")])
    move = _Move(answers=answers, said=said)
    return MovedIn(spec=move.spec(), left=(*move.left, ("pretix", f"{_NOT_READ} stay there")))


@dataclass(kw_only=True)
class _Move:
    """One event on its way; `left` grows with what stays behind."""

    answers: Answers
    said: Said
    left: list[tuple[str, str]] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)

    def spec(self) -> ShopSpec:
        self.names = dict(_slugs((one.id, one.name) for one in self.answers.quotas))
        products = tuple(self._products())
        used = {slug for one in products for slug in one.quotas}
        quotas = {
            self.names[one.id]: self._seats(one) for one in self.answers.quotas if _counts(one)
        }
        self._leave_unused(quotas.keys() - used)
        return ShopSpec(
            slug=_slug(self.answers.event.slug, "event"),
            preferences=self._preferences(),
            quotas={slug: seats for slug, seats in quotas.items() if slug in used},
            products=products,
        )

    def leave(self, what: str, why: str) -> None:
        self.left.append((what, why))

    def _leave_unused(self, slugs: set[str]) -> None:
        for slug in sorted(slugs):
            self.leave(f"quota {slug}", "nothing that was taken over takes of it")

    # -- what is sold ---------------------------------------------------------------------------

    def _products(self) -> Iterator[ProductSpec]:
        """Each item, or each variation of one, in the order of pretix's shop."""
        places = {one.id: one.position for one in self.answers.categories}
        addons = {one.id for one in self.answers.categories if one.is_addon}
        ranked = sorted(
            self.answers.items,
            key=lambda one: (places.get(one.category or 0, -1), one.position, one.id),
        )
        sold: list[tuple[Item, Variation | None]] = []
        for item in ranked:
            if why := _why_not(item):
                self.leave(_named(item), why)
                continue
            self._tell_of(item, addon=item.category in addons)
            sold += [(item, one) for one in self._variations(item)]
        titles = [(place, _english(_title(*one))) for place, one in enumerate(sold)]
        slugs = dict(_slugs(titles))
        for place, (item, variation) in enumerate(sold):
            made = self._product(item, variation, slugs[place])
            if made is not None:
                yield made

    def _variations(self, item: Item) -> Iterator[Variation | None]:
        if not item.variations:
            yield None
        for one in sorted(item.variations, key=lambda one: (one.position, one.id)):
            why = _why_not(one)
            if why:
                self.leave(_named(item, one), why)
            else:
                yield one

    def _tell_of(self, item: Item, *, addon: bool) -> None:
        """What an item has in pretix that a product has not here."""
        here = {
            "it is an add-on there; here it is a product like others": addon,
            "its add-ons are no longer offered with it": bool(item.addons),
            "what is bundled with it is not sold with it": bool(item.bundles),
            "people could pay more than its price": item.free_price,
            f"at least {item.min_per_order} had to be bought": (item.min_per_order or 0) > 1,
        }
        for why, so in here.items():
            if so:
                self.leave(_named(item), why)

    def _product(self, item: Item, variation: Variation | None, slug: str) -> ProductSpec | None:
        quotas = [one for one in self.answers.quotas if _takes(one, item, variation)]
        if not quotas:
            self.leave(_named(item, variation), "no quota holds it, so nobody could buy it")
            return None
        counted = [self.names[one.id] for one in quotas if _counts(one)]
        settings, event = self.answers.settings, self.answers.event
        rate, price = self._price(item, variation)
        windows = (variation, item) if variation else (item,)
        known = [one.available_from for one in windows] + [event.presale_start]
        ends = [one.available_until for one in windows] + [event.presale_end]
        return ProductSpec(
            slug=slug,
            title=_title(item, variation),
            description=_texts(variation.description if variation else None)
            or _texts(item.description),
            price=price,
            vat_percent=rate,
            quotas=tuple(counted),
            tickets=int(_has_ticket(item, nonadmission=bool(settings.ticket_download_nonadm))),
            max_per_order=item.max_per_order or settings.max_items_per_order or _USUALLY_AT_MOST,
            available_from=max((one for one in known if one), default=None),
            available_until=min((one for one in ends if one), default=None),
            unlimited=not counted,
        )

    def _price(self, item: Item, variation: Variation | None) -> tuple[str, Money]:
        """Its VAT rate, and its price with VAT, which is what is shown and paid here."""
        rule = self._rule(item)
        rate = _figure(rule.rate if rule else item.tax_rate)
        own = variation.price if variation else None
        price = _figure(item.default_price if own is None else own)
        if rule and not rule.price_includes_tax:
            price *= 1 + rate / 100
            self.leave(_named(item, variation), "its price was without VAT; here it is with VAT")
        currency = self.answers.event.currency
        minor = price.scaleb(digits(currency)).to_integral_value(ROUND_HALF_UP)
        return _plain(rate), Money(int(minor), currency)

    def _rule(self, item: Item) -> TaxRule | None:
        rule = next((one for one in self.answers.taxrules if one.id == item.tax_rule), None)
        if rule and (rule.eu_reverse_charge or rule.custom_rules):
            told = "its VAT depended on the buyer's country; here it is one rate for all"
            self.leave(_named(item), told)
        return rule

    def _seats(self, quota: Quota) -> int:
        """What is left of it: what was sold in pretix stays there."""
        slug, size = f"quota {self.names[quota.id]}", quota.size or 0
        if quota.closed:
            self.leave(slug, "it is closed there, so it has no seats here")
            return 0
        if quota.available_number is None:
            why = f"nothing says how many are sold: all {size} are for sale here"
            self.leave(slug, f"{why} (ask for quotas/?with_availability=true)")
            return size
        free = max(min(quota.available_number, size), 0)
        if free < size:
            self.leave(slug, f"{size - free} of {size} are taken there: {free} are for sale here")
        return free

    # -- how it sells ---------------------------------------------------------------------------

    def _preferences(self) -> Preferences:
        event, settings = self.answers.event, self.answers.settings
        street, city = settings.invoice_address_from or "", settings.invoice_address_from_city or ""
        town = " ".join(filter(None, (settings.invoice_address_from_zipcode, city)))
        name = _texts(event.name)
        if event.seating_plan is not None:
            self.leave("event", "its seating plan: places are counted here, not chosen")
        return Preferences(
            name=name,
            seller=Seller(
                name=self.said.seller or settings.invoice_address_from_name or _english(name),
                email=self.said.email or settings.contact_mail or "",
                business_id=settings.invoice_address_from_tax_id
                or settings.invoice_address_from_vat_id
                or "",
                address="\n".join(filter(None, (street.strip().replace("\r", ""), town))),
            ),
            currency=event.currency,
            timezone=event.timezone,
            starts_at=event.date_from,
            doors_at=self._doors(event),
            ends_at=self._end(event),
            venue=_venue(event.location),
            provider=self.said.provider,
            how_to_pay={"en": self.said.how_to_pay} if self.said.how_to_pay else {},
            unpaid_after=self._unpaid_after(),
            cancellation=self._cancellation(),
            terms_url={},
        )

    def _doors(self, event: Event) -> datetime | None:
        if event.date_admission and event.date_admission > event.date_from:
            self.leave("event", "doors that open after it began")
            return None
        return event.date_admission

    def _end(self, event: Event) -> datetime | None:
        return event.date_to if event.date_to and event.date_to > event.date_from else None

    def _unpaid_after(self) -> int:
        """As long as pretix let people take to pay; three days where it does not say."""
        settings = self.answers.settings
        days = settings.payment_term_days if settings.payment_term_mode != "minutes" else None
        minutes = settings.payment_term_minutes if settings.payment_term_mode == "minutes" else None
        asked = (days or 0) * limits.DAY or (minutes or 0) * limits.MINUTE or 3 * limits.DAY
        return max(limits.UNPAID_AFTER[0], min(asked, limits.UNPAID_AFTER[1]))

    def _cancellation(self) -> CancellationPolicy:
        settings, currency = self.answers.settings, self.answers.event.currency
        fixed = _figure(settings.cancel_allow_user_paid_keep).scaleb(digits(currency))
        if settings.cancel_allow_user_paid:
            told = "customers could cancel paid orders until a time before it; here it is so many"
            self.leave("cancellation", f"{told} days after the order: set cancellation.period_days")
        return CancellationPolicy(
            period_days=0,
            fee_fixed=Money(int(fixed), currency),
            fee_percent=_plain(_figure(settings.cancel_allow_user_paid_keep_percentage)),
        )


def _why_not(one: Item | Variation) -> str:
    """Why nobody could just buy it on pretix's pages; empty where everybody can."""
    if not one.active:
        return "it is not active there"
    if not one.all_sales_channels and "web" not in one.limit_sales_channels:
        return "it is not sold on pretix's pages"
    return next((why for key, why in _NOT_SOLD_LIKE_THAT.items() if getattr(one, key, False)), "")


def _takes(quota: Quota, item: Item, variation: Variation | None) -> bool:
    if item.id not in quota.items:
        return False
    return variation is None or variation.id in quota.variations


def _counts(quota: Quota) -> bool:
    return quota.size is not None or quota.closed


def _has_ticket(item: Item, *, nonadmission: bool) -> bool:
    return (
        item.admission or nonadmission if item.generate_tickets is None else item.generate_tickets
    )


def _title(item: Item, variation: Variation | None) -> Mapping[str, str]:
    """The item's name, and its variation's where it has some, in each language of the item."""
    names = _texts(item.name)
    if variation is None:
        return names
    values = _texts(variation.value)
    return {one: f"{name}: {values.get(one) or _english(values)}" for one, name in names.items()}


def _named(item: Item, variation: Variation | None = None) -> str:
    return f"product {_english(_title(item, variation))}"


def _texts(texts: Texts) -> Mapping[str, str]:
    """By language, which is here what stands before a hyphen (`de-informal`)."""
    if isinstance(texts, str):
        texts = {"en": texts}
    found: dict[str, str] = {}
    for tag, text in sorted((texts or {}).items(), key=lambda one: len(one[0])):
        if text and text.strip():
            clean = text.strip().replace("\r\n", "\n")
            found.setdefault(tag.partition("-")[0].partition("_")[0].lower(), clean)
    return found


def _english(texts: Mapping[str, str]) -> str:
    return texts.get("en") or next(iter(texts.values()), "")


def _venue(location: Texts) -> Venue | None:
    """The first line is what the place is called, the others are where it is."""
    known = _texts(location)
    lines = [one.strip() for one in _english(known).splitlines() if one.strip()]
    if not lines:
        return None
    name = {language: text.splitlines()[0].strip() for language, text in known.items()}
    return Venue(name=name, address=", ".join(lines[1:]) or lines[0])


def _slugs(named: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """A slug for each, no two alike."""
    taken: set[str] = set()
    for key, name in named:
        first = slug = _slug(name, "nameless")
        number = 1
        while slug in taken:
            number += 1
            slug = f"{first[: limits.SLUG - 5]}-{number}"
        taken.add(slug)
        yield key, slug


def _slug(name: str, otherwise: str) -> str:
    """A name in small letters, digits and hyphens.

    >>> _slug("Früher Vogel: Ermäßigt", "")
    'fruher-vogel-erma-igt'
    """
    bare = re.sub(r"[\u0300-\u036f]", "", unicodedata.normalize("NFKD", name)).lower()
    return re.sub(r"[^a-z0-9]+", "-", bare).strip("-")[: limits.SLUG].strip("-") or otherwise


def _figure(number: Decimal | None) -> Decimal:
    """A number that one can count with; nothing is nought. Raises `ShopInvalid`."""
    if number is None:
        return Decimal(0)
    if not number.is_finite() or number.adjusted() > _LONGEST:
        told = "stands there; right would be an amount or a rate such as 19.00"
        raise ShopInvalid([("items", f"{number:.20} {told}")])
    return number


def _plain(number: Decimal) -> str:
    """A percentage without zeros at its end.

    >>> [_plain(Decimal(one)) for one in ("19.0000", "0.00", "25.50", "100")]
    ['19', '0', '25.5', '100']
    """
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
