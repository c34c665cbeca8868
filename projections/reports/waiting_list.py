"""Waiting lists by product: who joined, was asked, bought, let it lapse or left."""

from projections.reports.figures import Kind
from projections.reports.line_figures import LINE_KINDS
from projections.reports.report import Frame, Numbers, Report, columns, line
from projections.reports.sheet import Picture, Series, Shape, Sheet, Unit
from projections.reports.sums import Figures, by

_SHOWN = (Kind.LINE_JOINED, Kind.LINE_OFFERED, Kind.LINE_BOUGHT, Kind.LINE_LAPSED)
_COLUMNS = columns(
    ("product", Unit.WORD),
    ("line_joined", Unit.COUNT),
    ("line_offered", Unit.COUNT),
    ("line_bought", Unit.COUNT),
    ("line_lapsed", Unit.COUNT),
    ("line_left", Unit.COUNT),
)


def waiting_lists(figures: Figures, frame: Frame) -> Sheet:
    """What happened in this time, by product. People, not pieces."""
    sums = figures.sums(frame.asked(*LINE_KINDS))
    found = by(sums, "product")
    products = sorted(str(product) for (product,) in found)
    told = {one: Numbers(frame, found[one,], product=one) for one in products}
    lines = [line(one, *map(told[one].count, LINE_KINDS)) for one in products]
    whole = Numbers(frame, by(sums).get((), {}))
    lines.append(line("total", *map(whole.count, LINE_KINDS), total=True))
    picture = Picture(
        shape=Shape.BARS,
        unit=Unit.WORD,
        labels=tuple(products),
        series=tuple(
            Series(name=str(kind), values=tuple(told[one].many(kind) for one in products))
            for kind in _SHOWN
        ),
    )
    return Sheet(columns=_COLUMNS, lines=tuple(lines), pictures=(picture,))


WAITING_LISTS = Report(name="waiting-list", make=waiting_lists)
