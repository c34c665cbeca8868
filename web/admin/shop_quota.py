"""One quota of a shop: how many seats it has, what takes from it, and who holds each of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from flask import request, url_for
from flask_babel import lazy_gettext as _l

from adapters.shop_file.edit import ShopTree
from adapters.shop_file.strict_yaml import Place
from ledger.kernel.events import Recorded
from ledger.order.evolve import evolve
from ledger.order.order import Order
from ledger.order.status import status
from ledger.shop.faults import Fault
from ledger.shop.shop import Shop
from ledger.shop.stamps import quota_id
from ledger.staff.role import Role
from ledger.waiting_list.place import WaitingPlace
from projections.order_search import end_of
from web.admin.catalogue import READERS, QuotaRow, quota_rows, shop_known, totals_of
from web.admin.guard import back_office, current_staff, needs
from web.admin.shop_edit import Answer, ShopPage, shop_form, shop_press
from web.admin.shop_fields import FieldKind, ShopField
from web.admin.shop_sections import SLUG
from web.admin.words import STATUSES
from web.http.addresses import uuid_in
from web.http.current import parts
from web.http.problems import ProblemRaised
from web.i18n.gettext import _

pages = back_office("shop_quota", __name__)
_PAGE, _MOST_HELD = 50, 200
_SEATS = ShopField(
    name="seats",
    kind=FieldKind.WHOLE,
    label=_l("Seats"),
    hint=_l("Never fewer than are held and sold."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """An order that holds or has bought seats: since when, by which stamp, and until when.

    `until` is when an unpaid order ends; None for seats that are sold.
    """

    order: Order
    held: int
    sold: int
    since: datetime
    version: int
    until: datetime | None
    status: tuple[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPlace:
    """Somebody of the waiting list, and how many seats are held for them."""

    place: WaitingPlace
    held: int


@pages.get("/shops/<shop>/quotas/new")
@needs(Role.ADMIN)
def new(shop: str) -> str:
    """A quota to begin with."""
    return shop_form(_new_page(shop_known(shop)))


@pages.post("/shops/<shop>/quotas/new")
@needs(Role.ADMIN)
def add(shop: str) -> Answer:
    """There are so many from here on."""
    return shop_press(_new_page(shop_known(shop)))


@pages.get("/shops/<shop>/quotas/<quota>")
@needs(*READERS)
def page(shop: str, quota: str) -> str:
    """Its seats and who has them; who may change it finds a form."""
    return shop_form(_page(shop_known(shop), quota))


@pages.post("/shops/<shop>/quotas/<quota>")
@needs(Role.ADMIN)
def press(shop: str, quota: str) -> Answer:
    """More seats, or fewer, but never fewer than are held and sold."""
    return shop_press(_page(shop_known(shop), quota))


@pages.get("/shops/<shop>/quotas/<quota>/withdraw")
@needs(Role.ADMIN)
def ask(shop: str, quota: str) -> str:
    """Whether it is to go."""
    return shop_form(_without(shop_known(shop), quota))


@pages.post("/shops/<shop>/quotas/<quota>/withdraw")
@needs(Role.ADMIN)
def withdraw(shop: str, quota: str) -> Answer:
    """Emptied: nothing takes from it, and nobody has a seat of it."""
    return shop_press(_without(shop_known(shop), quota))


def _new_page(shop: Shop) -> ShopPage:
    slug = request.form.get("slug", "").strip()
    taken = {"slug": _("There is a quota of this name already.")} if slug in shop.quotas else {}

    def begin(tree: ShopTree, typed: Mapping[str, str]) -> Place | None:
        if not taken:
            tree.put(("quotas", slug), "".join(typed.get("seats", "").split()))
        return None

    def about(fault: Fault) -> str:
        if fault.path != ("quotas", slug):
            return ""
        return "slug" if fault.right.startswith("small letters") else "seats"

    return ShopPage(
        shop=shop,
        title=_("New quota"),
        lead=_("A number of seats that products take from."),
        over=_("Catalogue"),
        back=url_for("catalogue.listed", shop=shop.slug),
        fields=(SLUG, _SEATS),
        at=lambda tree: None,
        begin=begin,
        about=about,
        complaints=taken,
    )


def _row(shop: Shop, slug: str) -> QuotaRow:
    found = [one for one in quota_rows(shop, totals_of(shop)) if one.slug == slug]
    if not found:
        raise ProblemRaised("not-found")
    return found[0]


def _page(shop: Shop, slug: str) -> ShopPage:
    row = _row(shop, slug)
    holders, after = _holders(shop, slug)
    return ShopPage(
        shop=shop,
        title=slug,
        over=_("Catalogue"),
        back=url_for("catalogue.listed", shop=shop.slug),
        fields=(replace(_SEATS, name=slug),) if current_staff().may(shop=shop.slug) else (),
        at=lambda tree: ("quotas",),
        template="admin/quota.html",
        more={
            "row": row,
            "holders": holders,
            "after": after,
            "quota": slug,
            "kept": _kept(shop, slug),
            "waiting": _waiting(shop, slug),
        },
    )


def _without(shop: Shop, slug: str) -> ShopPage:
    row = _row(shop, slug)
    taking = ", ".join(one.slug for one in row.products)
    return ShopPage(
        shop=shop,
        title=_("Delete quota %(quota)s", quota=slug),
        lead=_("Products take from it still: %(products)s. Change those first.", products=taking)
        if taking
        else _("Nothing takes from it. It holds no seats any more."),
        over=slug,
        back=url_for("shop_quota.page", shop=shop.slug, quota=slug),
        done=url_for("catalogue.listed", shop=shop.slug, done=1),
        wanted=lambda spec: spec if taking else replace(spec, quotas={**spec.quotas, slug: 0}),
        danger=True,
    )


def _kept(shop: Shop, slug: str) -> int:
    """The held seats of a quota that are nobody's order: kept for holders of vouchers."""
    return parts().views.kept_seats(shop.slug).get(quota_id(shop.id, slug), 0)


