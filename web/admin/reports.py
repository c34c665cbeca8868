"""Reports of the shops that one may read: pages with charts, files, and what is behind a number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from flask import Response, abort, render_template, request, url_for

from ledger.kernel.money import Money, major
from ledger.staff.role import Role
from projections.order_search import OrderPage
from projections.reports.all import REPORTS
from projections.reports.figures import Kind, in_minor_units
from projections.reports.forms import FORMS, ParquetMissing
from projections.reports.line_figures import LINE_KINDS
from projections.reports.report import Report
from projections.reports.sheet import Cell, Column, Picture, Shape, Unit, Value
from projections.reports.sums import FOREVER, Behind, Source
from web.actions.report_files import as_file
from web.actions.reports import Made, PeriodInvalid, Wanted, make, wanted, zone_of
from web.admin.guard import back_office, needs, shops_here
from web.admin.report_behind import places_behind, vouchers_behind
from web.admin.report_chart import NARROW, WIDE, Drawing, Scale, drawn
from web.admin.report_words import REPORTS as TITLES
from web.admin.report_words import SPOKEN, column_title, in_words
from web.admin.words import STATUSES
from web.http.current import parts
from web.i18n.format import (
    count,
    hour,
    local,
    money,
    month,
    percent,
    share,
    short_day,
    told_in,
)
from web.i18n.gettext import _

pages = back_office("reports_admin", __name__)
READERS = (Role.STAFF, Role.AUDITOR)
_TYPED = ("from", "to", "as_of")
_TAXED = frozenset({Kind.SOLD, Kind.RETURNED, Kind.TAKEN})
_LONGEST, _MOST = 60, 50
_MOST_REVISIONS = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A picture for a desk and for a phone, with the names of its series."""

    title: str
    wide: Drawing
    narrow: Drawing
    series: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class BehindRow:
    """An order behind a number, and what it adds to it."""

    page: OrderPage
    behind: Behind


@pages.get("/reports")
@needs(*READERS)
def listed() -> str:
    """All reports, each with what it tells."""
    return render_template("admin/reports.html", reports=TITLES)


@pages.get("/reports/<name>")
@needs(*READERS)
def page(name: str) -> str:
    """One report, with a chart, as of the end of its time or as somebody asks."""
    report, wrong = _report(name), ""
    try:
        made = make(parts(), report, _wanted())
    except PeriodInvalid:
        wrong = _("A day like 2027-01-31 is expected, and a period that ends after it begins.")
        made = make(parts(), report, Wanted(shops=_shops()))
    told_in(made.frame.zone.key)
    return render_template(
        "admin/report.html",
        made=made,
        wrong=wrong,
        title=TITLES[name][0],
        lead=TITLES[name][1],
        typed=_typed(),
        chosen=_shops(),
        shops=[(one, local(parts().shops.get(one).terms.name)) for one in shops_here(*READERS)],
        headings=_headings(made),
        labels=[" ".join(filter(None, (column_title(c.name), c.shop))) for c in made.sheet.columns],
        charts=_charts(made),
        forms=[(form, _address("file", name=name, form=form)) for form in FORMS],
        fixed=_address("page", name=name, as_of=str(made.frame.as_of)),
        shown=lambda cell, column: _shown(cell.value, column),
        behind=lambda cell: _behind_address(made, cell),
        is_number=_is_number,
    )


@pages.get("/reports/<name>.<form>")
@needs(*READERS)
def file(name: str, form: str) -> Response:
    """The same as a file, in the reader's language where it has one."""
    if form not in FORMS:
        abort(404)
    try:
        made = make(parts(), _report(name), _wanted())
        body = as_file(parts(), made, form, SPOKEN)
    except PeriodInvalid:
        abort(400)
    except ParquetMissing as missing:
        return Response(str(missing), 501, mimetype="text/plain")
    answer = Response(body, content_type=FORMS[form])
    called = f"{name}-{made.first}-{made.last}.{form}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{called}"'
    return answer


