"""What no shop can be: every rule over a whole shop, each with what stands there and what is right.

Bounds are those of `ledger.shop.limits`; what providers take, of `ledger.payments.capabilities`.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from urllib.parse import urlsplit

from ledger.kernel.bank_transfer import is_iban
from ledger.kernel.money import CURRENCIES, Money
from ledger.kernel.refusals import ShopInvalid
from ledger.payments.capabilities import CAPABILITIES, capability, hindrance
from ledger.shop import limits
from ledger.shop.admission import admission_faults
from ledger.shop.faults import (
    Fault,
    Faults,
    Path,
    count_faults,
    moment_faults,
    slug_faults,
    text_faults,
    texts_faults,
)
from ledger.shop.letter_rules import letter_faults
from ledger.shop.mail_address import is_sender
from ledger.shop.question_rules import question_faults
from ledger.shop.shop import ProductSpec, Shop, ShopSpec
from ledger.shop.stamps import (
    BankAccount,
    CancellationPolicy,
    Picture,
    Preferences,
    Retention,
    Seller,
    ShopMoved,
    Venue,
)

Range = tuple[int, int]

# Words that are pages of ours, so that no shop can hide them.
_PAGES = "admin api audit door healthz me metrics problems readyz static store webhooks"
RESERVED = frozenset(_PAGES.split())
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
_PERCENT = re.compile(rf"(?:0|[1-9][0-9]{{0,2}})(?:\.[0-9]{{1,{limits.PERCENT_DECIMALS}}})?")
_HOST = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")
_LINK = re.compile(r"[!#-;=?-\[\]_a-z~]+")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
# The languages that our own pages speak.
TOLD_IN = ("en", "fi", "sv")


def check(spec: ShopSpec) -> None:
    """Raises `ShopInvalid` with every fault of a shop; nothing of it may be stamped then."""
    found = [(field_of(one.path, spec), one) for one in faults(spec)]
    if found:
        raise ShopInvalid([(field, said(one)) for field, one in found])


def check_reason(reason: Mapping[str, str]) -> None:
    """What customers are told of a shop that is cancelled or moved; raises `ShopInvalid`."""
    found = [*texts_faults(("reason",), reason, limits.REASON, needed=True)]
    if found:
        raise ShopInvalid([(field_of(one.path), said(one)) for one in found])


def check_move(shop: Shop, stamp: ShopMoved, at: datetime) -> None:
    """Raises `ShopInvalid` for a move that is none, or leads where nothing can be."""
    check_reason(stamp.reason)
    until, found = stamp.refunds_until, [*moment_faults(("start",), stamp.starts_at)]
    if stamp.starts_at == shop.terms.starts_at:
        right = "another time than the one it has already"
        found.append(Fault(path=("start",), found=stamp.starts_at.isoformat(), right=right))
    elif stamp.starts_at <= at:
        right = "a time that lies ahead"
        found.append(Fault(path=("start",), found=stamp.starts_at.isoformat(), right=right))
    if until is not None and not at < until <= stamp.starts_at:
        right = "a time that lies ahead, and not after the new start"
        found.append(Fault(path=("refunds_until",), found=until.isoformat(), right=right))
    if found:
        raise ShopInvalid([(field_of(one.path), said(one)) for one in found])


def field_of(path: Path, spec: ShopSpec | None = None) -> str:
    """A path as people read it: products by their slugs, other items counted from 1."""
    if spec and len(path) > 1 and path[0] == "products" and isinstance(number := path[1], int):
        known = spec.products[number].slug if number < len(spec.products) else ""
        path = (path[0], known or number, *path[2:])
    words = [str(one + 1) if isinstance(one, int) else _shown(one) for one in path]
    return ".".join(one or "nothing" for one in words)


def said(fault: Fault) -> str:
    """What stands there, and what would be right."""
    text = fault.found if isinstance(fault.found, str) else repr(fault.found)
    return f"{_shown(text) or 'nothing'} stands there; right would be {fault.told}"


def _shown(text: str) -> str:
    """A text of the file in a message: one line, cut where it is long."""
    shown = text if len(text) <= 60 else f"{text[:60]}… ({len(text)} characters)"
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in shown)


def faults(spec: ShopSpec) -> Faults:
    """Every fault of a shop, in the order of its file."""
    yield from slug_faults(("slug",), spec.slug)
    if spec.slug in RESERVED:
        yield Fault(path=("slug",), found=spec.slug, right="another word: this is a page of ours")
    yield from _of_preferences(spec.preferences)
    yield from count_faults(("quotas",), len(spec.quotas), limits.QUOTAS)
    for slug, seats in spec.quotas.items():
        yield from slug_faults(("quotas", slug), slug)
        yield from _whole(("quotas", slug), seats, limits.SEATS)
    yield from letter_faults(spec.letters)
    yield from count_faults(("products",), len(spec.products), limits.PRODUCTS)
    slugs: set[str] = set()
    for place, product in enumerate(spec.products):
        path: Path = ("products", place)
        if product.slug in slugs:
            yield Fault(path=(*path, "slug"), found=product.slug, right="each slug once")
        slugs.add(product.slug)
        yield from _of_product(product, path, spec)


def _of_preferences(one: Preferences) -> Faults:
    yield from texts_faults(("name",), one.name, limits.NAME, needed=True)
    yield from _of_seller(one.seller)
    yield from _of_provider(one)
    yield from moment_faults(("starts_at",), one.starts_at)
    yield from _of_account(one.bank_account)
    yield from _of_grace(one)
    yield from _whole(("unpaid_after",), one.unpaid_after, limits.UNPAID_AFTER, said=span)
    yield from _of_cancellation(one.cancellation, one.currency)
    yield from _of_retention(one.retention)
    if one.waiting_list is not None:
        hold = limits.WAITING_HOLD
        yield from _whole(("waiting_list",), one.waiting_list, hold, said=span)
    yield from _of_venue(one.venue)
    yield from _of_times(one)
    for name, picture in (("picture", one.picture), ("logo", one.logo)):
        yield from _of_picture(name, picture)
    if one.colour and not _COLOUR.fullmatch(one.colour):
        right = 'a colour in quotes, written as "#0b5c4d"'
        yield Fault(path=("colour",), found=one.colour, right=right)
    yield from texts_faults(("terms_url",), one.terms_url, limits.LINK)
    for language, link in one.terms_url.items():
        if not is_link(link):
            right = "an address that begins with https:// and names a host"
            yield Fault(path=("terms_url", language), found=link, right=right)


def _of_retention(one: Retention) -> Faults:
    for name in ("people_years", "receipts_years"):
        yield from _whole(("retention", name), getattr(one, name), limits.RETENTION_YEARS)


def _of_venue(one: Venue | None) -> Faults:
    if one is None:
        return
    yield from texts_faults(("venue", "name"), one.name, limits.NAME, needed=True)
    address: Path = ("venue", "address")
    yield from text_faults(address, one.address, limits.ADDRESS_OF_VENUE, needed=True)
    directions: Path = ("venue", "directions")
    yield from texts_faults(directions, one.directions, limits.DIRECTIONS, lines=True)


def _of_times(one: Preferences) -> Faults:
    """Doors open before it starts, and it ends after that."""
    rests_on: tuple[Path, ...] = (("starts_at",),)
    for name, moment in (("doors_at", one.doors_at), ("ends_at", one.ends_at)):
        if moment is not None:
            yield from moment_faults((name,), moment)
    if one.doors_at is not None and one.doors_at > one.starts_at:
        found, right = one.doors_at.isoformat(), "a moment not after starts_at"
        yield Fault(path=("doors_at",), found=found, right=right, rests_on=rests_on)
    if one.ends_at is not None and one.ends_at <= one.starts_at:
        found, right = one.ends_at.isoformat(), "a moment after starts_at"
        yield Fault(path=("ends_at",), found=found, right=right, rests_on=rests_on)


def _of_picture(name: str, one: Picture | None) -> Faults:
    """Whoever does not see it is told what it shows, in every language of ours."""
    if one is None:
        return
    alt: Path = (name, "alt")
    yield from texts_faults(alt, one.alt, limits.ALT_TEXT, needed=True)
    if missing := [language for language in TOLD_IN if language not in one.alt]:
        right = "what it shows in %(languages)s, for who does not see it"
        found, values = f"nothing in {', '.join(missing)}", {"languages": ", ".join(TOLD_IN)}
        yield Fault(path=alt, found=found, right=right, values=values)


def _of_provider(one: Preferences) -> Faults:
    provider: Path = ("provider",)
    if one.provider not in CAPABILITIES:
        known = {"known": ", ".join(CAPABILITIES)}
        yield Fault(path=provider, found=one.provider, right="one of %(known)s", values=known)
    if one.currency not in CURRENCIES:
        right = "a currency of ISO 4217 that is in use, in capital letters, such as EUR"
        yield Fault(path=("currency",), found=one.currency, right=right)
    elif one.currency not in capability(one.provider).currencies:
        taken = sorted(capability(one.provider).currencies)
        few = ", ".join(taken) if len(taken) < 30 else "a currency that it takes"
        yield Fault(
            path=("currency",),
            found=one.currency,
            right="%(taken)s (with provider %(provider)s)",
            values={"taken": few, "provider": one.provider},
            rests_on=(provider,),
        )
    yield from texts_faults(("how_to_pay",), one.how_to_pay, limits.HOW_TO_PAY, lines=True)
    if capability(one.provider).by_hand and not one.how_to_pay:
        right = "how people pay, such as a bank account, by language: money comes by hand here"
        yield Fault(path=("how_to_pay",), found="", right=right, rests_on=(provider,))


def _of_account(one: BankAccount | None) -> Faults:
    if one is None:
        return
    if not is_iban(one.iban):
        right = "an IBAN such as FI37 1590 3000 0007 76, with the check digits that fit"
        yield Fault(path=("bank_account", "iban"), found=one.iban, right=right)
    yield from text_faults(
        ("bank_account", "holder"), one.holder, limits.ACCOUNT_HOLDER, needed=True
    )
    if one.bic and not _BIC.fullmatch(one.bic):
        right = "8 or 11 capital letters and digits, or nothing: it is rarely needed"
        yield Fault(path=("bank_account", "bic"), found=one.bic, right=right)


def _of_grace(one: Preferences) -> Faults:
    if one.grace_period is None:
        return
    if not capability(one.provider).captures_later:
        able = ", ".join(name for name, it in CAPABILITIES.items() if it.captures_later)
        yield Fault(
            path=("capture",),
            found="manual",
            right="automatic (only these can capture later: %(able)s)",
            values={"able": able},
            rests_on=(("provider",),),
        )
    yield from _whole(("grace_period",), one.grace_period, limits.GRACE_PERIOD, said=span)


def _of_seller(one: Seller) -> Faults:
    yield from text_faults(("seller", "name"), one.name, limits.NAME, needed=True)
    if not is_sender(one.email):
        right = "an e-mail address such as tickets@winterfest.example: letters come from it"
        yield Fault(path=("seller", "email"), found=one.email, right=right)
    yield from text_faults(("seller", "business_id"), one.business_id, limits.BUSINESS_ID)
    address: Path = ("seller", "address")
    yield from text_faults(address, one.address, limits.ADDRESS_OF_SELLER, lines=True)
    yield from text_faults(("seller", "phone"), one.phone, limits.PHONE)


def _of_cancellation(one: CancellationPolicy, currency: str) -> Faults:
    yield from _whole(("cancellation", "period_days"), one.period_days, limits.CANCELLATION_DAYS)
    yield from _amount(("cancellation", "fee", "fixed"), one.fee_fixed, currency)
    if one.approval_above is not None:
        yield from _amount(("cancellation", "approval_above"), one.approval_above, currency)
    yield from _percent(("cancellation", "fee", "percent"), one.fee_percent)


def _of_product(one: ProductSpec, path: Path, spec: ShopSpec) -> Faults:
    yield from slug_faults((*path, "slug"), one.slug)
    yield from texts_faults((*path, "title"), one.title, limits.TITLE, needed=True)
    description: Path = (*path, "description")
    yield from texts_faults(description, one.description, limits.DESCRIPTION, lines=True)
    yield from _price((*path, "price"), one.price, spec.preferences)
    yield from _percent((*path, "vat_percent"), one.vat_percent)
    yield from _quotas((*path, "quotas"), one, spec)
    yield from _whole((*path, "tickets"), one.tickets, limits.TICKETS_PER_PIECE)
    yield from _whole((*path, "max_per_order"), one.max_per_order, limits.PIECES_PER_ORDER)
    if one.waiting_list is not None:
        hold = (*path, "waiting_list")
        yield from _whole(hold, one.waiting_list, limits.WAITING_HOLD, said=span)
    yield from _window(path, one)
    yield from admission_faults((*path, "admission"), one.admission)
    yield from question_faults((*path, "questions"), one)


def _price(path: Path, price: Money, shop: Preferences) -> Faults:
    wrong = [*_amount(path, price, shop.currency)]
    yield from wrong
    known = shop.currency in capability(shop.provider).currencies
    if price and known and not wrong and (refused := hindrance(shop.provider, price)):
        yield Fault(
            path=path,
            found=price.amount,
            right="0 or another amount: %(refused)s",
            values={"refused": refused},
            rests_on=(("provider",), ("currency",)),
        )


def _quotas(path: Path, one: ProductSpec, spec: ShopSpec) -> Faults:
    yield from count_faults(path, len(one.quotas), limits.QUOTAS_PER_PRODUCT)
    if not one.quotas and not one.unlimited:
        right = "at least one quota, or `unlimited: true` beside it"
        yield Fault(path=path, found="", right=right)
    if one.quotas and one.unlimited:
        right = "none beside `unlimited: true`"
        yield Fault(path=path, found=", ".join(one.quotas), right=right)
    for place, quota in enumerate(one.quotas):
        if quota in one.quotas[:place]:
            yield Fault(path=path, found=f"{quota} twice", right="each quota once")
        elif quota not in spec.quotas:
            known = ", ".join(spec.quotas) or "the quotas, of which there are none"
            yield Fault(
                path=path,
                found=quota,
                right="one of %(known)s",
                values={"known": known},
                rests_on=(("quotas",),),
            )


def _window(path: Path, one: ProductSpec) -> Faults:
    begins, ends = one.available_from, one.available_until
    for name, moment in (("available_from", begins), ("available_until", ends)):
        if moment is not None:
            yield from moment_faults((*path, name), moment)
    if begins is not None and ends is not None and begins >= ends:
        right, rests_on = "a moment after available_from", ((*path, "available_from"),)
        found = ends.isoformat()
        yield Fault(path=(*path, "available_until"), found=found, right=right, rests_on=rests_on)


def _amount(path: Path, money: Money, currency: str) -> Faults:
    yield from _whole(path, money.amount, limits.PRICE, said=_minor)
    if money.currency != currency:
        yield Fault(
            path=path,
            found=money.currency,
            right="an amount in %(currency)s",
            values={"currency": currency},
            rests_on=(("currency",),),
        )


def _minor(amount: int) -> str:
    return str(amount)


def span(seconds: int) -> str:
    """A span of seconds as ISO 8601, in days where it is whole days.

    >>> span(259200), span(300), span(3601)
    ('P3D', 'PT5M', 'PT3601S')
    """
    for unit, size in (("D", limits.DAY), ("H", 3600), ("M", limits.MINUTE)):
        if seconds and seconds % size == 0:
            return f"P{'' if unit == 'D' else 'T'}{seconds // size}{unit}"
    return f"PT{seconds}S"


def _whole(path: Path, value: int, bounds: Range, *, said: Callable[[int], str] = str) -> Faults:
    least, most = bounds
    # True is a number to Python, and nobody's price.
    if type(value) is not int:
        yield Fault(path=path, found=value, right="a whole number")
    elif not least <= value <= most:
        bounds_said = {"least": said(least), "most": said(most)}
        right = "from %(least)s to %(most)s"
        yield Fault(path=path, found=said(value), right=right, values=bounds_said)


def _percent(path: Path, text: str) -> Faults:
    if not _PERCENT.fullmatch(text) or Decimal(text) > limits.PERCENT[1]:
        right = 'a percentage from 0 to 100 in quotes, written "13" or "13.5"'
        yield Fault(path=path, found=text, right=right)


def is_link(text: str) -> bool:
    """Whether a page may link there: https, a host, nothing that hides where it leads.

    >>> is_link("https://winterfest.example/terms"), is_link("javascript:alert(1)")
    (True, False)
    """
    if not _LINK.fullmatch(text.lower()) or not text.lower().startswith("https://"):
        return False
    try:
        found = urlsplit(text)
        port = found.port
    except ValueError:
        return False
    host = found.hostname or ""
    return "@" not in found.netloc and (port is None or port > 0) and bool(_HOST.fullmatch(host))
