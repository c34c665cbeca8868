"""Waiting lists by product: who joined, was asked, bought, let it lapse or left."""

from collections.abc import Mapping

from projections.reports.figures import Kind
from projections.reports.line_figures import LINE_KINDS
from projections.reports.report import Frame, Numbers, Report, columns, line
from projections.reports.sheet import Picture, Series, Shape, Sheet, Unit
from projections.reports.sums import Figures, by

_ENDED = (Kind.LINE_BOUGHT, Kind.LINE_LAPSED, Kind.LINE_LEFT)
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
    return Sheet(columns=_COLUMNS, lines=tuple(lines), pictures=(_picture(told),))


def _picture(told: Mapping[str, Numbers]) -> Picture:
    """What became of whoever joined, each of them once: so long is a bar as they are many."""
    ended = [(str(kind), tuple(one.many(kind) for one in told.values())) for kind in _ENDED]
    left = tuple(one.many(Kind.LINE_JOINED, less=_ENDED) for one in told.values())
    return Picture(
        shape=Shape.BARS,
        unit=Unit.WORD,
        labels=tuple(told),
        series=tuple(
            Series(name=name, values=values) for name, values in (*ended, ("still_in_line", left))
        ),
    )


WAITING_LISTS = Report(name="waiting-list", make=waiting_lists)