@pages.get("/reports/<name>/orders")
@needs(*READERS)
def orders(name: str) -> str:
    """The orders that a number was added up from, each with the stamp that did."""
    _report(name)
    shops, source = _shops(), _source()
    as_of, before = _whole("as_of"), _whole("before")
    told_in(zone_of(parts(), shops).key)
    asked: Any = {"shops": shops, "as_of": as_of}
    found = parts().reports.behind(source, **asked, before=before, limit=_MOST + 1)
    shown = found[:_MOST]
    pages_ = {one.stream: one for one in parts().reports.orders_by_id([o.stream for o in shown])}
    others = [one for one in shown if one.stream not in pages_]
    in_line = {*source.kinds} <= {*LINE_KINDS}
    onward = _onward(name, shown[-1].position) if len(found) > _MOST else ""
    return render_template(
        "admin/report_orders.html",
        title=TITLES[name][0],
        back=_back(name),
        rows=[BehindRow(page=pages_[o.stream], behind=o) for o in shown if o.stream in pages_],
        vouchers=[] if in_line else vouchers_behind(others),
        places=places_behind(others) if in_line else [],
        source=source,
        as_of=as_of,
        onward=onward,
        every_status=STATUSES,
        told=_in_words(source),
        amount=lambda one: money(_amount(source, one)),
        tax=lambda one: money(Money(one.vat, source.currency or "")),
        with_vat=source.currency is not None and bool(_TAXED & {*source.kinds}),
        with_money=source.currency is not None and not source.as_they_stand,
        several=len(shops_here(*READERS)) > 1,
    )


def _amount(source: Source, one: Behind) -> Money:
    currency = source.currency or ""
    return Money(in_minor_units(source.kinds, one.amount, currency), currency)


def _report(name: str) -> Report:
    if name not in REPORTS:
        abort(404)
    return REPORTS[name]


def _typed() -> Mapping[str, str]:
    return {one: request.args.get(one, "")[:_LONGEST].strip() for one in _TYPED}


def _shops() -> tuple[str, ...]:
    """Whatever an address says, only shops where one may read."""
    mine = tuple(shops_here(*READERS))
    chosen = request.args.getlist("shop")
    return tuple(one for one in mine if one in chosen) or mine


def _wanted() -> Wanted:
    shops, typed = _shops(), _typed()
    zone = zone_of(parts(), shops)
    return wanted(shops, first=typed["from"], last=typed["to"], as_of=typed["as_of"], zone=zone)


def _address(view: str, *, name: str, form: str | None = None, **other: str) -> str:
    """Of the same report: what was typed stays."""
    typed = [(key, value) for key, value in {**_typed(), **other}.items() if value]
    shops = [("shop", one) for one in request.args.getlist("shop") if one in _shops()]
    view = f"reports_admin.{view}"
    to = url_for(view, name=name, form=form) if form else url_for(view, name=name)
    query = urlencode([*typed, *shops])
    return f"{to}?{query}" if query else to


def _headings(made: Made) -> Sequence[tuple[str, Sequence[tuple[int, Column, str]]]]:
    """By shop where several stand side by side, else one group without a name."""
    columns = [(at, one, column_title(one.name)) for at, one in enumerate(made.sheet.columns)]
    return [(shop, [*group]) for shop, group in groupby(columns, key=lambda one: one[1].shop)]


def _is_number(column: Column) -> bool:
    return column.unit in (Unit.COUNT, Unit.MONEY, Unit.SHARE)


def _shown(value: Value, column: Column) -> str:
    """A value in the reader's language."""
    if value is None:
        return ""
    if isinstance(value, Money):
        return money(value)
    if isinstance(value, datetime):
        return hour(value)
    if isinstance(value, date):
        return month(value) if column.unit is Unit.MONTH else short_day(value)
    if isinstance(value, int):
        return share(value) if column.unit is Unit.SHARE else count(value)
    if column.name == "rate":
        return percent(value) if value else "–"
    return in_words(value)


