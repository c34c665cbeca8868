"""A shop's vouchers in the back office: listed, opened alone or by the hundred, revised, closed."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import StringIO
from uuid import UUID

from flask import Response as Download
from flask import redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from ledger.audit.describe import told
from ledger.kernel.refusals import NotEnoughSeats, Refusal
from ledger.shop.shop import Shop
from ledger.staff.role import Role
from ledger.vouchers.refusals import UnknownVoucher, VoucherExists, VoucherInUse, VoucherInvalid
from ledger.vouchers.stamps import Effect, EffectKind, VoucherTerms
from ledger.vouchers.voucher import Voucher
from projections.order_search import end_of
from web.actions import voucher_desk as actions
from web.admin.catalogue import READERS, shop_known
from web.admin.guard import back_office, current_staff, needs
from web.admin.voucher_terms import (
    KINDS,
    RULES,
    as_typed,
    differences,
    effect_in_words,
    field_of,
    in_words,
    typed_terms,
)
from web.http.addresses import now, uuid_in
from web.http.current import parts
from web.http.problems import ProblemRaised
from web.http.rate_limit import slow_down
from web.i18n.format import local
from web.i18n.gettext import _
from web.pages.forms import PressForm

pages = back_office("vouchers_admin", __name__)
Answer = str | Response | tuple[str, int]
_PAGE, _LONGEST, _REASON = 50, 300, 500
_NEW = VoucherTerms(effect=Effect(kind=EffectKind.PERCENT_OFF, percent="10"))

STATES: Mapping[str, tuple[str, object]] = {
    "closed": ("quiet", _l("Closed")),
    "over": ("quiet", _l("Over")),
    "used_up": ("quiet", _l("Used up")),
    "not_yet": ("wait", _l("Not yet valid")),
    "valid": ("good", _l("Valid")),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherShown:
    """A voucher in the list. `code` is cut short for who may not use it."""

    voucher: Voucher
    code: str
    effect: str
    state: tuple[str, object]


@pages.get("/shops/<shop>/vouchers")
@needs(*READERS)
def listed(shop: str) -> str:
    """The newest first."""
    found = shop_known(shop)
    page_here = actions.page_of(parts(), shop, _before(), _PAGE)
    onward = page_here.onward
    return render_template(
        "admin/vouchers.html",
        shop_of=found,
        vouchers=[_shown(one, shop) for one in page_here.vouchers],
        after=url_for(
            "vouchers_admin.listed",
            shop=shop,
            after=f"{onward[0].astimezone(UTC).isoformat()}/{onward[1]}",
        )
        if onward
        else "",
        may_change=current_staff().may(shop=shop),
        done=bool(request.args.get("done")),
    )


@pages.get("/shops/<shop>/vouchers/new")
@needs(Role.ADMIN)
def new(shop: str) -> str:
    """A voucher to begin with."""
    found = shop_known(shop)
    return _form(found, as_typed(found, _NEW))


@pages.post("/shops/<shop>/vouchers/new")
@needs(Role.ADMIN)
def add(shop: str) -> Answer | Download:
    """One with a code of one's own; without it random codes, several of which are a file."""
    slow_down("vouchers", limit=30)
    found, typed = shop_known(shop), request.form
    if not PressForm().validate_on_submit():
        return _form(found, typed), 400
    label, code = typed.get("label", "")[:_LONGEST].strip(), typed.get("code", "").strip()
    by = actions.OpenWish(actor=current_staff().actor)
    try:
        terms, many = typed_terms(found, typed), _many(typed)
        if many == 1:
            opened = actions.open_one(parts(), found, code=code, label=label, terms=terms, wish=by)
            return redirect(_address(found, opened), 303)
        if code:
            raise VoucherInvalid(field="many", rule="one_code")
        made = actions.open_many(parts(), found, many=many, label=label, terms=terms, wish=by)
        return _as_file(found, [*made])
    except (VoucherInvalid, VoucherExists, NotEnoughSeats) as refusal:
        return _form(found, typed, wrong=_wrong(refusal)), 422


@pages.get("/shops/<shop>/vouchers/<voucher>")
@needs(*READERS)
def page(shop: str, voucher: str) -> str:
    """What it is good for, who used it, and every stamp of it."""
    found = shop_known(shop)
    one = _found(found, voucher)
    return render_template(
        "admin/voucher.html",
        shop_of=found,
        shown=_shown(one, shop),
        terms=in_words(found, one.terms),
        orders=[parts().orders.get(order) for order in sorted(one.taken_by, key=str)[:_PAGE]],
        stamps=[
            (recorded, told(recorded.stamp))
            for recorded in parts().vouchers.history(one.id, last=_PAGE)
        ],
        kept=max((held for held, _sold in one.seats.values()), default=0),
        may_change=current_staff().may(shop=shop) and not one.revoked,
        done=bool(request.args.get("done")),
    )


@pages.get("/shops/<shop>/vouchers/<voucher>/revise")
@needs(Role.ADMIN)
def ask(shop: str, voucher: str) -> str:
    """Its terms, to be changed."""
    found = shop_known(shop)
    one = _found(found, voucher)
    return _form(found, as_typed(found, one.terms), voucher=one)


