"""A whole shop is cancelled or moved: what would come of it, a second look, how it gets on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flask import redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from ledger.kernel.clocks import storable
from ledger.kernel.money import Money
from ledger.kernel.refusals import SellingStopped, ShopInvalid
from ledger.order.decisions.shop_change import Fate
from ledger.shop.rules import check_reason
from ledger.shop.service import moving
from ledger.shop.shop import Shop
from ledger.staff.role import Role
from web.admin.catalogue import shop_known
from web.admin.guard import back_office, current_staff, needs
from web.admin.shop_fields import TONGUES
from web.http.current import parts
from web.i18n.gettext import _
from web.pages.forms import PressForm
from web.wiring.counts import AlikeOrders

pages = back_office("shop_change", __name__)
Answer = str | Response | tuple[str, int]
_LONGEST = 1_000
_FATES: Mapping[str, object] = {
    Fate.REFUND: _l("money goes back"),
    Fate.BY_HAND: _l("money is to be returned by hand"),
    Fate.VOID: _l("the authorization is given up"),
    Fate.FREE: _l("free"),
    Fate.UNPAID: _l("not paid yet"),
    Fate.DISPUTED: _l("disputed"),
    Fate.RETURNED: _l("nothing is held any more"),
    Fate.LEAVING: _l("the customer is cancelling it"),
    Fate.CANCELLED: _l("cancelled already"),
}
_LEFT_ALONE = (Fate.LEAVING, Fate.CANCELLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlikeShown:
    """Orders to which the same happens; `refund` and `by_hand` are their sums."""

    what: object
    many: int
    refund: Money
    by_hand: Money
    left_alone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeTyped:
    """What somebody typed; `complaints` by the name of the field."""

    act: str
    reason: Mapping[str, str]
    starts_at: datetime | None
    refunds_until: datetime | None
    complaints: Mapping[str, object]


@pages.get("/shops/<shop>/change")
@needs(Role.ADMIN)
def page(shop: str) -> str:
    """How the shop stands, what a cancellation would come to, and how its orders follow."""
    return _page(shop_known(shop), _typed(shop_known(shop)))


@pages.post("/shops/<shop>/change")
@needs(Role.ADMIN)
def press(shop: str) -> Answer:
    """First what it would come to; with `sure`, and the shop's name typed, it is done."""
    found = shop_known(shop)
    wanted = _typed(found)
    if wanted.complaints:
        return _page(found, wanted), 422
    if "sure" not in request.form:
        return _page(found, wanted, seen=True)
    if request.form.get("name", "").strip() != found.slug:
        told = {"name": _("Type %(name)s, so that it is no mistake.", name=found.slug)}
        return _page(found, wanted, seen=True, complaints=told), 422
    if request.form.get("version") != str(found.version) and not _is_so(found, wanted):
        told = {"name": _("The shop has changed since you looked at it. Please look again.")}
        return _page(found, wanted, seen=True, complaints=told), 409
    if not _is_so(found, wanted):
        _do(found, wanted)
    return redirect(url_for("shop_change.page", shop=found.slug, done=1), 303)


def _is_so(shop: Shop, wanted: ChangeTyped) -> bool:
    """Whether it was done before: pressed twice, it is done once."""
    if wanted.act == "cancel":
        return shop.cancelled is not None
    return shop.change is not None and shop.terms.starts_at == wanted.starts_at


def _do(shop: Shop, wanted: ChangeTyped) -> None:
    actor = current_staff().actor
    if wanted.act == "cancel":
        parts().shops.cancel(shop.slug, reason=wanted.reason, actor=actor)
        return
    assert wanted.starts_at is not None, "it was looked at before"
    parts().shops.move(
        shop.slug,
        starts_at=wanted.starts_at,
        reason=wanted.reason,
        refunds_until=wanted.refunds_until,
        actor=actor,
        at=parts().clock(),
    )


