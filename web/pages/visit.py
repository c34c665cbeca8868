"""When it takes place, in the lines that people read before they buy and before they come."""

from datetime import datetime

from web.i18n.format import clock_time, moment, same_day, weekday
from web.i18n.gettext import _


def times(
    starts_at: datetime, *, doors_at: datetime | None = None, ends_at: datetime | None = None
) -> list[str]:
    """The first line says when it starts and ends, the next when doors open."""
    return [_when(starts_at, ends_at), *([_doors(doors_at, starts_at)] if doors_at else [])]


def _when(starts_at: datetime, ends_at: datetime | None) -> str:
    day, start = weekday(starts_at), clock_time(starts_at)
    if ends_at is None:
        return _("%(day)s at %(time)s", day=day, time=start)
    if same_day(starts_at, ends_at):
        return _("%(day)s, %(start)s to %(end)s", day=day, start=start, end=clock_time(ends_at))
    return _("%(day)s at %(time)s, until %(end)s", day=day, time=start, end=moment(ends_at))


def _doors(doors_at: datetime, starts_at: datetime) -> str:
    if same_day(doors_at, starts_at):
        return _("Doors open at %(time)s.", time=clock_time(doors_at))
    return _("Doors open on %(when)s.", when=moment(doors_at))