def _waiting(shop: Shop, slug: str) -> Sequence[HeldPlace]:
    """People of the waiting list for whom seats of a quota are held."""
    quota, found = quota_id(shop.id, slug), parts().views.held_places(shop.slug, _MOST_HELD)
    places = [parts().waiting.get(one.stream) for one in found]
    return [
        HeldPlace(place=one, held=one.seats[quota][0])
        for one in places
        if one.seats.get(quota, (0, 0))[0]
    ]


def _holders(shop: Shop, slug: str) -> tuple[Sequence[Holder], str]:
    """A page of who has seats, the newest first, and the address of the next one."""
    found = parts().views.seat_holders(quota_id(shop.id, slug), _before(), _PAGE + 1)
    shown = found[:_PAGE]
    histories = parts().store.read_opened([one.order for one in shown])
    holders = [
        holder
        for one in shown
        if one.order in histories
        and (holder := _holder(one.order, histories[one.order], quota_id(shop.id, slug)))
    ]
    if len(found) <= _PAGE:
        return holders, ""
    last = shown[-1]
    place = f"{last.placed_at.astimezone(UTC).isoformat()}/{last.order}"
    return holders, url_for("shop_quota.page", shop=shop.slug, quota=slug, after=place)


def _before() -> tuple[datetime, UUID]:
    when, _sign, order = request.args.get("after", "").partition("/")
    try:
        return (datetime.fromisoformat(when), uuid_in(order)) if order else end_of(None)
    except ValueError:
        return end_of(None)


def _holder(id: UUID, history: Sequence[Recorded[object]], quota: UUID) -> Holder | None:
    """Since which stamp an order has what it has of a quota; None if it has nothing any more."""
    order, had, since = Order(id=id), (0, 0), history[0]
    for recorded in history:
        order = evolve(order, recorded)
        has = order.seats.get(quota, (0, 0))
        since, had = (recorded if has != had else since), has
    if had == (0, 0):
        return None
    ends = (
        order.placed_at + timedelta(seconds=order.terms.unpaid_after) if order.placed_at else None
    )
    return Holder(
        order=order,
        held=had[0],
        sold=had[1],
        since=since.recorded_at,
        version=since.version,
        until=ends if had[0] else None,
        status=STATUSES[status(order)],
    )