def _typed(shop: Shop) -> ChangeTyped:
    form, zone = request.form, ZoneInfo(shop.terms.timezone)
    texts = {one: form.get(f"reason.{one}", "").strip()[:_LONGEST] for one in TONGUES}
    reason = {one: text for one, text in texts.items() if text}
    act = "move" if form.get("act") == "move" else "cancel"
    start, until = (_moment(form.get(name, ""), zone) for name in ("starts_at", "refunds_until"))
    wanted = ChangeTyped(
        act=act, reason=reason, starts_at=start, refunds_until=until, complaints={}
    )
    if request.method == "GET":
        return wanted
    return ChangeTyped(
        act=act,
        reason=reason,
        starts_at=start,
        refunds_until=until,
        complaints=_complaints(shop, wanted),
    )


def _moment(text: str, zone: ZoneInfo) -> datetime | None:
    try:
        local = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    told = local if local.tzinfo else local.replace(tzinfo=zone)
    return told.astimezone(UTC) if storable(told) else None


def _complaints(shop: Shop, wanted: ChangeTyped) -> Mapping[str, object]:
    """What is wrong with it, in words; the rules are the ledger's."""
    if wanted.act == "move" and wanted.starts_at is None:
        return {"starts_at": _("Enter a day and a time.")}
    if request.form.get("refunds_until", "").strip() and wanted.refunds_until is None:
        return {"refunds_until": _("Enter a day and a time, or leave it empty.")}
    try:
        check_reason(wanted.reason)
        if wanted.act == "move" and wanted.starts_at != shop.terms.starts_at:
            assert wanted.starts_at is not None, "asked above"
            moving(
                shop,
                starts_at=wanted.starts_at,
                reason=wanted.reason,
                refunds_until=wanted.refunds_until,
                at=parts().clock(),
            )
    except SellingStopped:
        return {"name": _("The shop is cancelled already.")}
    except ShopInvalid as invalid:
        return {_FIELDS.get(invalid.field, "reason"): _WORDS[_FIELDS.get(invalid.field, "reason")]}
    if wanted.act == "move" and wanted.starts_at == shop.terms.starts_at and shop.change is None:
        return {"starts_at": _WORDS["starts_at"]}
    return {}


_FIELDS = {"start": "starts_at", "refunds_until": "refunds_until"}
_WORDS: Mapping[str, object] = {
    "starts_at": _l("Choose another time than now, and one that lies ahead."),
    "refunds_until": _l("Choose a time that lies ahead, and not after the new start."),
    "reason": _l("Say why, in at most 500 characters for each language. Customers read it."),
}


def _page(
    shop: Shop,
    wanted: ChangeTyped,
    *,
    seen: bool = False,
    complaints: Mapping[str, object] | None = None,
) -> str:
    counts = parts().views.count_shop_orders(shop.id)
    rows = _rows(counts)
    told = [one for one in rows if not one.left_alone]
    lag = [one.lag for one in parts().views.checkpoints() if one.name == "shop_changes"]
    return render_template(
        "admin/shop_change.html",
        shop_of=shop,
        wanted=wanted,
        seen=seen,
        complaints=complaints or wanted.complaints,
        rows=rows,
        many=sum(one.many for one in told),
        back=_sums(told, "refund"),
        by_hand=_sums(told, "by_hand"),
        left=sum(one.many for one in counts if one.follows),
        lag=sum(lag),
        done=bool(request.args.get("done")),
        typed=request.form,
        tongues=TONGUES,
        form=PressForm(),
    )


def _rows(counts: Sequence[AlikeOrders]) -> Sequence[AlikeShown]:
    """Those of one fate and currency together."""
    alike: dict[tuple[str, str], list[AlikeOrders]] = {}
    for one in counts:
        alike.setdefault((one.fate, one.currency), []).append(one)
    return [
        AlikeShown(
            what=_FATES.get(fate, fate),
            many=sum(one.many for one in together),
            refund=Money(sum(one.refund for one in together), currency),
            by_hand=Money(sum(one.by_hand for one in together), currency),
            left_alone=fate in _LEFT_ALONE,
        )
        for (fate, currency), together in sorted(alike.items())
    ]


def _sums(rows: Sequence[AlikeShown], name: str) -> Sequence[Money]:
    """By currency; what is nothing is left out."""
    sums: dict[str, Money] = {}
    for one in rows:
        much: Money = getattr(one, name)
        sums[much.currency] = sums.get(much.currency, Money(0, much.currency)) + much
    return [one for one in sums.values() if one.amount]
