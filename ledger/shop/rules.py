"""What no shop can be: every rule over a whole shop, each with what stands there and what is right.

Bounds are those of `ledger.shop.limits`; what providers take, of `ledger.payments.capabilities`.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from urllib.parse import urlsplit

from ledger.kernel.bank_transfer import is_iban
from ledger.kernel.money import CURRENCIES, Money
from ledger.kernel.refusals import ShopInvalid
from ledger.payments.capabilities import CAPABILITIES, capability, hindrance
from ledger.shop import limits
from ledger.shop.mail_address import is_sender
from ledger.shop.shop import ProductSpec, Shop, ShopSpec
from ledger.shop.stamps import BankAccount, CancellationPolicy, Preferences, Seller, ShopMoved

Path = tuple[str | int, ...]
Range = tuple[int, int]

# Words that are pages of ours, so that no shop can hide them.
_PAGES = "admin api audit door healthz me metrics problems readyz static store webhooks"
RESERVED = frozenset(_PAGES.split())
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
_SLUG = re.compile(rf"[a-z0-9][a-z0-9-]{{0,{limits.SLUG - 1}}}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_PERCENT = re.compile(rf"(?:0|[1-9][0-9]{{0,2}})(?:\.[0-9]{{1,{limits.PERCENT_DECIMALS}}})?")
_HOST = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")
_LINK = re.compile(r"[!#-;=?-\[\]_a-z~]+")
# Characters that turn the direction of what follows, or that nobody sees.
_UNSEEN = re.compile("[\u061c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff]")
# Letters and signs by their category that show nothing: fillers and the blank Braille cell.
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_TOO_MARKED = re.compile(f"1{{{limits.MARKS + 1}}}")
_SEVERAL_LINES = frozenset("\n\t")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One value that cannot be: where it stands, what it is, and what would be right.

    `rests_on` are other values that the rule looked at: where one of those is not known, neither
    is this.
    """

    path: Path
    found: object
    right: str
    rests_on: tuple[Path, ...] = ()


Faults = Iterator[Fault]


def check(spec: ShopSpec) -> None:
    """Raises `ShopInvalid` with every fault of a shop; nothing of it may be stamped then."""
    found = [(field_of(one.path, spec), one) for one in faults(spec)]
    if found:
        raise ShopInvalid([(field, said(one)) for field, one in found])


def check_reason(reason: Mapping[str, str]) -> None:
    """What customers are told of a shop that is cancelled or moved; raises `ShopInvalid`."""
    found = [*_texts(("reason",), reason, limits.REASON, needed=True)]
    if found:
        raise ShopInvalid([(field_of(one.path), said(one)) for one in found])


def check_move(shop: Shop, stamp: ShopMoved, at: datetime) -> None:
    """Raises `ShopInvalid` for a move that is none, or leads where nothing can be."""
    check_reason(stamp.reason)
    until, found = stamp.refunds_until, [*_moment(("start",), stamp.starts_at)]
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
    return f"{_shown(text) or 'nothing'} stands there; right would be {fault.right}"


def _shown(text: str) -> str:
    """A text of the file in a message: one line, cut where it is long."""
    shown = text if len(text) <= 60 else f"{text[:60]}… ({len(text)} characters)"
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in shown)


def faults(spec: ShopSpec) -> Faults:
    """Every fault of a shop, in the order of its file."""
    yield from _slug(("slug",), spec.slug)
    if spec.slug in RESERVED:
        yield Fault(path=("slug",), found=spec.slug, right="another word: this is a page of ours")
    yield from _of_preferences(spec.preferences)
    yield from _counted(("quotas",), len(spec.quotas), limits.QUOTAS)
    for slug, seats in spec.quotas.items():
        yield from _slug(("quotas", slug), slug)
        yield from _whole(("quotas", slug), seats, limits.SEATS)
    yield from _counted(("products",), len(spec.products), limits.PRODUCTS)
    slugs: set[str] = set()
    for place, product in enumerate(spec.products):
        path: Path = ("products", place)
        if product.slug in slugs:
            yield Fault(path=(*path, "slug"), found=product.slug, right="each slug once")
        slugs.add(product.slug)
        yield from _of_product(product, path, spec)


