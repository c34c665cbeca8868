"""The list of orders: found as one types, filtered, page by page, or as a file."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from ledger.kernel.clocks import storable
from ledger.kernel.money import Money, major
from ledger.order.status import Status
from ledger.shop.shop import Shop
from ledger.staff.role import Role
from projections.order_search import OrderSearch, Place, end_of
from projections.order_words import SHORTEST
from web.actions.csv_cells import harmless
from web.actions.find_orders import Listed, find, find_all
from web.actions.reports import zone_of
from web.admin.guard import back_office, current_staff, needs, shops_here
from web.admin.saved_views import FILTERS, views_here
from web.admin.selection import BULK
from web.admin.words import ACTIONS as WORDS
from web.admin.words import FLAGS, STATUSES
from web.http.current import parts
from web.i18n.format import local
from web.i18n.gettext import _
from web.pages.forms import PressForm

pages = back_office("orders_admin", __name__)
READERS = (Role.STAFF, Role.AUDITOR)
_LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What somebody typed and chose, and the search that it means."""

    text: str
    typed: Mapping[str, str]
    search: OrderSearch

    @property
    def label(self) -> str:
        """The label that all of them have; empty where it does not matter."""
        return self.typed.get("label", "")


@pages.get("/orders")
@needs(*READERS)
def listed() -> str | Answer:
    """A page of orders. One that is named exactly opens by itself when the form asks for it."""
    filters = _filters()
    found = find(parts(), filters.text, filters.search, label=filters.label)
    if filters.text and len(found.orders) == 1 and "go" in request.args:
        return redirect(url_for("order_admin.page", order=found.orders[0].page.stream), 303)
    template = "admin/order_rows.html" if "rows" in request.args else "admin/orders.html"
    shops = [parts().shops.get(one) for one in shops_here(*READERS)]
    return render_template(
        template,
        found=found,
        filters=filters,
        typed=filters.typed,
        onward=_onward(filters, found.onward),
        first="before" not in request.args,
        shops=shops,
        pairs=_choices(shops),
        every_status=STATUSES,
        flags=FLAGS,
        shortest=SHORTEST,
        total=lambda one: Money(one.page.total, one.page.currency),
        chooses=current_staff().may_somewhere(Role.STAFF),
        bulk=[(one, WORDS[one][0]) for one in BULK],
        form=PressForm(),
        kept=views_here(),
        labels=sorted({each for one in found.orders if one.order for each in one.order.labels}),
        note=request.args.get("note", ""),
        file=f"{url_for('orders_admin.file')}?{urlencode(filters.typed)}",
    )


@pages.get("/orders.csv")
@needs(*READERS)
def file() -> Response:
    """All that the filters mean, row by row as it is read."""
    filters = _filters()
    rows = _rows(find_all(parts(), filters.text, filters.search, label=filters.label))
    answer = Response(rows, mimetype="text/csv")
    answer.headers["Content-Disposition"] = 'attachment; filename="orders.csv"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _filters() -> Filters:
    """Whatever an address says, only shops where one may read are searched."""
    typed = {name: request.args.get(name, "")[:_LONGEST].strip() for name in FILTERS}
    mine = tuple(shops_here(*READERS))
    shops = tuple(one for one in mine if one == typed["shop"]) if typed["shop"] else mine
    zone = zone_of(parts(), shops)
    until = _day(typed["until"], zone)
    search = OrderSearch(
        shops=shops,
        status=typed["status"] or None,
        products=(typed["product"],) if typed["product"] else (),
        flags=(typed["flag"],) if typed["flag"] else (),
        before=_place() or end_of(until + timedelta(days=1) if until else None),
    )
    since = _day(typed["since"], zone)
    search = replace(search, since=since) if since else search
    kept = {name: value for name, value in typed.items() if value}
    return Filters(text=typed["q"], typed=kept, search=search)


def _day(text: str, zone: ZoneInfo) -> datetime | None:
    """The beginning of a day in a zone; None for what is none, or beyond what is stored."""
    try:
        day = datetime.fromisoformat(text).replace(tzinfo=zone)
    except ValueError:
        return None
    return day.astimezone(UTC) if storable(day) else None


def _place() -> Place | None:
    """Where a page goes on, as the page before wrote it; None for anything else."""
    at, _, stream = request.args.get("before", "").partition("/")
    try:
        place = datetime.fromisoformat(at), UUID(stream)
    except ValueError:
        return None
    return place if place[0].tzinfo is not None else None


def _onward(filters: Filters, place: Place | None) -> str:
    if place is None:
        return ""
    before = f"{place[0].astimezone(UTC).isoformat()}/{place[1]}"
    return f"{url_for('orders_admin.listed')}?{urlencode({**filters.typed, 'before': before})}"


def _choices(shops: Sequence[Shop]) -> Mapping[str, Sequence[tuple[str, object]]]:
    """What can be chosen from, as value and text."""
    known = (word for word in Status if word is not Status.NOT_STARTED)
    return {
        "statuses": [(word, STATUSES[word][1]) for word in known],
        "shops": [(one.slug, local(one.terms.name)) for one in shops],
        "products": [(slug, local(title)) for slug, title in _products(shops).items()],
        "flags": [*FLAGS.items()],
        "sharing": [
            (one.slug, _("Everybody of %(shop)s", shop=local(one.terms.name))) for one in shops
        ],
    }


def _products(shops: Sequence[Shop]) -> Mapping[str, Mapping[str, str]]:
    """By address, of every shop; one name for all its revisions."""
    return {slug: product.title for shop in shops for slug, product in shop.products.items()}


_COLUMNS = (
    "number",
    "shop",
    "first_name",
    "last_name",
    "email",
    "placed_at",
    "status",
    "flags",
    "currency",
    "total",
    "received",
    "refunded",
    "payment_reference",
    "order",
)


def _rows(orders: Iterator[Listed]) -> Iterator[str]:
    yield _row(_COLUMNS)
    for one in orders:
        yield _row(_told(one))


def _told(one: Listed) -> Sequence[object]:
    page = one.page
    person = one.order.terms.customer if one.order else None
    return (
        page.number,
        page.shop,
        harmless(person.first_name if person else ""),
        harmless(person.last_name if person else ""),
        harmless(person.email if person else ""),
        page.placed_at.isoformat(timespec="seconds") if page.placed_at else "",
        page.status,
        " ".join(page.flags),
        page.currency,
        _major(page.total, page.currency),
        _major(page.received, page.currency),
        _major(page.refunded, page.currency),
        page.payment_reference,
        page.stream,
    )


def _major(amount: int, currency: str) -> str:
    """A point and no spaces, so that programs read it."""
    return f"{major(Money(amount, currency)):f}"


def _row(values: Sequence[object]) -> str:
    line = StringIO()
    csv.writer(line).writerow(values)
    return line.getvalue()
