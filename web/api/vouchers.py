"""Vouchers of a shop: listed, opened, revised, closed; and orphans of its people at a pretix."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from flask import Blueprint, Response
from msgspec import Meta

from ledger.grants.stamps import Place as PlaceOfVoucher
from ledger.kernel.idempotency_key import granted
from ledger.kernel.money import Money
from ledger.payments.provider import ProviderAway
from ledger.shop.shop import Shop
from ledger.staff.role import Role
from ledger.vouchers.refusals import VoucherInvalid
from ledger.vouchers.stamps import Effect, EffectKind, VoucherTerms
from ledger.vouchers.voucher import Voucher, fold_voucher
from projections.order_search import end_of
from web.actions import voucher_desk as actions
from web.actions.grant_json import orphan_json
from web.actions.orphans import Orphan, delete_orphan, orphans
from web.api.bodies import Body, as_json, read
from web.api.pages import cursor, page_limit, place, text
from web.api.repeats import correlation_id, request_under
from web.http.access import require
from web.http.addresses import now, uuid_in
from web.http.current import parts
from web.http.problems import ProblemRaised
from web.http.rate_limit import slow_down

_PRESSES, _LOOKS = 120, 10
_Amount = Annotated[int, Meta(ge=0, lt=2**53, description="In minor units.")]
_Moment = Annotated[datetime, Meta(tz=True)]
_Version = Annotated[int, Meta(ge=1, lt=2**31, description="The voucher's version, as looked at.")]
_Slug = Annotated[str, Meta(max_length=200)]
_Code = Annotated[str, Meta(max_length=100)]


class EffectBody(Body, frozen=True):
    """What one use does to the price of one piece: `amount`, or `percent` as a decimal."""

    kind: Literal["set_price", "percent_off", "amount_off"]
    amount: _Amount | None = None
    percent: Annotated[str, Meta(max_length=12)] = ""


class TermsBody(Body, frozen=True, kw_only=True):
    """What a voucher is good for. One use is one piece; no products are all of the shop."""

    effect: EffectBody
    products: Annotated[tuple[_Slug, ...], Meta(max_length=200)] = ()
    uses: Annotated[int, Meta(ge=1, le=10_000)] = 1
    minimum: Annotated[int, Meta(ge=1, le=10_000)] = 1
    valid_from: _Moment | None = None
    valid_until: _Moment | None = None
    keep_seats: bool = False
    returns: bool = True


class VoucherBody(TermsBody, frozen=True, kw_only=True):
    """A voucher with a code of one's own; or `many` with random ones."""

    code: _Code = ""
    label: Annotated[str, Meta(max_length=200, description="What you call it; kept sealed.")] = ""
    many: Annotated[int, Meta(ge=1, le=actions.MANY)] = 1


class ReviseBody(TermsBody, frozen=True, kw_only=True):
    """Its terms from here on, all of them; orders that were placed keep what they had."""

    version: _Version


class CloseBody(Body, frozen=True):
    """Why nobody is to use it any more."""

    reason: Annotated[str, Meta(min_length=1, max_length=500, description="Kept sealed.")]


class OrphansBody(Body, frozen=True):
    """Which orphans are deleted, by their references; left out, all that nobody used."""

    references: (
        Annotated[list[Annotated[str, Meta(max_length=50)]], Meta(max_length=1000)] | None
    ) = None


def hang_up(api: Blueprint) -> None:
    """Put the calls at their addresses."""
    api.get("/shops/<shop>/vouchers")(vouchers)
    api.post("/shops/<shop>/vouchers")(open_vouchers)
    api.get("/shops/<shop>/vouchers/<voucher>")(voucher)
    api.post("/shops/<shop>/vouchers/<voucher>/revise")(revise)
    api.post("/shops/<shop>/vouchers/<voucher>/close")(close)
    api.get("/shops/<shop>/voucher-orphans")(voucher_orphans)
    api.post("/shops/<shop>/voucher-orphans/delete")(delete_orphans)


def vouchers(shop: str) -> Response:
    """A page of the shop's vouchers, the newest first, or the one with a code."""
    whole = _reader(shop)
    found, code, after = parts().shops.get(shop), text("code"), text("after")
    if code:
        one = actions.by_code(parts(), found, code)
        return as_json({"vouchers": [_told(one, whole=whole)], "after": None})
    before = place(after) if after else end_of(None)
    page = actions.page_of(parts(), shop, before, page_limit())
    told = [_told(one, whole=whole) for one in page.vouchers]
    return as_json({"vouchers": told, "after": cursor(page.onward) if page.onward else None})


def voucher(shop: str, voucher: str) -> Response:
    """One voucher."""
    whole = _reader(shop)
    return as_json(_told(_in(parts().shops.get(shop), voucher), whole=whole))