def _of_preferences(one: Preferences) -> Faults:
    yield from _texts(("name",), one.name, limits.NAME, needed=True)
    yield from _of_seller(one.seller)
    yield from _of_provider(one)
    yield from _moment(("starts_at",), one.starts_at)
    yield from _of_account(one.bank_account)
    yield from _of_grace(one)
    yield from _whole(("unpaid_after",), one.unpaid_after, limits.UNPAID_AFTER, said=span)
    yield from _of_cancellation(one.cancellation, one.currency)
    yield from _texts(("terms_url",), one.terms_url, limits.LINK)
    for language, link in one.terms_url.items():
        if not is_link(link):
            right = "an address that begins with https:// and names a host"
            yield Fault(path=("terms_url", language), found=link, right=right)


def _of_provider(one: Preferences) -> Faults:
    provider: Path = ("provider",)
    if one.provider not in CAPABILITIES:
        right = f"one of {', '.join(CAPABILITIES)}"
        yield Fault(path=provider, found=one.provider, right=right)
    if one.currency not in CURRENCIES:
        right = "a currency of ISO 4217 that is in use, in capital letters, such as EUR"
        yield Fault(path=("currency",), found=one.currency, right=right)
    elif one.currency not in capability(one.provider).currencies:
        taken = sorted(capability(one.provider).currencies)
        few = ", ".join(taken) if len(taken) < 30 else "a currency that it takes"
        right = f"{few} (with provider {one.provider})"
        yield Fault(path=("currency",), found=one.currency, right=right, rests_on=(provider,))
    yield from _texts(("how_to_pay",), one.how_to_pay, limits.HOW_TO_PAY, lines=True)
    if capability(one.provider).by_hand and not one.how_to_pay:
        right = "how people pay, such as a bank account, by language: money comes by hand here"
        yield Fault(path=("how_to_pay",), found="", right=right, rests_on=(provider,))


def _of_account(one: BankAccount | None) -> Faults:
    if one is None:
        return
    if not is_iban(one.iban):
        right = "an IBAN such as FI37 1590 3000 0007 76, with the check digits that fit"
        yield Fault(path=("bank_account", "iban"), found=one.iban, right=right)
    yield from _text(("bank_account", "holder"), one.holder, limits.ACCOUNT_HOLDER, needed=True)
    if one.bic and not _BIC.fullmatch(one.bic):
        right = "8 or 11 capital letters and digits, or nothing: it is rarely needed"
        yield Fault(path=("bank_account", "bic"), found=one.bic, right=right)


def _of_grace(one: Preferences) -> Faults:
    if one.grace_period is None:
        return
    if not capability(one.provider).captures_later:
        able = ", ".join(name for name, it in CAPABILITIES.items() if it.captures_later)
        right = f"automatic (only these can capture later: {able})"
        yield Fault(path=("capture",), found="manual", right=right, rests_on=(("provider",),))
    yield from _whole(("grace_period",), one.grace_period, limits.GRACE_PERIOD, said=span)


def _of_seller(one: Seller) -> Faults:
    yield from _text(("seller", "name"), one.name, limits.NAME, needed=True)
    if not is_sender(one.email):
        right = "an e-mail address such as tickets@winterfest.example: letters come from it"
        yield Fault(path=("seller", "email"), found=one.email, right=right)
    yield from _text(("seller", "business_id"), one.business_id, limits.BUSINESS_ID)
    address: Path = ("seller", "address")
    yield from _text(address, one.address, limits.ADDRESS_OF_SELLER, lines=True)
    yield from _text(("seller", "phone"), one.phone, limits.PHONE)


def _of_cancellation(one: CancellationPolicy, currency: str) -> Faults:
    yield from _whole(("cancellation", "period_days"), one.period_days, limits.CANCELLATION_DAYS)
    yield from _amount(("cancellation", "fee", "fixed"), one.fee_fixed, currency)
    yield from _percent(("cancellation", "fee", "percent"), one.fee_percent)


def _of_product(one: ProductSpec, path: Path, spec: ShopSpec) -> Faults:
    yield from _slug((*path, "slug"), one.slug)
    yield from _texts((*path, "title"), one.title, limits.TITLE, needed=True)
    description: Path = (*path, "description")
    yield from _texts(description, one.description, limits.DESCRIPTION, lines=True)
    yield from _price((*path, "price"), one.price, spec.preferences)
    yield from _percent((*path, "vat_percent"), one.vat_percent)
    yield from _quotas((*path, "quotas"), one, spec)
    yield from _whole((*path, "tickets"), one.tickets, limits.TICKETS_PER_PIECE)
    yield from _whole((*path, "max_per_order"), one.max_per_order, limits.PIECES_PER_ORDER)
    yield from _window(path, one)