def _charts(made: Made) -> Sequence[Chart]:
    """One for each currency that there is something of."""
    found = []
    for picture in made.sheet.pictures:
        scale = _scale(picture)
        wide, narrow = drawn(picture, WIDE, scale), drawn(picture, NARROW, scale)
        if wide and narrow:
            names = [one.shop or column_title(one.name) for one in picture.series]
            title = picture.currency
            if picture.shape is Shape.LINES:
                title = column_title(picture.series[0].name)
            found.append(Chart(title=title, wide=wide, narrow=narrow, series=names))
    return found


def _scale(picture: Picture) -> Scale:
    """Amounts in whole units of their currency, labels as the table has them."""
    column = Column(name="", unit=picture.unit)

    def number(value: int) -> str:
        if not picture.currency:
            return count(value)
        whole = major(Money(value, picture.currency))
        return count(int(whole)) if whole == int(whole) else money(Money(value, picture.currency))

    return Scale(label=lambda value: _shown(value, column), number=number)


_SOURCE = (
    "outcome",
    "provider",
    "method",
    "product",
    "rate",
    "currency",
    "door",
    "day",
    "payout",
    "bank_reference",
)


def _behind_address(made: Made, cell: Cell) -> str:
    """Where the orders behind a number are listed; empty where there is nothing behind it."""
    source = cell.source
    if source is None:
        return ""
    told: list[tuple[str, object]] = [("kind", str(one)) for one in source.kinds]
    told += [("less", str(one)) for one in source.less]
    told += [("shop", one) for one in ((source.shop,) if source.shop else made.frame.shops)]
    told += [("since", source.since.isoformat()), ("until", source.until.isoformat())]
    told += [(name, value) for name in _SOURCE if (value := getattr(source, name)) is not None]
    if source.revision is not None:
        told.append(("revision", source.revision))
    told.append(("as_of", made.frame.as_of))
    told += [(f"back_{name}", value) for name, value in _typed().items() if value]
    return f"{url_for('reports_admin.orders', name=made.report.name)}?{urlencode(told)}"


def _source() -> Source:
    """As `_behind_address` wrote it; 400 for anything else."""
    asked = request.args
    try:
        kinds, less = (
            tuple(Kind(one) for one in asked.getlist(name)[: len(Kind)])
            for name in ("kind", "less")
        )
        since, until = (datetime.fromisoformat(asked[name]) for name in ("since", "until"))
    except (KeyError, ValueError):
        abort(400)
    if not kinds or since.tzinfo is None or until.tzinfo is None:
        abort(400)
    told: dict[str, Any] = {name: asked.get(name, None) for name in _SOURCE}
    if any(value is not None and "\0" in value for value in told.values()):
        abort(400)
    revision = _whole("revision", most=_MOST_REVISIONS) if "revision" in asked else None
    return Source(kinds=kinds, less=less, since=since, until=until, revision=revision, **told)


def _whole(name: str, *, most: int = FOREVER) -> int:
    """A whole number of the address; the most there can be where none is told."""
    text = request.args.get(name, "")[:20]
    return min(int(text), most) if text.isascii() and text.isdigit() else most


def _onward(name: str, position: int) -> str:
    kept = [one for one in request.args.items(multi=True) if one[0] != "before"]
    query = urlencode([*kept, ("before", position)])
    return f"{url_for('reports_admin.orders', name=name)}?{query}"


def _back(name: str) -> str:
    """The report as it was."""
    typed = [
        (one, request.args[f"back_{one}"]) for one in _TYPED if request.args.get(f"back_{one}")
    ]
    query = urlencode([*typed, *(("shop", one) for one in _shops())])
    return f"{url_for('reports_admin.page', name=name)}?{query}"


def _in_words(source: Source) -> Sequence[tuple[str, str]]:
    """What the number tells apart, as the report's columns call it."""
    plus = ", ".join(column_title(str(one)) for one in source.kinds)
    less = "".join(f" − {column_title(str(one))}" for one in source.less)
    # The day of a payout is told by its name.
    told_apart = [name for name in _SOURCE if name != "day" or source.payout is None]
    named = [(name, getattr(source, name)) for name in told_apart]
    told = [(column_title(name), in_words(value)) for name, value in named if value]
    return [(_("Number"), plus + less), *told]
