"""A change of a shop from a page: typed, complained about, seen before it is made, then stamped.

What is stamped is what `shop import` would stamp of the same shop's changed file, by the same
hands. Whoever changes what somebody else has changed meanwhile is told, and shown both.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from adapters.shop_file.edit import ShopTree, edited, tree_of
from adapters.shop_file.strict_yaml import Place
from ledger.kernel.refusals import QuotaTooSmall, Refusal, ShopChanged, ShopInvalid
from ledger.shop.differences import differences
from ledger.shop.faults import Fault
from ledger.shop.limits import REASON
from ledger.shop.rules import faults, field_of
from ledger.shop.shop import Shop, ShopSpec, spec_of
from ledger.shop.stamps import ChangeExplained, quota_id
from web.admin.guard import current_staff
from web.admin.shop_fields import TONGUES, FieldKind, ShopField, same
from web.admin.shop_look import look
from web.admin.shop_preview import preview
from web.admin.words import why
from web.http.addresses import now
from web.http.current import parts
from web.http.problems import ProblemRaised
from web.http.rate_limit import slow_down
from web.i18n.gettext import _
from web.i18n.shop_faults import of_fault
from web.pages.forms import PressForm

Answer = str | Response | tuple[str | Response, int]
# What a page shows of a shop that is not stamped: of what is typed, with all that is wrong with it.
Look = Callable[[Shop, ShopSpec, Mapping[str, str], list[str]], Answer]


def _nowhere(tree: ShopTree) -> Place | None:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopPage:
    """What one page changes of a shop.

    `at` says where its `fields` stand in the file, None where they are not there yet; `begin`
    makes them a place then, of what was typed, and `usual` is what they say before anybody types.
    `wanted` changes the shop as a whole instead. `complaints` are known before the rules are
    asked, and `about` names the control of a complaint that stands in no field's place.
    `base` is what the fields show where it is not the shop as it stands; `ahead` changes more
    than they do, and `kept` goes along with the form for that. Nothing can be pressed on one that
    is `barred`. `done` is the address to go on to, `danger` marks
    what takes something away. `look` shows what is typed in another way than as the shop's page.
    """

    shop: Shop
    title: str
    over: str
    back: str
    fields: Sequence[ShopField] = ()
    lead: str = ""
    note: str = ""
    press: str = ""
    done: str = ""
    at: Callable[[ShopTree], Place | None] = _nowhere
    begin: Callable[[ShopTree, Mapping[str, str]], Place | None] | None = None
    wanted: Callable[[ShopSpec], ShopSpec] | None = None
    base: ShopSpec | None = None
    ahead: Callable[[ShopSpec], ShopSpec] = lambda spec: spec
    kept: Mapping[str, str] = field(default_factory=dict)
    barred: bool = False
    usual: Mapping[str, str] = field(default_factory=dict)
    complaints: Mapping[str, str] = field(default_factory=dict)
    about: Callable[[Fault], str] | None = None
    undoes: UUID | None = None
    needs_reason: bool = True
    danger: bool = False
    template: str = "admin/shop_edit.html"
    more: Mapping[str, object] = field(default_factory=dict)
    look: Look | None = None

    @property
    def spec(self) -> ShopSpec:
        """The shop as its file says it; of one that is not there yet, what it begins with."""
        return self.base or spec_of(self.shop)

    @property
    def controls(self) -> Sequence[str]:
        """The names of all that can be typed."""
        return [name for one in self.fields for name in one.controls]

    def shown(self, spec: ShopSpec) -> Mapping[str, str]:
        """What each control shows of a shop."""
        tree = tree_of(spec)
        place = self.at(tree)
        if place is None:
            return dict.fromkeys(self.controls, "")
        return {name: text for one in self.fields for name, text in one.shown(tree, place).items()}

    def control_of(self, fault: Fault, place: Place | None) -> str:
        """The control that a complaint belongs to; empty if it is about something else."""
        path = fault.path
        if self.about is not None and (name := self.about(fault)):
            return name
        if place is None or path[: len(place)] != place:
            return ""
        rest = ".".join(str(one) for one in path[len(place) :])
        return next((name for one in self.fields if (name := one.complained(rest))), "")


@dataclass(slots=True, kw_only=True)
class _Filled:
    """A form as it was sent. `theirs` is what others made of fields that were typed into, too."""

    typed: Mapping[str, str]
    values: Mapping[str, str]
    touched: Mapping[str, str]
    moved: bool = False
    theirs: Mapping[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)

    @property
    def reason(self) -> str:
        return self.typed.get("reason", "").strip()[:REASON]


def shop_form(page: ShopPage) -> str:
    """The page as it is first seen."""
    values = {**page.shown(page.spec), **page.usual}
    return _form(page, _Filled(typed={}, values=values, touched={}))


def shop_press(page: ShopPage) -> Answer:
    """First what it would come to; with `sure`, it is done."""
    slow_down("shop-edit", limit=120)
    filled = _filled(page)
    spec = _wanted(page, filled)
    if page.look is not None and "look" in filled.typed:
        return page.look(page.shop, spec, filled.typed, _wrong(filled))
    if filled.moved and differences(spec, page.shop):
        return _form(page, filled), 412
    if "look" in filled.typed:
        return look(page.shop, spec)
    filled.errors |= page.complaints
    if page.needs_reason and not filled.reason:
        filled.errors["reason"] = _("Say why. It is kept sealed with the shop.")
    if filled.errors or filled.others:
        return _form(page, filled), 422
    if not differences(spec, page.shop):
        return _form(page, filled, unchanged=True)
    if "sure" not in filled.typed:
        return preview(page.shop, spec, **_framed(page, filled))
    return _done(page, filled, spec)


def _wrong(filled: _Filled) -> list[str]:
    return [*filled.errors.values(), *filled.others]


def _done(page: ShopPage, filled: _Filled, spec: ShopSpec) -> Answer:
    explained = ChangeExplained(undoes=page.undoes, reason=filled.reason or None)
    try:
        parts().shops.import_shop(
            spec,
            actor=current_staff().actor,
            at=now(),
            why=explained if filled.reason or page.undoes else None,
            seen=page.shop.version,
        )
    except ShopChanged:
        newest = replace(page, shop=parts().shops.newest(page.shop.slug))
        return _form(newest, _filled(newest)), 412
    except QuotaTooSmall as refusal:
        filled.others.append(f"{refusal.quota}: {why(refusal)}")
        return _form(page, filled), 409
    except ShopInvalid as refusal:
        filled.others.extend(refusal.faults)
        return _form(page, filled), 422
    except Refusal as refusal:
        filled.others.append(why(refusal))
        return _form(page, filled), 409
    return redirect(page.done or f"{page.back}?done=1", 303)


def _filled(page: ShopPage) -> _Filled:
    """What was typed, set against what was seen and what is there: three ways."""
    typed = {name: "\n".join(texts) for name, texts in request.form.lists()}
    typed |= {name: request.form.getlist(name)[-1] for name in _flags(page) if name in typed}
    typed |= page.kept
    there = page.shown(page.spec)
    seen, moved = _seen(page, typed)
    then = there if seen is page.shop else page.shown(spec_of(seen))
    mine = {name: typed[name] for name in page.controls if name in typed}
    touched = {name: text for name, text in mine.items() if not same(text, then[name])}
    theirs = {
        name: there[name]
        for name, text in touched.items()
        if not same(there[name], then[name]) and not same(there[name], text)
    }
    return _Filled(
        typed=typed, values={**there, **touched}, touched=touched, moved=moved, theirs=theirs
    )


def _flags(page: ShopPage) -> Sequence[str]:
    """A box that is not ticked sends what stands beside it, hidden: the last one counts."""
    return [name for one in page.fields if one.kind == "flag" for name in one.controls]


def _seen(page: ShopPage, typed: Mapping[str, str]) -> tuple[Shop, bool]:
    """The shop that somebody looked at when they began, and whether it changed since."""
    word = typed.get("version", "")
    if not (word.isascii() and word.isdecimal()) or len(word) > 9:
        raise ProblemRaised("csrf")
    if page.base is not None or int(word) >= page.shop.version:
        return page.shop, int(word) < page.shop.version
    seen = parts().shops.as_of(page.shop.slug, int(word))
    return (seen, True) if seen.preferences is not None else (page.shop, True)


def _wanted(page: ShopPage, filled: _Filled) -> ShopSpec:
    """The shop as it would be; what is wrong with it goes to its fields."""
    if page.wanted is not None:
        spec = page.wanted(page.spec)
        found, place = [*faults(spec)], None
    else:
        spec, found, place = _edited(page, filled)
    for one in (*found, *_too_small(page.shop, spec)):
        control = page.control_of(one, place)
        said = _said(one, page, control, spec)
        if control:
            filled.errors.setdefault(control, said)
        else:
            filled.others.append(f"{field_of(one.path, spec)}: {said}")
    return spec


def _said(fault: Fault, page: ShopPage, control: str, spec: ShopSpec) -> str:
    """A complaint in the words of the field that it is shown at."""
    kind = next((one.kind for one in page.fields if control in one.controls), None)
    return of_fault(
        fault,
        currency=spec.preferences.currency if kind is FieldKind.PRICE else "",
        provider=spec.preferences.provider,
        spans=kind is FieldKind.SPAN,
    )


def _edited(page: ShopPage, filled: _Filled) -> tuple[ShopSpec, list[Fault], Place | None]:
    places: list[Place | None] = []

    def edit(tree: ShopTree) -> None:
        place = page.at(tree)
        if place is None and page.begin is not None:
            place = page.begin(tree, filled.typed)
        places.append(place)
        if place is not None:
            for one in page.fields:
                one.put(tree, place, filled.touched)
            tree.drop_empty()

    # A shop that is open stays where it is in time; of a new one the times are as they are typed.
    zone = filled.touched.get("timezone") if page.base is None else None
    made = edited(page.ahead(page.spec), edit, timezone=zone)
    return made.spec, [*made.faults], places[0]


def _too_small(shop: Shop, spec: ShopSpec) -> Sequence[Fault]:
    """Quotas that would hold less than is taken of them. The append asks again."""
    fewer = [
        slug for slug, seats in spec.quotas.items() if seats < shop.quotas.get(slug, 0)
    ]  # fmt: skip
    ids = {slug: quota_id(shop.id, slug) for slug in fewer}
    totals = parts().seats([*ids.values()]) if ids else {}
    found = []
    for slug, quota in ids.items():
        _capacity, held, sold = totals.get(quota, (0, 0, 0))
        if spec.quotas[slug] < held + sold:
            right = "at least %(taken)s: %(held)s are held and %(sold)s are sold"
            values = {"taken": held + sold, "held": held, "sold": sold}
            found.append(
                Fault(
                    path=("quotas", slug), found=spec.quotas[slug], right=right, values=values
                )
            )  # fmt: skip
    return found


def _framed(page: ShopPage, filled: _Filled) -> Mapping[str, object]:
    """What each step of the way needs: where it leads, and what goes along."""
    going = {name: text for name, text in filled.typed.items() if name not in _OURS}
    return {
        "page": page,
        "address": request.path,
        "along": {**going, "version": str(page.shop.version)},
        "form": PressForm(),
        "shop_of": page.shop,
    }


_OURS = ("csrf_token", "sure", "look", "version")


def _form(page: ShopPage, filled: _Filled, *, unchanged: bool = False) -> str:
    return render_template(
        page.template,
        **{**_framed(page, filled), **page.more},
        values=filled.values,
        errors=filled.errors,
        others=filled.others,
        theirs=filled.theirs,
        moved=filled.moved,
        unchanged=unchanged,
        reason=filled.typed.get("reason", ""),
        history=url_for("shop_history.page", shop=page.shop.slug) if page.shop.slug else "",
        tongues=TONGUES,
    )