def _price(path: Path, price: Money, shop: Preferences) -> Faults:
    wrong = [*_amount(path, price, shop.currency)]
    yield from wrong
    known = shop.currency in capability(shop.provider).currencies
    if price and known and not wrong and (refused := hindrance(shop.provider, price)):
        right = f"0 or another amount: {refused}"
        rests_on: tuple[Path, ...] = (("provider",), ("currency",))
        yield Fault(path=path, found=price.amount, right=right, rests_on=rests_on)


def _quotas(path: Path, one: ProductSpec, spec: ShopSpec) -> Faults:
    yield from _counted(path, len(one.quotas), limits.QUOTAS_PER_PRODUCT)
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
            right = f"one of {', '.join(spec.quotas) or 'the quotas, of which there are none'}"
            yield Fault(path=path, found=quota, right=right, rests_on=(("quotas",),))


def _window(path: Path, one: ProductSpec) -> Faults:
    begins, ends = one.available_from, one.available_until
    for name, moment in (("available_from", begins), ("available_until", ends)):
        if moment is not None:
            yield from _moment((*path, name), moment)
    if begins is not None and ends is not None and begins >= ends:
        right, rests_on = "a moment after available_from", ((*path, "available_from"),)
        found = ends.isoformat()
        yield Fault(path=(*path, "available_until"), found=found, right=right, rests_on=rests_on)


def _slug(path: Path, slug: str) -> Faults:
    if not _SLUG.fullmatch(slug):
        right = f"small letters, digits and hyphens, at most {limits.SLUG}, no hyphen first"
        yield Fault(path=path, found=slug, right=right)


def _amount(path: Path, money: Money, currency: str) -> Faults:
    yield from _whole(path, money.amount, limits.PRICE, said=_minor)
    if money.currency != currency:
        right, rests_on = f"an amount in {currency}", (("currency",),)
        yield Fault(path=path, found=money.currency, right=right, rests_on=rests_on)


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
        right = f"from {said(least)} to {said(most)}"
        yield Fault(path=path, found=said(value), right=right)


def _percent(path: Path, text: str) -> Faults:
    if not _PERCENT.fullmatch(text) or Decimal(text) > limits.PERCENT[1]:
        right = 'a percentage from 0 to 100 in quotes, written "13" or "13.5"'
        yield Fault(path=path, found=text, right=right)


def _moment(path: Path, moment: datetime) -> Faults:
    if moment.tzinfo is None or not limits.EARLIEST <= moment < limits.LATEST:
        right = f"a moment from {limits.EARLIEST.year} to {limits.LATEST.year - 1}"
        yield Fault(path=path, found=moment.isoformat(), right=right)


def _counted(path: Path, count: int, most: int) -> Faults:
    if count > most:
        yield Fault(path=path, found=count, right=f"at most {most} of them")


def _texts(
    path: Path,
    texts: Mapping[str, str],
    most: int,
    *,
    needed: bool = False,
    lines: bool = False,
) -> Faults:
    yield from _counted(path, len(texts), limits.LANGUAGES)
    if needed and not texts:
        yield Fault(path=path, found="", right="a text in at least one language")
    for language, text in texts.items():
        if not _LANGUAGE.fullmatch(language):
            right = "a language of two or three small letters, such as fi"
            yield Fault(path=(*path, language), found=language, right=right)
        yield from _text((*path, language), text, most, needed=True, lines=lines)


def _text(path: Path, text: str, most: int, *, needed: bool = False, lines: bool = False) -> Faults:
    if needed and not any(map(_visible, text)):
        yield Fault(path=path, found=text, right="a text that can be seen")
    if _TOO_MARKED.search(_marks_of(text)):
        right = f"at most {limits.MARKS} accents on one letter"
        yield Fault(path=path, found=text, right=right)
    if len(text) > most:
        yield Fault(path=path, found=text, right=f"at most {most} characters")
    allowed = _SEVERAL_LINES if lines else frozenset[str]()
    if any(unfit(one) for one in {*text} - allowed):
        right = "a text without control characters" + ("" if lines else ", on one line")
        yield Fault(path=path, found=text, right=right)


def unfit(letter: str) -> bool:
    """A character that no text of a shop may hold: controls, halves of others, unseen ones."""
    return unicodedata.category(letter) in ("Cc", "Cs", "Co") or bool(_UNSEEN.match(letter))


def _visible(letter: str) -> bool:
    """A letter, figure, sign or symbol. Marks and joiners alone show nothing."""
    return unicodedata.category(letter)[0] in "LNPS" and letter not in _BLANK


def _marks_of(text: str) -> str:
    """One figure for each character: 1 for a mark that stands on the letter before it."""
    return "".join("01"[unicodedata.category(one) == "Mn"] for one in text)


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
