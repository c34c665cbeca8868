"""Tickets exchanged at the door: by product, and by the hour in which their holders came."""

from itertools import accumulate

from projections.reports.calendar import hours
from projections.reports.figures import Kind
from projections.reports.report import Frame, Numbers, Report, columns, line
from projections.reports.sheet import Line, Picture, Series, Shape, Sheet, Unit
from projections.reports.sums import BEGINNING, Figures, by

_BOTH = (Kind.WAITING, Kind.EXCHANGED)
_PRODUCT_COLUMNS = columns(
    ("product", Unit.WORD),
    ("revision", Unit.COUNT),
    ("not_exchanged", Unit.COUNT),
    ("exchanged", Unit.COUNT),
    ("tickets", Unit.COUNT),
)


def exchange_by_product(figures: Figures, frame: Frame) -> Sheet:
    """At the end of the time: tickets that let somebody in, and those that would (K-73)."""
    sums = figures.sums(frame.asked(*_BOTH, before=True))
    found = by(sums, "product", "revision")
    here = sorted((str(product), int(revision)) for product, revision in found)
    told = [Numbers(frame, found[p, r], product=p, revision=r, since=BEGINNING) for p, r in here]
    lines = [_of_product(p, r, one) for (p, r), one in zip(here, told, strict=True)]
    whole = Numbers(frame, by(sums).get((), {}), since=BEGINNING)
    lines.append(_of_product("total", None, whole, total=True))
    return Sheet(
        columns=_PRODUCT_COLUMNS,
        lines=tuple(lines),
        pictures=(
            Picture(
                shape=Shape.BARS,
                unit=Unit.WORD,
                labels=tuple(f"{product} ({revision})" for product, revision in here),
                series=tuple(
                    Series(name=name, values=tuple(one.many(kind) for one in told))
                    for name, kind in (
                        ("exchanged", Kind.EXCHANGED),
                        ("not_exchanged", Kind.WAITING),
                    )
                ),
            ),
        ),
    )


def _of_product(product: str, revision: int | None, told: Numbers, *, total: bool = False) -> Line:
    cells = (told.count(Kind.WAITING), told.count(Kind.EXCHANGED), told.count(*_BOTH))
    return line(product, revision, *cells, total=total)


_HOUR_COLUMNS = columns(
    ("hour", Unit.HOUR),
    ("arrivals", Unit.COUNT),
    ("arrivals_so_far", Unit.COUNT),
)


def exchange_by_hour(figures: Figures, frame: Frame) -> Sheet:
    """Arrivals by the hour on the wall in which the ledger learned of them (K-74).

    Quiet hours are left out; the total ends with the tickets that nobody came with yet.
    """
    begun = [*hours(frame.since, frame.until, frame.zone)]
    bounds = [max(frame.since, one) for one in begun]
    sums = figures.sums(frame.asked(Kind.EXCHANGED, bounds=bounds))
    found = by(sums, parted=True)
    parts = sorted(int(at[-1]) for at in found)
    told = [
        Numbers(frame, found[part,], since=bounds[part - 1], until=(*bounds, frame.until)[part])
        for part in parts
    ]
    came = [one.many(Kind.EXCHANGED) for one in told]
    lines = [
        line(begun[part - 1], one.count(Kind.EXCHANGED), sum_)
        for part, one, sum_ in zip(parts, told, accumulate(came), strict=True)
    ]
    still = figures.sums(frame.asked(Kind.WAITING, before=True))
    waiting = Numbers(frame, by(still).get((), {}), since=BEGINNING)
    lines.append(line("not_exchanged", waiting.count(Kind.WAITING), None))
    whole = Numbers(frame, by(sums).get((), {}))
    lines.append(line("total", whole.count(Kind.EXCHANGED), sum(came), total=True))
    return Sheet(
        columns=_HOUR_COLUMNS,
        lines=tuple(lines),
        pictures=(
            Picture(
                shape=Shape.COLUMNS,
                unit=Unit.HOUR,
                labels=tuple(begun[part - 1] for part in parts),
                series=(Series(name="arrivals", values=tuple(came)),),
            ),
        ),
    )


EXCHANGE_BY_PRODUCT = Report(name="exchange-by-product", make=exchange_by_product)
EXCHANGE_BY_HOUR = Report(name="exchange-by-hour", make=exchange_by_hour)
