"""What is typed about a voucher, read by the clocks and in the currency of its shop; and told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from ledger.kernel.money import Money, major
from ledger.shop.shop import Shop
from ledger.vouchers.refusals import VoucherInvalid
from ledger.vouchers.stamps import Effect, EffectKind, VoucherTerms
from web.actions.voucher_desk import checked
from web.admin.shop_fields import typed_amount
from web.i18n.format import local, moment, money
from web.i18n.gettext import _

KINDS: Mapping[str, object] = {
    "set_price": _l("A piece costs this much"),
    "percent_off": _l("So many percent off each piece"),
    "amount_off": _l("So much off each piece"),
}
# What a field must hold, told where it does not.
RULES: Mapping[str, object] = {
    "code": _l("A code has 3 to 40 letters, digits, hyphens and underscores."),
    "many": _l("Enter a number from 1 to 500."),
    "label": _l("At most 200 characters."),
    "worth": _l("Enter an amount of this currency or, for a share, a percentage up to 100."),
    "products": _l("Choose products that the shop sells."),
    "uses": _l("Enter a number from 1 to 10,000, and never fewer than are taken."),
    "minimum": _l("Enter a number from 1 to the number of uses."),
    "valid_from": _l("Enter a date and a time."),
    "valid_until": _l("Enter a date and a time after its beginning."),
    "keep_seats": _l("Seats can be kept for products that all take from the same quotas."),
}
_FIELDS = {"percent": "worth", "amount": "worth", "reserved": "keep_seats"}
_LONGEST = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class TermShown:
    """One of a voucher's terms in words, before and after a change."""

    label: str
    before: str
    after: str


def field_of(wrong: VoucherInvalid) -> str:
    """The field of the form that a refusal is about."""
    return _FIELDS.get(wrong.field, wrong.field)


def typed_terms(shop: Shop, form: MultiDict[str, str]) -> VoucherTerms:
    """What was typed, checked; raises `VoucherInvalid`."""
    terms = VoucherTerms(
        effect=_effect(shop, form.get("kind", ""), form.get("worth", "")[:_LONGEST].strip()),
        products=tuple(sorted({*form.getlist("product")})),
        uses=_whole(form, "uses"),
        minimum=_whole(form, "minimum"),
        valid_from=typed_moment(shop, form, "valid_from"),
        valid_until=typed_moment(shop, form, "valid_until"),
        returns="returns" in form,
    )
    return checked(shop, terms, keep_seats="keep_seats" in form)


def _effect(shop: Shop, kind: str, worth: str) -> Effect:
    if kind not in KINDS:
        raise VoucherInvalid(field="worth", rule="kind")
    if kind == EffectKind.PERCENT_OFF:
        share = worth.rstrip("% \u00a0").replace(",", ".")
        return Effect(kind=EffectKind.PERCENT_OFF, percent=share)
    amount = typed_amount(worth or "-", shop.terms.currency)
    if amount is None:
        raise VoucherInvalid(field="worth", rule="amount")
    return Effect(kind=EffectKind(kind), amount=Money(amount, shop.terms.currency))


def _whole(form: MultiDict[str, str], field: str) -> int:
    typed = form.get(field, "").strip() or "1"
    if not (typed.isascii() and typed.isdecimal()) or len(typed) > 6:
        raise VoucherInvalid(field=field, rule="number")
    return int(typed)


def typed_moment(shop: Shop, form: MultiDict[str, str], field: str) -> datetime | None:
    """By the clocks of the shop, as a browser's own field writes it; raises `VoucherInvalid`."""
    typed = form.get(field, "")[:_LONGEST].strip()
    if not typed:
        return None
    try:
        return datetime.fromisoformat(typed).replace(tzinfo=zone_of_shop(shop)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise VoucherInvalid(field=field, rule="moment") from None


def zone_of_shop(shop: Shop) -> ZoneInfo:
    """The clocks of a shop."""
    return ZoneInfo(shop.terms.timezone)


def as_typed(shop: Shop, terms: VoucherTerms) -> MultiDict[str, str]:
    """The fields of the form as they stand for these terms."""
    effect = terms.effect
    worth = effect.percent if effect.amount is None else f"{major(effect.amount):f}"
    fields: list[tuple[str, str]] = [
        ("kind", str(effect.kind)),
        ("worth", worth),
        ("uses", str(terms.uses)),
        ("minimum", str(terms.minimum)),
        *(("product", one) for one in terms.products),
    ]
    for name, moment_of in (("valid_from", terms.valid_from), ("valid_until", terms.valid_until)):
        if moment_of is not None:
            fields.append((name, f"{moment_of.astimezone(zone_of_shop(shop)):%Y-%m-%dT%H:%M}"))
    fields += [("returns", "1")] if terms.returns else []
    fields += [("keep_seats", "1")] if terms.reserved else []
    return MultiDict(fields)


def in_words(shop: Shop, terms: VoucherTerms) -> Sequence[tuple[str, str]]:
    """What a voucher is good for, as names and values."""
    titles = [
        local(shop.products[one].title) if one in shop.products else one for one in terms.products
    ]
    return (
        (_("Effect"), effect_in_words(terms.effect)),
        (_("Products"), ", ".join(titles) or _("All products")),
        (_("Uses"), str(terms.uses)),
        (_("At least so many in one order"), str(terms.minimum)),
        (_("Valid from"), moment(terms.valid_from) if terms.valid_from else "–"),
        (_("Valid until"), moment(terms.valid_until) if terms.valid_until else "–"),
        (_("Seats kept for holders"), _("Yes") if terms.reserved else _("No")),
        (_("Uses of what is cancelled come back"), _("Yes") if terms.returns else _("No")),
    )


def effect_in_words(effect: Effect) -> str:
    """What it does to the price of one piece."""
    if effect.amount is None:
        return f"−{effect.percent} %"
    told = money(effect.amount)
    return told if effect.kind is EffectKind.SET_PRICE else f"−{told}"


def differences(shop: Shop, before: VoucherTerms, after: VoucherTerms) -> list[TermShown]:
    """Those that differ."""
    pairs = zip(in_words(shop, before), in_words(shop, after), strict=True)
    return [
        TermShown(label=label, before=was, after=told)
        for (label, was), (_same, told) in pairs
        if was != told
    ]
