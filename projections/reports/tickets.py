"""Tickets by product and by hour, and sales against days to the start, several shops together."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import accumulate

from ledger.kernel.money import Money
from projections.reports.calendar import begins, days, hours
from projections.reports.figures import Kind
from projections.reports.report import Frame, Numbers, Report, columns, line
from projections.reports.sheet import Cell, Column, Line, Picture, Series, Shape, Sheet, Unit
from projections.reports.sums import Figures, by

_BOTH = (Kind.TICKETS, Kind.TICKETS_BACK)
_BACK = (Kind.TICKETS_BACK,)


_PRODUCT_COLUMNS = columns(
    ("product", Unit.WORD),
    ("revision", Unit.COUNT),
    ("tickets_sold", Unit.COUNT),
    ("given_up", Unit.COUNT),
    ("valid", Unit.COUNT),
)


def tickets_by_product(figures: Figures, frame: Frame) -> Sheet:
    """Tickets by product and revision: sold, given up, and what that leaves."""
    sums = figures.sums(frame.asked(*_BOTH))
    found = by(sums, "product", "revision")
    here = sorted((str(product), int(revision)) for product, revision in found)
    told = [Numbers(frame, found[p, r], product=p, revision=r) for p, r in here]
    lines = [_of_product(p, r, one) for (p, r), one in zip(here, told, strict=True)]
    lines.append(_of_product("total", None, Numbers(frame, by(sums).get((), {})), total=True))
    left = Series(name="valid", values=tuple(one.many(Kind.TICKETS, less=_BACK) for one in told))
    gone = Series(name="given_up", values=tuple(one.many(Kind.TICKETS_BACK) for one in told))
    return Sheet(
        columns=_PRODUCT_COLUMNS,
        lines=tuple(lines),
        pictures=(
            Picture(
                shape=Shape.BARS,
                unit=Unit.WORD,
                labels=tuple(f"{product} ({revision})" for product, revision in here),
                series=(left, gone),
            ),
        ),
    )


def _of_product(product: str, revision: int | None, told: Numbers, *, total: bool = False) -> Line:
    return line(product, revision, *_tickets(told), total=total)


def _tickets(told: Numbers) -> Sequence[Cell]:
    return (
        told.count(Kind.TICKETS),
        told.count(Kind.TICKETS_BACK),
        told.count(Kind.TICKETS, less=_BACK),
    )


_HOUR_COLUMNS = columns(
    ("hour", Unit.HOUR),
    ("tickets_sold", Unit.COUNT),
    ("given_up", Unit.COUNT),
    ("valid", Unit.COUNT),
    ("valid_so_far", Unit.COUNT),
)


def tickets_by_hour(figures: Figures, frame: Frame) -> Sheet:
    """Tickets by the hour on the wall in which they were sold or given up; quiet hours left out."""
    begun = [*hours(frame.since, frame.until, frame.zone)]
    bounds = [max(frame.since, one) for one in begun]
    sums = figures.sums(frame.asked(*_BOTH, bounds=bounds))
    found = by(sums, parted=True)
    parts = sorted(int(at[-1]) for at in found)
    told = [
        Numbers(frame, found[part,], since=bounds[part - 1], until=(*bounds, frame.until)[part])
        for part in parts
    ]
    left = [one.many(Kind.TICKETS, less=_BACK) for one in told]
    lines = [
        line(begun[part - 1], *_tickets(one), sum_)
        for part, one, sum_ in zip(parts, told, accumulate(left), strict=True)
    ]
    whole = Numbers(frame, by(sums).get((), {}))
    lines.append(line("total", *_tickets(whole), sum(left), total=True))
    return Sheet(
        columns=_HOUR_COLUMNS,
        lines=tuple(lines),
        pictures=(
            Picture(
                shape=Shape.COLUMNS,
                unit=Unit.HOUR,
                labels=tuple(begun[part - 1] for part in parts),
                series=(
                    Series(
                        name="tickets_sold", values=tuple(one.many(Kind.TICKETS) for one in told)
                    ),
                    Series(
                        name="given_up", values=tuple(-one.many(Kind.TICKETS_BACK) for one in told)
                    ),
                ),
            ),
        ),
    )


_MOVED = (Kind.RECEIVED, Kind.REFUNDED, Kind.CHARGED_BACK)
_GONE = (Kind.REFUNDED, Kind.CHARGED_BACK)
_ASKED = (*_BOTH, *_MOVED)
# A shop, in one currency.
Side = tuple[str, str]


def days_to_start(figures: Figures, frame: Frame) -> Sheet:
    """Net tickets and money by the days that were left, shops side by side; the future is blank.

    A day stands where the shop's start is by its word as of then: after a move, all days move.
    """
    told = {
        side: days_of
        for shop in frame.shops
        for side, days_of in _sides(figures, frame.alone(shop)).items()
    }
    left = sorted({day for one in told.values() for day in one}, reverse=True)
    every = range(left[0], left[-1] - 1, -1) if left else ()
    names = ("date", Unit.DAY), ("tickets", Unit.COUNT), ("money", Unit.MONEY)
    so_far = ("tickets_so_far", Unit.COUNT), ("money_so_far", Unit.MONEY)
    return Sheet(
        columns=(
            *columns(("days_to_start", Unit.COUNT)),
            *(
                Column(name=name, unit=unit, shop=_named(side, told))
                for side in told
                for name, unit in (*names, *so_far)
            ),
        ),
        lines=tuple(
            line(day, *(one for days_of in told.values() for one in days_of.get(day, _BLANK)))
            for day in every
        ),
        pictures=_pictures(told, every),
    )


_BLANK = (Cell(value=None),) * 5


def _sides(figures: Figures, frame: Frame) -> Mapping[Side, Mapping[int, Sequence[Cell]]]:
    """Of one shop by currency: the cells of every day, by the days that were left."""
    (shop,) = frame.shops
    start = frame.starts[shop].astimezone(frame.zone).date()
    begun = [*days(frame.since, frame.until, frame.zone)]
    bounds = [max(frame.since, begins(one, frame.zone)) for one in begun]
    sums = figures.sums(frame.asked(*_ASKED, bounds=bounds))
    ends = [*bounds[1:], frame.until]
    found = {}
    for currency in sorted({one.which.currency for one in sums}):
        parts = by((one for one in sums if one.which.currency == currency), parted=True)
        first = min(int(at[-1]) for at in parts)
        tickets = money = 0
        rows: dict[int, Sequence[Cell]] = {}
        for part in range(first, len(begun) + 1):
            time = {"since": bounds[part - 1], "until": ends[part - 1]}
            own = Numbers(frame, parts.get((part,), {}), shop=shop, currency=currency, **time)
            tickets += own.many(Kind.TICKETS, less=_BACK)
            money += own.amount(Kind.RECEIVED, less=_GONE)
            day = begun[part - 1]
            rows[(start - day) // timedelta(days=1)] = _day(day, own, tickets, money, currency)
        found[shop, currency] = rows
    return found


def _day(day: date, own: Numbers, tickets: int, money: int, currency: str) -> Sequence[Cell]:
    return (
        Cell(value=day),
        own.count(Kind.TICKETS, less=_BACK),
        own.money(Kind.RECEIVED, less=_GONE),
        Cell(value=tickets),
        Cell(value=Money(money, currency)),
    )


def _named(side: Side, every: Mapping[Side, object]) -> str:
    """Its address; its currency, too, where it has had several."""
    shop, currency = side
    alike = [one for one in every if one[0] == shop]
    return shop if len(alike) == 1 else f"{shop} {currency}"


def _pictures(
    told: Mapping[Side, Mapping[int, Sequence[Cell]]], every: Sequence[int]
) -> tuple[Picture, ...]:
    series = [
        Series(
            name="tickets_so_far",
            shop=_named(side, told),
            values=tuple(_number(days_of.get(day)) for day in every),
        )
        for side, days_of in told.items()
    ]
    return (Picture(shape=Shape.LINES, unit=Unit.COUNT, labels=tuple(every), series=tuple(series)),)


def _number(cells: Sequence[Cell] | None) -> int | None:
    value = cells[3].value if cells else None
    return value if isinstance(value, int) else None


TICKETS_BY_PRODUCT = Report(name="tickets-by-product", make=tickets_by_product)
TICKETS_BY_HOUR = Report(name="tickets-by-hour", make=tickets_by_hour)
DAYS_TO_START = Report(name="days-to-start", make=days_to_start, compares=True)
