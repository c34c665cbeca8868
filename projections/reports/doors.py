"""Who came in at each door, and left: by the day of the event, and by the hour it was told."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime

from projections.reports.calendar import hours
from projections.reports.figures import Kind
from projections.reports.report import Frame, Numbers, Report, columns, line
from projections.reports.sheet import Cell, Picture, Series, Shape, Sheet, Unit
from projections.reports.sums import BEGINNING, Figures, by

_KINDS = (Kind.CAME, Kind.WENT, Kind.BESIDE)
_COUNTS = (
    ("came", Unit.COUNT),
    ("went", Unit.COUNT),
    ("inside", Unit.COUNT),
    ("beside", Unit.COUNT),
)
_DAY_COLUMNS = columns(("day", Unit.DAY), ("door", Unit.TEXT), ("product", Unit.WORD), *_COUNTS)


def doors_by_day(figures: Figures, frame: Frame) -> Sheet:
    """At the end of the time: who came in at each door on each day of the event, by product.

    What is inside of a day that is over never left, or was not seen to.
    """
    sums = figures.sums(frame.asked(*_KINDS, before=True))
    found = by(sums, "day", "door", "product")
    here = sorted((str(day), str(door), str(product)) for day, door, product in found)
    told = [
        Numbers(frame, found[d, o, p], day=d, door=o, product=p, since=BEGINNING)
        for d, o, p in here
    ]
    lines = [line(_day(d), o, p, *_cells(one)) for (d, o, p), one in zip(here, told, strict=True)]
    whole = Numbers(frame, by(sums).get((), {}), since=BEGINNING)
    lines.append(line("total", None, None, *_cells(whole), total=True))
    return Sheet(
        columns=_DAY_COLUMNS,
        lines=tuple(lines),
        pictures=(_by_door(here, told),),
    )


def _day(told: str) -> date | None:
    return date.fromisoformat(told) if told else None


def _cells(told: Numbers) -> Sequence[Cell]:
    return (
        told.count(Kind.CAME),
        told.count(Kind.WENT),
        told.count(Kind.CAME, less=(Kind.WENT,)),
        told.count(Kind.BESIDE),
    )


def _by_door(here: Sequence[tuple[str, str, str]], told: Sequence[Numbers]) -> Picture:
    """All days and products of a door together."""
    inside, left = Counter[str](), Counter[str]()
    for (_, door, _), one in zip(here, told, strict=True):
        inside[door] += one.many(Kind.CAME, less=(Kind.WENT,))
        left[door] += one.many(Kind.WENT)
    doors = sorted({door for _, door, _ in here})
    return Picture(
        shape=Shape.BARS,
        unit=Unit.TEXT,
        labels=tuple(doors),
        series=(
            Series(name="inside", values=tuple(inside[one] for one in doors)),
            Series(name="went", values=tuple(left[one] for one in doors)),
        ),
    )


_HOUR_COLUMNS = columns(
    ("hour", Unit.HOUR),
    ("door", Unit.TEXT),
    ("came", Unit.COUNT),
    ("went", Unit.COUNT),
    ("inside_so_far", Unit.COUNT),
)


def doors_by_hour(figures: Figures, frame: Frame) -> Sheet:
    """By the hour on the wall in which the ledger learned of it; quiet hours are left out.

    `inside_so_far` is who came through a door in this time and did not leave.
    """
    begun = [*hours(frame.since, frame.until, frame.zone)]
    bounds = [max(frame.since, one) for one in begun]
    sums = figures.sums(frame.asked(Kind.CAME, Kind.WENT, bounds=bounds))
    found = by(sums, "door", parted=True)
    here = sorted((int(part), str(door)) for door, part in found)
    ends = (*bounds, frame.until)
    told = [
        Numbers(
            frame,
            found[door, part],
            door=door,
            since=bounds[part - 1],
            until=ends[part],
        )
        for part, door in here
    ]
    lines = [
        line(begun[part - 1], door, one.count(Kind.CAME), one.count(Kind.WENT), inside)
        for (part, door), one, inside in zip(here, told, _so_far(here, told), strict=True)
    ]
    whole = Numbers(frame, by(sums).get((), {}))
    left = whole.many(Kind.CAME, less=(Kind.WENT,))
    came_and_went = (whole.count(Kind.CAME), whole.count(Kind.WENT))
    lines.append(line("total", None, *came_and_went, left, total=True))
    return Sheet(
        columns=_HOUR_COLUMNS,
        lines=tuple(lines),
        pictures=(_by_hour(here, told, begun),),
    )


def _so_far(here: Sequence[tuple[int, str]], told: Sequence[Numbers]) -> Iterator[int]:
    inside = Counter[str]()
    for (_part, door), one in zip(here, told, strict=True):
        inside[door] += one.many(Kind.CAME, less=(Kind.WENT,))
        yield inside[door]


def _by_hour(
    here: Sequence[tuple[int, str]], told: Sequence[Numbers], begun: Sequence[datetime]
) -> Picture:
    """All doors together."""
    came, went = Counter[int](), Counter[int]()
    for (part, _door), one in zip(here, told, strict=True):
        came[part] += one.many(Kind.CAME)
        went[part] -= one.many(Kind.WENT)
    parts = sorted(came)
    return Picture(
        shape=Shape.COLUMNS,
        unit=Unit.HOUR,
        labels=tuple(begun[part - 1] for part in parts),
        series=(
            Series(name="came", values=tuple(came[one] for one in parts)),
            Series(name="went", values=tuple(went[one] for one in parts)),
        ),
    )


DOORS_BY_DAY = Report(name="doors-by-day", make=doors_by_day)
DOORS_BY_HOUR = Report(name="doors-by-hour", make=doors_by_hour)
