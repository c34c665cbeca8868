"""The settings of a shop, section by section; what is left out of a form stays as it is."""

import re
from collections.abc import Mapping
from dataclasses import replace

from flask import render_template, request, url_for

from adapters.shop_file.edit import tree_of
from adapters.shop_file.picture_encoder import NotAPicture, read_picture
from ledger.shop.limits import LOGO_SIDE, PICTURE_FILE_BYTES, PICTURE_PIXELS, PICTURE_SIDE
from ledger.shop.shop import Shop, ShopSpec, spec_of
from ledger.shop.stamps import Picture
from ledger.staff.role import Role
from projections.order_search import OrderSearch
from web.admin.catalogue import READERS, shop_known
from web.admin.guard import back_office, current_staff, needs
from web.admin.shop_edit import Answer, ShopPage, shop_form, shop_press
from web.admin.shop_fields import FieldKind, ShopField
from web.admin.shop_preview import colours, samples
from web.admin.shop_sections import LOOKS, SECTIONS, STARTS, Section
from web.admin.shop_words import choice_in_words, span_in_words
from web.http.current import parts
from web.http.problems import ProblemRaised
from web.i18n.format import moment, money
from web.i18n.gettext import _

pages = back_office("shop_settings", __name__)
_SIDES = {"picture": PICTURE_SIDE, "logo": LOGO_SIDE}
_HASH = re.compile(r"[0-9a-f]{64}")


@pages.get("/shops/<shop>/settings")
@needs(*READERS)
def index(shop: str) -> str:
    """Every section with what it says now."""
    found = shop_known(shop)
    spec = spec_of(found)
    shown = {slug: _said(section, spec) for slug, section in SECTIONS.items()}
    return render_template(
        "admin/settings.html",
        shop_of=found,
        sections=SECTIONS,
        shown=shown,
        samples=samples(found),
        may_change=current_staff().may(shop=shop),
        done=bool(request.args.get("done")),
    )


@pages.get("/shops/<shop>/settings/<section>")
@needs(Role.ADMIN)
def form(shop: str, section: str) -> str:
    """One section."""
    return shop_form(_page(shop_known(shop), _section(section)))


@pages.post("/shops/<shop>/settings/<section>")
@needs(Role.ADMIN)
def press(shop: str, section: str) -> Answer:
    """First what it would come to, then it is so."""
    found = shop_known(shop)
    page = _page(found, _section(section))
    return shop_press(_with_pictures(page) if section == LOOKS.slug else page)


def _section(slug: str) -> Section:
    if slug not in SECTIONS:
        raise ProblemRaised("not-found")
    return SECTIONS[slug]


def _said(section: Section, spec: ShopSpec) -> list[tuple[object, str]]:
    """What the fields of a section say, as who changes nothing reads it."""
    tree = tree_of(spec)
    found = []
    for one in section.fields:
        shown = one.shown(tree, ())
        if one.kind is FieldKind.SPAN:
            found.append((one.label, span_in_words(*shown.values())))
        elif one.kind in (FieldKind.CHOICE, FieldKind.FLAG):
            found.append((one.label, choice_in_words(one, *shown.values())))
        elif one.kind in (FieldKind.MOMENT, FieldKind.PRICE):
            found.append((one.label, _told(one, spec)))
        else:
            found.append((one.label, " · ".join(filter(None, shown.values()))))
    return [(label, text) for label, text in found if text]


def _told(one: ShopField, spec: ShopSpec) -> str:
    """A moment or an amount as pages write it; empty where there is none."""
    policy = spec.preferences.cancellation
    match one.name:
        case "cancellation.fee.fixed":
            return money(policy.fee_fixed)
        case "cancellation.approval_above":
            return money(policy.approval_above) if policy.approval_above is not None else ""
        case name:
            when = getattr(spec.preferences, name)
            return moment(when) if when is not None else ""


def _page(shop: Shop, section: Section) -> ShopPage:
    fields = [one for one in section.fields if _applies(one, shop)]
    return ShopPage(
        shop=shop,
        title=str(section.title),
        lead=str(section.lead),
        note=""
        if len(fields) == len(section.fields)
        else _("When it starts is moved with `shop move`: every order is told of it then."),
        over=_("Settings"),
        back=url_for("shop_settings.index", shop=shop.slug),
        fields=fields,
        template="admin/looks.html" if section is LOOKS else "admin/shop_edit.html",
        more=_more(shop, section),
    )


def _applies(field: ShopField, shop: Shop) -> bool:
    """When it starts is no matter of a form once somebody has ordered."""
    return field is not STARTS or not parts().views.orders(OrderSearch(shops=(shop.slug,)), limit=1)


def _more(shop: Shop, section: Section) -> Mapping[str, object]:
    if section is LOOKS:
        return {"shades": colours(shop.terms.colour), "terms": shop.terms}
    return {"samples": samples(shop)} if section.slug == "cancellation" else {}


def _with_pictures(page: ShopPage) -> ShopPage:
    """The same with pictures that were sent: their bytes are kept, the form carries their names."""
    complaints, kept = dict[str, str](), dict[str, str]()
    pictures = dict[str, Picture | None]()
    for name in _SIDES:
        try:
            sent = _sent(name)
        except NotAPicture:
            complaints[name] = _complaint(name)
            continue
        if sent is not None:
            kept |= {f"{name}.hash": sent.hash, f"{name}.source": sent.source}
            pictures[name] = sent
        elif request.form.get(f"{name}.remove"):
            pictures[name] = None

    def ahead(spec: ShopSpec) -> ShopSpec:
        said = spec.preferences
        new = {
            name: _shown_as_before(pictures[name], known) if name in pictures else known
            for name, known in (("picture", said.picture), ("logo", said.logo))
        }
        wanted = replace(said, picture=new["picture"], logo=new["logo"])
        return replace(spec, preferences=wanted)

    return replace(page, ahead=ahead, complaints=complaints, kept=kept)


def _shown_as_before(new: Picture | None, known: Picture | None) -> Picture | None:
    """What it shows is said already, where there was one before, until somebody says it anew."""
    return replace(new, alt=known.alt) if new is not None and known is not None else new


def _sent(name: str) -> Picture | None:
    """A picture of this request, or of the one before it; raises `NotAPicture`."""
    least, most = _SIDES[name]
    file, source = request.files.get(name), ""
    content = file.read(PICTURE_FILE_BYTES + 1) if file is not None else b""
    if not content and _HASH.fullmatch(request.form.get(f"{name}.hash", "")):
        content = parts().pictures.read(request.form[f"{name}.hash"]) or b""
        source = request.form.get(f"{name}.source", "")
    if not content:
        return None
    read = read_picture(content, within=(most, most), least=least)
    if source:
        # It was encoded by us a moment ago: once is enough.
        hash = request.form[f"{name}.hash"]
    else:
        hash, source = read.hash, read.source
        parts().pictures.keep({read.hash: read.content})
    return Picture(
        hash=hash,
        source=source if _HASH.fullmatch(source) else hash,
        width=read.width,
        height=read.height,
        alt={},
    )


def _complaint(name: str) -> str:
    return _(
        "Send a JPEG, PNG or WebP of at most %(pixels)s million pixels, no smaller than"
        " %(least)s pixels on each side.",
        pixels=PICTURE_PIXELS // 1_000_000,
        least=_SIDES[name][0],
    )
