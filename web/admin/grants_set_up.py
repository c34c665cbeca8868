"""Where vouchers for people are made: set up by organisers, after a look and a check."""

from collections.abc import Mapping, Sequence
from uuid import uuid4

from flask import redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from ledger.grants.keeper import DestinationCheck
from ledger.grants.programme import set_up_trouble
from ledger.grants.stamps import GrantsSetUp, Place
from ledger.kernel.money import major
from ledger.kernel.refusals import GrantsSetUpWrong, ShopChanged
from ledger.shop.shop import Shop
from ledger.staff.role import Role
from ledger.vouchers.refusals import VoucherInvalid
from web.actions import grants_set_up as actions
from web.actions.wish import Wish
from web.admin.guard import back_office, current_staff, needs
from web.admin.shop_fields import typed_amount
from web.admin.voucher_terms import TermShown, typed_moment, zone_of_shop
from web.http.addresses import now
from web.http.current import parts
from web.http.rate_limit import slow_down
from web.i18n.format import local, moment, money
from web.i18n.gettext import _
from web.pages.forms import PressForm

pages = back_office("grants_set_up", __name__)
Answer = str | Response | tuple[str, int]
_LONGEST, _REASON = 120, 500
PLACES: Sequence[tuple[str, object]] = (
    ("own", _l("In this shop: people order here with their code")),
    ("pretix", _l("At an event of pretix")),
)
CHECKS: Mapping[str, object] = {
    "": _l("Vouchers can be made there."),
    "no_token": _l(
        "This server has no token for pretix yet (STAMPLEDGER_PRETIX_TOKEN). Until an operator sets"
        " it, nothing is made."
    ),
    "token": _l("The pretix does not accept the token. Ask an operator for a valid one."),
    "forbidden": _l(
        "The pretix has no such event, or the token's team may not see it. Check the short names,"
        " and give the team access to the event."
    ),
    "event": _l(
        "The pretix knows no such event. The short names of organiser and event stand in the"
        " address of its shop: pretix.eu/ORGANISER/EVENT."
    ),
    "quota": _l("The event has no quota with that number. It stands in the quota's address."),
    "item": _l("The event has no product with that number. It stands beside the product's name."),
    "vouchers": _l("The token's team may not see and change vouchers. Allow it in pretix."),
    "orders": _l(
        "The token's team may not see orders: nobody would learn that a voucher was used. Allow it"
        " in pretix."
    ),
    "later": _l("The pretix asks to be left alone for a moment. Check again."),
    "away": _l("The pretix does not answer. Check again in a moment."),
    "no_pretix": _l("What answers at that address is no pretix. Ask an operator."),
    "product": _l("The shop sells no such product."),
    "over": _l("That time is over already."),
}
_FIELDS = {"over": "valid_until", **{one: one for one in ("event", "quota", "item", "product")}}
RULES: Mapping[str, object] = {
    "event": _l("Write the short names of organiser and event, such as org/conf."),
    "quota": _l("Enter the number of either a quota or a product, and not of both."),
    "product": _l("Choose what the vouchers are for."),
    "percent": _l("Enter a percentage above 0 and up to 100, with at most two decimals."),
    "price": _l("Enter an amount of this currency, or leave it empty."),
    "valid_until": _l("Enter a date and a time, or leave it empty."),
    "reason": _l("Say why, in at most 500 characters."),
}
_WRONG = {"quota_or_item": "quota", "event": "event", "product": "product", "percent": "percent"}


class SetUpComplaint(Exception):
    """A field of the form is not accepted, and why."""

    def __init__(self, field: str, why: object = "") -> None:
        super().__init__(field)
        self.field, self.why = field, why or RULES[field]


@pages.get("/shops/<shop>/people/set-up")
@needs(Role.ADMIN)
def page(shop: str) -> str:
    """The rules as they are, and those that were."""
    found = parts().shops.get(shop)
    rules = parts().grantees.programme(found.id).rules
    return _form(found, _typed(found, rules))


@pages.post("/shops/<shop>/people/set-up")
@needs(Role.ADMIN)
def press(shop: str) -> Answer:
    """First what would change and what the check found; then, pressed once more, it counts."""
    slow_down("grants-set-up", limit=30)
    found, typed = parts().shops.get(shop), request.form
    if not PressForm().validate_on_submit():
        return _form(found, typed), 400
    try:
        wanted = _wanted(found, typed)
        checked = _checked(found, wanted)
    except SetUpComplaint as wrong:
        return _form(found, typed, errors={wrong.field: wrong.why}), 422
    if "sure" not in typed:
        changes = _differences(found, parts().grantees.programme(found.id).rules, wanted)
        return _form(found, typed, changes=changes, checked=checked)
    wish = Wish(correlation_id=uuid4(), actor=current_staff().actor, at=now())
    try:
        actions.set_up(parts(), wanted, wish, version=_version(typed))
    except ShopChanged:
        return _form(found, typed, moved=True), 409
    return redirect(url_for("grants_set_up.page", shop=shop, done=1), 303)


def _checked(shop: Shop, wanted: GrantsSetUp) -> DestinationCheck:
    """What a check of these rules found; raises `SetUpComplaint` where they are hopeless."""
    if trouble := set_up_trouble(wanted):
        raise SetUpComplaint(_WRONG[trouble])
    try:
        return actions.checked(parts(), shop, wanted)
    except GrantsSetUpWrong as wrong:
        raise SetUpComplaint(_FIELDS[wrong.what], CHECKS[wrong.what]) from None