def open_vouchers(shop: str) -> Response:
    """Open a voucher, or many; the same key again gets the same ones back."""
    asks = require(shop=shop)
    slow_down("vouchers", limit=_PRESSES)
    cause, body = correlation_id("vouchers", shop, asks.name), read(VoucherBody)
    found, bound = parts().shops.newest(shop), request_under(cause, body)
    wish = actions.OpenWish(actor=asks.actor, cause=cause if bound else None, request=bound)
    terms = _terms(found, body)
    if body.code and body.many > 1:
        raise VoucherInvalid(field="many", rule="one_code")
    if body.many > 1:
        made = [
            *actions.open_many(
                parts(), found, many=body.many, label=body.label, terms=terms, wish=wish
            )
        ]
    else:
        made = [
            actions.open_one(
                parts(), found, code=body.code, label=body.label, terms=terms, wish=wish
            )
        ]
    return as_json({"vouchers": [_told(one, whole=True) for one in made]}, status=201)


def revise(shop: str, voucher: str) -> Response:
    """Give it other terms, if it is as it was looked at."""
    asks = require(shop=shop)
    slow_down("vouchers", limit=_PRESSES)
    cause, body = correlation_id(f"vouchers/{voucher}", shop, asks.name), read(ReviseBody)
    found = parts().shops.newest(shop)
    one, bound = _in(found, voucher), request_under(cause, body)
    after = _answered(one, bound)
    if after is None:
        after = parts().vouchers.change(
            one.id, _terms(found, body), actor=asks.actor, version=body.version, request=bound
        )
    return as_json(_told(after, whole=True))


def close(shop: str, voucher: str) -> Response:
    """Nobody can use it any more; what was bought with it stays bought."""
    asks = require(shop=shop)
    slow_down("vouchers", limit=_PRESSES)
    cause, body = correlation_id(f"vouchers/{voucher}", shop, asks.name), read(CloseBody)
    one, bound = _in(parts().shops.get(shop), voucher), request_under(cause, body)
    after = _answered(one, bound)
    if after is None:
        after = parts().vouchers.revoke(one.id, reason=body.reason, actor=asks.actor, request=bound)
    return as_json(_told(after, whole=True))


def voucher_orphans(shop: str) -> Response:
    """What lies at the shop's events at pretix with our mark, and is in no book of ours."""
    require(Role.STAFF, shop=shop)
    slow_down("orphans", limit=_LOOKS)
    return as_json({"orphans": [orphan_json(one) for one in _orphans(shop)]})


def delete_orphans(shop: str) -> Response:
    """Delete those that nobody used; the answer tells the fate of each."""
    require(Role.STAFF, shop=shop)
    slow_down("orphans", limit=_LOOKS)
    body = read(OrphansBody)
    found = [
        one
        for one in _orphans(shop)
        if body.references is None or one.voucher.reference in body.references
    ]
    return as_json({"orphans": [orphan_json(one, delete_orphan(parts(), one)) for one in found]})


def _orphans(shop: str) -> list[Orphan]:
    """All of them, before any is deleted."""
    parts().shops.get(shop)
    if PlaceOfVoucher.PRETIX not in parts().voucher_keepers:
        raise ProblemRaised("no-pretix")
    try:
        return [*orphans(parts(), shop=shop)]
    except ProviderAway as away:
        raise ProblemRaised("provider-away", detail=f"pretix: {away}.") from None


def _reader(shop: str) -> bool:
    """Whether the caller, who may read, may know codes."""
    return require(Role.STAFF, Role.AUDITOR, shop=shop).may(Role.STAFF, shop=shop)


def _in(shop: Shop, voucher: str) -> Voucher:
    return actions.of_shop(parts(), shop, uuid_in(voucher))


def _answered(one: Voucher, bound: str | None) -> Voucher | None:
    """As it was answered to this request; None when nothing was granted to it."""
    if bound is None:
        return None
    history = parts().store.read(one.id)
    at = granted(history, bound)
    return None if at is None else fold_voucher(one.id, history[: at + 1])


def _terms(shop: Shop, body: TermsBody) -> VoucherTerms:
    """What was asked for, checked; raises `VoucherInvalid`."""
    effect = body.effect
    kind, amount = EffectKind(effect.kind), effect.amount
    terms = VoucherTerms(
        effect=Effect(
            kind=kind,
            amount=None if amount is None else Money(amount, shop.terms.currency),
            **{"percent": effect.percent} if effect.percent else {},
        ),
        products=tuple(sorted({*body.products})),
        uses=body.uses,
        minimum=body.minimum,
        valid_from=_moment("valid_from", body.valid_from),
        valid_until=_moment("valid_until", body.valid_until),
        returns=body.returns,
    )
    return actions.checked(shop, terms, keep_seats=body.keep_seats)


def _moment(field: str, told: datetime | None) -> datetime | None:
    try:
        return None if told is None else told.astimezone(UTC)
    except OverflowError:
        raise VoucherInvalid(field=field, rule="out_of_range") from None


def _told(one: Voucher, *, whole: bool) -> Any:
    return actions.document(one, now(), whole=whole)