@pages.post("/shops/<shop>/vouchers/<voucher>/revise")
@needs(Role.ADMIN)
def revise(shop: str, voucher: str) -> Answer:
    """First what would be stamped; then, pressed once more, it counts."""
    slow_down("vouchers", limit=30)
    found, typed = shop_known(shop), request.form
    one = _found(found, voucher)
    if not PressForm().validate_on_submit():
        return _form(found, typed, voucher=one), 400
    try:
        terms = typed_terms(found, typed)
        if "sure" not in typed:
            return _form(found, typed, voucher=one, changes=differences(found, one.terms, terms))
        parts().vouchers.change(one.id, terms, actor=current_staff().actor, version=_version(typed))
    except VoucherInUse:
        return _form(found, typed, voucher=one, moved=True), 409
    except (VoucherInvalid, NotEnoughSeats) as refusal:
        return _form(found, typed, voucher=one, wrong=_wrong(refusal)), 422
    return redirect(_address(found, one), 303)


@pages.get("/shops/<shop>/vouchers/<voucher>/close")
@needs(Role.ADMIN)
def ask_to_close(shop: str, voucher: str) -> str:
    """What closing it would stamp, and whom it concerns."""
    found = shop_known(shop)
    return _closing(found, _found(found, voucher))


@pages.post("/shops/<shop>/vouchers/<voucher>/close")
@needs(Role.ADMIN)
def close(shop: str, voucher: str) -> Answer:
    """Nobody can use it any more."""
    slow_down("vouchers", limit=30)
    found = shop_known(shop)
    one, reason = _found(found, voucher), request.form.get("reason", "").strip()
    if not PressForm().validate_on_submit():
        return _closing(found, one), 400
    if not 0 < len(reason) <= _REASON:
        return _closing(found, one, complaint=_("Say why, in at most 500 characters.")), 422
    parts().vouchers.revoke(one.id, reason=reason, actor=current_staff().actor)
    return redirect(_address(found, one), 303)


def _address(shop: Shop, voucher: Voucher) -> str:
    return url_for("vouchers_admin.page", shop=shop.slug, voucher=voucher.id, done=1)


def _found(shop: Shop, voucher: str) -> Voucher:
    try:
        return actions.of_shop(parts(), shop, uuid_in(voucher))
    except UnknownVoucher:
        raise ProblemRaised("not-found") from None


def _shown(one: Voucher, shop: str) -> VoucherShown:
    code = one.code or "–"
    if not current_staff().may(Role.STAFF, shop=shop):
        code = f"{code[:2]}…"
    return VoucherShown(
        voucher=one,
        code=code,
        effect=effect_in_words(one.terms.effect),
        state=STATES[actions.state_of(one, now())],
    )


def _before() -> tuple[datetime, UUID]:
    when, _sign, voucher = request.args.get("after", "").partition("/")
    try:
        return (datetime.fromisoformat(when), uuid_in(voucher)) if voucher else end_of(None)
    except ValueError:
        return end_of(None)


def _many(typed: MultiDict[str, str]) -> int:
    word = typed.get("many", "").strip() or "1"
    if not (word.isascii() and word.isdecimal()) or not 1 <= int(word[:6]) <= actions.MANY:
        raise VoucherInvalid(field="many", rule="out_of_range")
    return int(word)


def _version(typed: MultiDict[str, str]) -> int:
    word = typed.get("version", "")
    return int(word) if word.isascii() and word.isdecimal() and len(word) < 10 else 0


def _wrong(refusal: Refusal) -> dict[str, str]:
    """Which field, and what belongs there."""
    if isinstance(refusal, VoucherInvalid):
        field = field_of(refusal)
        return {field: str(RULES[field])}
    if isinstance(refusal, VoucherExists):
        return {"code": _("This shop has a voucher with that code already, for something else.")}
    return {"keep_seats": _("There are not so many seats free.")}


def _form(
    shop: Shop,
    typed: MultiDict[str, str],
    *,
    voucher: Voucher | None = None,
    wrong: dict[str, str] | None = None,
    changes: Sequence[object] | None = None,
    moved: bool = False,
) -> str:
    chosen = {*typed.getlist("product")}
    return render_template(
        "admin/voucher_form.html",
        shop_of=shop,
        voucher=voucher,
        typed=typed,
        wrong=wrong or {},
        kinds=[(name, label) for name, label in KINDS.items()],
        products=[
            (one.slug, local(one.title), one.slug in chosen) for one in shop.products.values()
        ],
        changes=changes,
        moved=moved,
        form=PressForm(formdata=None),
    )


def _closing(shop: Shop, voucher: Voucher, *, complaint: str = "") -> str:
    return render_template(
        "admin/voucher_close.html",
        shop_of=shop,
        shown=_shown(voucher, shop.slug),
        would=actions.closing(voucher),
        complaint=complaint,
        reason=request.form.get("reason", ""),
        form=PressForm(formdata=None),
    )


def _as_file(shop: Shop, made: Sequence[Voucher]) -> Download:
    """Their codes as comma-separated values: random ones begin with no sign that is a formula."""
    written = StringIO()
    rows = csv.writer(written)
    rows.writerow(("code", "uses", "valid_until"))
    for one in made:
        until = one.terms.valid_until
        rows.writerow((one.code, one.terms.uses, until.isoformat() if until else ""))
    name = f"vouchers-{shop.slug}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Download(written.getvalue(), mimetype="text/csv", headers=headers)