def _wanted(shop: Shop, typed: MultiDict[str, str]) -> GrantsSetUp:
    """What was typed; raises `SetUpComplaint`. Of the place that was not chosen nothing counts."""
    reason = typed.get("reason", "").strip()
    if len(reason) > _REASON or ("sure" in typed and not reason):
        raise SetUpComplaint("reason")
    organizer, _slash, event = _text(typed, "event").strip("/").partition("/")
    try:
        until = typed_moment(shop, typed, "valid_until")
    except VoucherInvalid:
        raise SetUpComplaint("valid_until") from None
    at_pretix = typed.get("place") == Place.PRETIX
    return actions.rules_for(
        shop,
        place=typed.get("place", ""),
        product=_text(typed, "product"),
        organizer=organizer,
        event=event,
        quota=_number(typed, "quota") if at_pretix else None,
        item=_number(typed, "item") if at_pretix else None,
        block_quota="block_quota" in typed,
        percent=_text(typed, "percent").rstrip("% \u00a0").replace(",", "."),
        price=_price(shop, typed),
        valid_until=until,
        reason=reason,
    )


def _text(typed: MultiDict[str, str], name: str) -> str:
    return typed.get(name, "")[:_LONGEST].strip()


def _number(typed: MultiDict[str, str], name: str) -> int | None:
    text = _text(typed, name)
    if not text:
        return None
    if not (text.isascii() and text.isdecimal()) or not 0 < int(text[:12]) < 2**31:
        raise SetUpComplaint("quota")
    return int(text)


def _price(shop: Shop, typed: MultiDict[str, str]) -> int | None:
    text = _text(typed, "price")
    if not text:
        return None
    amount = typed_amount(text, shop.terms.currency)
    if amount is None or amount < 0:
        raise SetUpComplaint("price")
    return amount


def _version(typed: MultiDict[str, str]) -> int:
    word = typed.get("version", "")
    return int(word) if word.isascii() and word.isdecimal() and len(word) < 10 else -1


def _typed(shop: Shop, rules: GrantsSetUp | None) -> MultiDict[str, str]:
    """The fields of the form as they stand for these rules."""
    if rules is None:
        return MultiDict([("place", "own"), ("percent", "25")])
    told, price = rules.destination, rules.ticket_price
    until = told.valid_until
    fields = {
        "place": str(told.place),
        "product": told.product,
        "event": f"{told.organizer}/{told.event}" if told.event else "",
        "quota": str(told.quota or ""),
        "item": str(told.item or ""),
        "block_quota": "1" if told.block_quota else "",
        "percent": rules.co_speaker_percent,
        "price": f"{major(price):f}" if price is not None else "",
        "valid_until": f"{until.astimezone(zone_of_shop(shop)):%Y-%m-%dT%H:%M}" if until else "",
    }
    return MultiDict([(name, text) for name, text in fields.items() if text])


def _in_words(shop: Shop, rules: GrantsSetUp) -> Sequence[tuple[str, str]]:
    """The rules, as names and values."""
    told, product = rules.destination, shop.products.get(rules.destination.product)
    here = local(product.title) if product is not None else told.product
    number = f"#{told.quota if told.quota is not None else told.item}"
    what = _("Quota") if told.quota is not None else _("Product")
    at_pretix = told.place is Place.PRETIX
    return (
        (_("Where"), f"pretix {told.organizer}/{told.event}" if at_pretix else _("This shop")),
        (_("What for"), f"{what} {number}" if at_pretix else here),
        (_("A place is kept for each"), _("Yes") if told.block_quota else _("No")),
        (_("Speakers and grantees"), _("Free")),
        (_("Co-speakers"), f"−{rules.co_speaker_percent} %"),
        (_("What the ticket costs"), money(rules.ticket_price) if rules.ticket_price else "–"),
        (_("Valid until"), moment(told.valid_until) if told.valid_until else "–"),
    )


def _differences(shop: Shop, before: GrantsSetUp | None, after: GrantsSetUp) -> Sequence[TermShown]:
    """Those that differ."""
    told = _in_words(shop, after)
    was = _in_words(shop, before) if before is not None else [(name, "–") for name, _text in told]
    return [
        TermShown(label=label, before=old, after=new)
        for (label, old), (_same, new) in zip(was, told, strict=True)
        if old != new
    ]


def _form(
    shop: Shop,
    typed: MultiDict[str, str],
    *,
    errors: Mapping[str, object] | None = None,
    changes: Sequence[TermShown] | None = None,
    checked: DestinationCheck | None = None,
    moved: bool = False,
) -> str:
    programme = parts().grantees.programme(shop.id)
    past = actions.past(parts(), programme)
    before = [*past[1:], None][: len(past)]
    return render_template(
        "admin/grants_set_up.html",
        shop_of=shop,
        typed=typed,
        errors=errors or {},
        changes=changes,
        checked=CHECKS[checked.word] if checked else "",
        fine=checked is not None and not checked.word,
        names=checked.names if checked else (),
        moved=moved,
        done=bool(request.args.get("done")),
        version=programme.version,
        rules=_in_words(shop, programme.rules) if programme.rules else (),
        products=[(one.slug, local(one.title) or one.slug) for one in shop.products.values()],
        places=PLACES,
        past=[
            (one, _differences(shop, old.rules if old else None, one.rules))
            for one, old in zip(past, before, strict=True)
        ],
        form=PressForm(formdata=None),
    )
