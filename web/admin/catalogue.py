"""What a shop sells: its products in their order, and the quotas that they take from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from flask import render_template, request, url_for

from ledger.shop.shop import ProductSpec, SeatTotals, Shop, ShopSpec, free_seats, spec_of
from ledger.shop.stamps import ProductRevised, quota_id
from ledger.staff.role import Role
from projections.product_sales import PieceCount
from web.admin.guard import back_office, current_staff, needs
from web.admin.shop_edit import Answer, ShopPage, shop_press
from web.admin.shop_fields import TONGUES
from web.http.addresses import now
from web.http.current import parts
from web.http.problems import ProblemRaised
from web.i18n.format import local, told_in
from web.i18n.gettext import _
from web.pages.forms import PressForm

pages = back_office("catalogue", __name__)
READERS = (Role.STAFF, Role.AUDITOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """What became of a product's pieces, over all of its revisions."""

    ordered: int = 0
    held: int = 0
    sold: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductRow:
    """A product in the list. `state` is now, later, over or off; `left` is None without limit."""

    product: ProductRevised
    pieces: Pieces
    state: str
    left: int | None
    missing: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaRow:
    """A quota: its seats, and which products take from it."""

    slug: str
    capacity: int
    held: int
    sold: int
    products: Sequence[ProductRevised]

    @property
    def free(self) -> int:
        """How many seats are left."""
        return max(self.capacity - self.held - self.sold, 0)

    @property
    def is_gone(self) -> bool:
        """Nothing of it is left, and nothing takes from it."""
        return not (self.capacity or self.held or self.sold or self.products)


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionSold:
    """A revision of a product as it was at last, and since when it was sold."""

    product: ProductRevised
    since: datetime


def shop_known(slug: str) -> Shop:
    """The shop of an address, as it is now; its page tells times in its time zone."""
    found = parts().shops.newest(slug)
    told_in(found.terms.timezone)
    return found


@pages.get("/shops/<shop>/catalogue")
@needs(*READERS)
def listed(shop: str) -> str:
    """Products and quotas, with what is sold, held and left."""
    return _page(shop_known(shop))


@pages.post("/shops/<shop>/catalogue")
@needs(Role.ADMIN)
def reorder(shop: str) -> Answer:
    """Another order: moved by one without scripts, or as it was dragged; then seen, then made."""
    found = shop_known(shop)
    order = _order(found, request.form.getlist("order"))
    for name, by in (("up", -1), ("down", 1)):
        if name in request.form:
            return _page(found, order=_moved(order, request.form[name], by))
    return shop_press(
        ShopPage(
            shop=found,
            title=_("The order of the products"),
            over=_("Catalogue"),
            back=url_for("catalogue.listed", shop=shop),
            wanted=lambda spec: replace(spec, products=_sorted(spec, order)),
            needs_reason=False,
        )
    )


def _order(shop: Shop, asked: Sequence[str]) -> Sequence[str]:
    """Every product exactly once: what is not named stays behind, what is not there is nothing."""
    there = [one.slug for one in spec_of(shop).products]
    words = [word for text in asked for word in text.split()]
    named = [slug for slug in dict.fromkeys(words) if slug in there]
    return [*named, *(slug for slug in there if slug not in named)]


def _moved(order: Sequence[str], slug: str, by: int) -> Sequence[str]:
    moved = [*order]
    if slug in moved:
        place = moved.index(slug)
        moved.insert(max(place + by, 0), moved.pop(place))
    return moved


def _sorted(spec: ShopSpec, order: Sequence[str]) -> tuple[ProductSpec, ...]:
    place = {slug: number for number, slug in enumerate(order)}
    return tuple(sorted(spec.products, key=lambda one: place.get(one.slug, len(place))))


def totals_of(shop: Shop) -> SeatTotals:
    """Of each quota capacity, held and sold, as the last commit left them."""
    ids = [quota_id(shop.id, slug) for slug in shop.quotas]
    return parts().seats(ids) if ids else {}


