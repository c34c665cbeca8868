"""What was sold: revenue and refunds by product, VAT by month, sales against days to the start."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from ledger.kernel.money import rate_as_written
from projections.reports.calendar import begins, months
from projections.reports.figures import Kind
from projections.reports.report import Frame, Numbers, Report, columns, currencies, line
from projections.reports.sheet import Line, Picture, Series, Shape, Sheet, Unit
from projections.reports.sums import Figures, Sum, by

_BACK = (Kind.RETURNED, Kind.TAKEN)
_LINES = (Kind.SOLD, Kind.RETURNED, Kind.TAKEN)


_PRODUCT_COLUMNS = columns(
    ("product", Unit.WORD),
    ("revision", Unit.COUNT),
    ("pieces_sold", Unit.COUNT),
    ("pieces_given_up", Unit.COUNT),
    ("pieces", Unit.COUNT),
    ("received", Unit.MONEY),
    ("refunded", Unit.MONEY),
    ("charged_back", Unit.MONEY),
    ("net", Unit.MONEY),
)


def products(figures: Figures, frame: Frame) -> Sheet:
    """Pieces and money by product and revision: sold, given up, come in, gone back, taken.

    Money that no line asked for, because it was too much or too late, has a row of its own.
    """
    sums = figures.sums(frame.asked(*_LINES))
    found = by(sums, "currency", "product", "revision")
    lines: list[Line] = []
    pictures: list[Picture] = []
    for currency in currencies(sums):
        here = sorted((str(p), int(r)) for of, p, r in found if of == currency)
        told = [
            Numbers(frame, found[currency, p, r], currency=currency, product=p, revision=r)
            for p, r in here
        ]
        for (product, revision), numbers in zip(here, told, strict=True):
            lines.append(_of_product(product or "beyond_price", revision or None, numbers))
        whole = Numbers(frame, by(sums, "currency")[currency,], currency=currency)
        lines.append(_of_product("total", None, whole, total=True))
        pictures.append(_product_picture(here, told, currency))
    return Sheet(
        columns=_PRODUCT_COLUMNS,
        lines=tuple(lines),
        pictures=tuple(pictures),
    )


def _product_picture(
    products: Sequence[tuple[str, int]], told: Sequence[Numbers], currency: str
) -> Picture:
    net = tuple(one.amount(Kind.SOLD, less=_BACK) for one in told)
    back = tuple(one.amount(*_BACK) for one in told)
    return Picture(
        shape=Shape.BARS,
        unit=Unit.WORD,
        labels=tuple(f"{name} ({number})" if name else "beyond_price" for name, number in products),
        series=(Series(name="net", values=net), Series(name="gone_back", values=back)),
        currency=currency,
    )


def _of_product(product: str, revision: int | None, told: Numbers, *, total: bool = False) -> Line:
    return line(
        product,
        revision,
        told.count(Kind.SOLD),
        told.count(Kind.RETURNED),
        told.count(Kind.SOLD, less=(Kind.RETURNED,)),
        told.money(Kind.SOLD),
        told.money(Kind.RETURNED),
        told.money(Kind.TAKEN),
        told.money(Kind.SOLD, less=_BACK),
        total=total,
    )


_VAT_COLUMNS = columns(
    ("month", Unit.MONTH),
    ("rate", Unit.TEXT),
    ("sales", Unit.MONEY),
    ("vat", Unit.MONEY),
    ("credited", Unit.MONEY),
    ("credited_vat", Unit.MONEY),
    ("net", Unit.MONEY),
    ("net_vat", Unit.MONEY),
    ("charged_back", Unit.MONEY),
    ("charged_back_vat", Unit.MONEY),
)


def vat_by_month(figures: Figures, frame: Frame) -> Sheet:
    """VAT in what came, by the month in which it came; in what went back, by when it went back.

    What banks took for good is told beside it: whether its VAT may be taken off is another law.
    """
    begun = [*months(frame.since, frame.until, frame.zone)]
    bounds = [max(frame.since, begins(one, frame.zone)) for one in begun]
    sums = [
        one for one in figures.sums(frame.asked(*_LINES, bounds=bounds)) if one.amount or one.vat
    ]
    lines: list[Line] = []
    pictures: list[Picture] = []
    for currency in currencies(sums):
        here = [one for one in sums if one.which.currency == currency]
        found = by(here, "rate", parted=True)
        for part in sorted({int(at[-1]) for at in found}):
            begin, end = bounds[part - 1], (*bounds, frame.until)[part]
            for rate in _rates(at[0] for at in found if at[-1] == part):
                told = {"currency": currency, "rate": rate, "since": begin, "until": end}
                lines.append(
                    _of_month(begun[part - 1], rate, Numbers(frame, found[rate, part], **told))
                )
        for rate in _rates(one.which.rate for one in here):
            whole = by(here, "rate")[rate,]
            lines.append(
                _of_month(
                    "total", rate, Numbers(frame, whole, currency=currency, rate=rate), total=True
                )
            )
        pictures.append(_vat_picture(frame, here, begun, currency))
    return Sheet(
        columns=_VAT_COLUMNS,
        lines=tuple(lines),
        pictures=tuple(pictures),
    )


def _rates(found: Iterable[object]) -> Sequence[str]:
    """The highest first; what is no sale, and so has none, at the end."""
    rates, none = {str(one) for one in found}, {""}
    return [*sorted(rates - none, key=Decimal, reverse=True), *(rates & none)]


def _of_month(month: date | str, rate: str, told: Numbers, *, total: bool = False) -> Line:
    return line(
        month,
        rate_as_written(Decimal(rate)) if rate else "",
        told.money(Kind.SOLD),
        told.vat(Kind.SOLD),
        told.money(Kind.RETURNED),
        told.vat(Kind.RETURNED),
        told.money(Kind.SOLD, less=(Kind.RETURNED,)),
        told.vat(Kind.SOLD, less=(Kind.RETURNED,)),
        told.money(Kind.TAKEN),
        told.vat(Kind.TAKEN),
        total=total,
    )


def _vat_picture(
    frame: Frame, sums: Sequence[Sum], begun: Sequence[date], currency: str
) -> Picture:
    found = by(sums, parted=True)
    told = [
        Numbers(frame, found.get((part,), {}), currency=currency)
        for part in range(1, len(begun) + 1)
    ]
    return Picture(
        shape=Shape.COLUMNS,
        unit=Unit.MONTH,
        labels=tuple(begun),
        series=(
            Series(name="vat", values=tuple(one.taxes(Kind.SOLD) for one in told)),
            Series(name="credited_vat", values=tuple(-one.taxes(Kind.RETURNED) for one in told)),
        ),
        currency=currency,
    )


REVENUE_BY_PRODUCT = Report(name="revenue-by-product", make=products)
VAT_BY_MONTH = Report(name="vat-by-month", make=vat_by_month)
