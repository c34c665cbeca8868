"""A report as somebody asks for it: which shops, which days, as of when; and in which form."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from ledger.kernel.clocks import storable
from ledger.kernel.events import Recorded
from ledger.shop.shop import Shop, evolve_shop
from ledger.shop.stamps import shop_id
from projections.reports.calendar import begins
from projections.reports.report import Frame, Report
from projections.reports.sheet import Sheet
from projections.reports.streams import BEGINNINGS
from projections.reports.sums import FOREVER, DefinedFigures, Figures
from web.wiring.parts import Parts

_DAY = timedelta(days=1)
_CHUNK = 5_000


class PeriodInvalid(ValueError):
    """A date, a time or a position was expected, and a period that ends after it begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Days are those of the shop, both included; None is from the first order on, up to today.

    `as_of` is a position, a time, or None: then it is the end of the period, so that a period
    that is over always says the same.
    """

    shops: tuple[str, ...]
    first: date | None = None
    last: date | None = None
    as_of: int | datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A report, the frame that it was made in, and how far figures followed the ledger."""

    report: Report
    frame: Frame
    sheet: Sheet
    position: int

    @property
    def first(self) -> date:
        """The first day of it that something happened on, or was asked for."""
        return self.frame.since.astimezone(self.frame.zone).date()

    @property
    def last(self) -> date:
        """Its last day, at most today."""
        return (self.frame.until - timedelta(microseconds=1)).astimezone(self.frame.zone).date()


def wanted(
    shops: Sequence[str], *, first: str = "", last: str = "", as_of: str = "", zone: ZoneInfo
) -> Wanted:
    """What somebody typed; `as_of` is a position, a time or "now". Raises `PeriodInvalid`."""
    found = Wanted(
        shops=tuple(shops),
        first=_day(first, zone) if first else None,
        last=_day(last, zone) if last else None,
        as_of=_as_of(as_of.strip(), zone) if as_of.strip() else None,
    )
    if found.first and found.last and found.last < found.first:
        raise PeriodInvalid("the last day is before the first")
    return found


def _day(text: str, zone: ZoneInfo) -> date:
    try:
        day = date.fromisoformat(text)
        safe = storable(begins(day, zone)) and storable(begins(day + _DAY, zone))
    except (ValueError, OverflowError) as error:
        raise PeriodInvalid(f"{text!r} is no date like 2027-01-31") from error
    if not safe:
        raise PeriodInvalid(f"{text!r} is too far away")
    return day


def _as_of(text: str, zone: ZoneInfo) -> int | datetime:
    if text == "now":
        return FOREVER
    if text.isascii() and text.isdigit():
        return min(int(text[:20]), FOREVER)
    try:
        when = datetime.fromisoformat(text)
        return (when if when.tzinfo else when.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise PeriodInvalid(f"{text!r} is no position, and no time") from error


def zone_of(parts: Parts, shops: Sequence[str]) -> ZoneInfo:
    """The clock of these shops; UTC where they have several."""
    zones = {parts.shops.get(one).terms.timezone for one in shops}
    return ZoneInfo(zones.pop() if len(zones) == 1 else "UTC")


def make(parts: Parts, report: Report, asked: Wanted, *, defined: bool = False) -> Made:
    """The report, from the rows that follow the ledger or, as an auditor does, from its stamps."""
    frame, position = _frame(parts, asked, defined=defined)
    figures: Figures = parts.reports
    if defined:
        figures = DefinedFigures(_histories(parts, frame.as_of))
    return Made(report=report, frame=frame, sheet=report.make(figures, frame), position=position)


def _frame(parts: Parts, asked: Wanted, *, defined: bool) -> tuple[Frame, int]:
    """Never beyond what the rows have come to, nor beyond the end of the period."""
    zone = zone_of(parts, asked.shops)
    today = parts.clock().astimezone(zone).date()
    begun = (parts.reports.first(asked.shops) or parts.clock()).astimezone(zone).date()
    first = max(asked.first or begun, begun)
    last = max(first, min(asked.last or today, today))
    since, until = begins(first, zone), begins(last + _DAY, zone)
    known = parts.store.head()[0] if defined else parts.reports.position()
    as_of = min(known, _position(parts, asked.as_of, until))
    shops = {one: shop_as_of(parts, one, as_of) for one in asked.shops}
    frame = Frame(
        shops=asked.shops,
        since=since,
        until=until,
        as_of=as_of,
        zone=zone,
        zones={slug: ZoneInfo(shop.terms.timezone) for slug, shop in shops.items()},
        starts={slug: shop.terms.starts_at for slug, shop in shops.items()},
    )
    return frame, known


def _position(parts: Parts, as_of: int | datetime | None, until: datetime) -> int:
    if isinstance(as_of, int):
        return as_of
    return parts.reports.position_before(min(as_of, until) if as_of else until)


def shop_as_of(parts: Parts, slug: str, position: int) -> Shop:
    """How a shop stood at a position; how it stands, if it had no terms by then."""
    shop = Shop(id=shop_id(slug))
    for recorded in parts.store.read(shop.id):
        if recorded.position <= position:
            shop = evolve_shop(shop, recorded)
    return shop if shop.preferences is not None else parts.shops.get(slug)


def _histories(parts: Parts, until: int) -> Sequence[Sequence[Recorded[object]]]:
    """The stamps of all that reports count, up to a position, sealed parts closed."""
    found: dict[UUID, list[Recorded[object]]] = defaultdict(list)
    after = 0
    while after < until and (batch := parts.store.feed(after, limit=min(_CHUNK, until - after))):
        after = batch[-1].position
        for recorded in batch:
            found[recorded.stream].append(recorded)
    return [one for one in found.values() if isinstance(one[0].stamp, BEGINNINGS)]