def pieces_of(counts: Sequence[PieceCount], slug: str) -> Pieces:
    """What became of a product, its old revisions included."""
    mine = [one for one in counts if one.product == slug]
    return Pieces(
        ordered=sum(one.ordered for one in mine),
        held=sum(one.held for one in mine),
        sold=sum(one.sold for one in mine),
    )


def quota_rows(shop: Shop, totals: SeatTotals) -> Sequence[QuotaRow]:
    """Every quota of a shop."""
    rows = []
    for slug, capacity in shop.quotas.items():
        _capacity, held, sold = totals.get(quota_id(shop.id, slug), (capacity, 0, 0))
        taking = [one for one in shop.products.values() if slug in one.quotas]
        rows.append(QuotaRow(slug=slug, capacity=capacity, held=held, sold=sold, products=taking))
    return rows


def last_of(shop: Shop, slug: str) -> ProductRevised:
    """The newest revision of a product, on sale or not; raises a problem where there is none."""
    known = shop.products.get(slug)
    return known or revisions_of(shop, slug)[-1].product


def revisions_of(shop: Shop, slug: str) -> Sequence[RevisionSold]:
    """Each revision as it was at last, the oldest first; raises a problem where there is none."""
    found: dict[int, RevisionSold] = {}
    for edit in parts().shops.edits(shop.slug):
        for stamp in edit.stamps:
            if isinstance(stamp, ProductRevised) and stamp.slug == slug:
                since = found[stamp.revision].since if stamp.revision in found else edit.at
                found[stamp.revision] = RevisionSold(product=stamp, since=since)
    if not found:
        raise ProblemRaised("not-found")
    return [found[number] for number in sorted(found)]


def _state(one: ProductRevised, at: datetime) -> str:
    if one.available_from is not None and one.available_from > at:
        return "later"
    over = one.available_until is not None and one.available_until <= at
    return "over" if over else "now"


def _missing(one: ProductRevised) -> Sequence[str]:
    """The languages of our pages that it does not speak."""
    return [name for code, name in TONGUES.items() if code not in one.title]


def _page(shop: Shop, *, order: Sequence[str] | None = None) -> str:
    counts, totals, at = parts().views.count_pieces(shop.slug), totals_of(shop), now()
    products = {one.slug: one for one in spec_of(shop).products}
    rows = [_row(shop, shop.products[slug], counts, totals, at) for slug in (order or products)]
    quotas = quota_rows(shop, totals)
    gone = sorted({*shop.revisions} - {*shop.products})
    return render_template(
        "admin/catalogue.html",
        shop_of=shop,
        rows=rows,
        unsaved=order is not None and [*order] != [*products],
        version=request.form.get("version", str(shop.version)),
        off=[(slug, pieces_of(counts, slug)) for slug in gone if pieces_of(counts, slug).ordered],
        quotas=[one for one in quotas if not one.is_gone],
        emptied=[one for one in quotas if one.is_gone],
        may_change=current_staff().may(shop=shop.slug),
        done=bool(request.args.get("done")),
        texts=_texts(shop),
        form=PressForm(),
    )


def _row(
    shop: Shop,
    one: ProductRevised,
    counts: Sequence[PieceCount],
    totals: SeatTotals,
    at: datetime,
) -> ProductRow:
    free = [free_seats(totals, quota) for quota in shop.quota_ids(one)]
    return ProductRow(
        product=one,
        pieces=pieces_of(counts, one.slug),
        state=_state(one, at),
        left=max(min(free), 0) if free else None,
        missing=_missing(one),
    )


def _texts(shop: Shop) -> Mapping[str, tuple[int, int]]:
    """Of each language how many of the shop's texts speak it, and how many there are."""
    terms = shop.terms
    found = [terms.name, terms.how_to_pay, terms.terms_url]
    found += [terms.venue.name, terms.venue.directions] if terms.venue else []
    for one in shop.products.values():
        found += [one.title, one.description]
    said = [texts for texts in found if texts]
    return {
        name: (sum(code in texts for texts in said), len(said)) for code, name in TONGUES.items()
    }


def title_of(product: ProductRevised) -> str:
    """A product's title in the reader's language, or its address where it has none."""
    return local(product.title) or product.slug
