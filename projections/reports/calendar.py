"""Days, months and hours of a shop, by its own clock: both changes of the clock included."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)


def begins(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a day, in UTC.

    Where midnight is left out by a change of the clock, the day begins with the change.

    >>> begins(date(2027, 3, 28), ZoneInfo("Europe/Helsinki")).isoformat()
    '2027-03-27T22:00:00+00:00'
    """
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def days(since: datetime, until: datetime, zone: ZoneInfo) -> Iterator[date]:
    """Every day that a time touches; its end is not part of it."""
    day, last = since.astimezone(zone).date(), _last(since, until, zone)
    while day <= last:
        yield day
        day += _DAY


def months(since: datetime, until: datetime, zone: ZoneInfo) -> Iterator[date]:
    """The first day of every month that a time touches."""
    first, last = since.astimezone(zone).date(), _last(since, until, zone)
    for month in range(12 * first.year + first.month, 12 * last.year + last.month + 1):
        yield date((month - 1) // 12, (month - 1) % 12 + 1, 1)


def hours(since: datetime, until: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """Where each hour on the wall begins, with the offset that it has there.

    The hour that comes twice in autumn is two, the one that is left out in spring is none.

    >>> night = datetime(2027, 10, 30, 23, tzinfo=UTC), datetime(2027, 10, 31, 3, tzinfo=UTC)
    >>> [f"{one:%H%z}" for one in hours(*night, ZoneInfo("Europe/Helsinki"))]
    ['02+0300', '03+0300', '03+0200', '04+0200']
    """
    at = since.astimezone(zone)
    # Offsets are whole quarters of an hour, and clocks change at the full hour or half past.
    at = at.replace(minute=0, second=0, microsecond=0).astimezone(UTC)
    while at < until:
        yield at.astimezone(zone)
        at += _HOUR


def _last(since: datetime, until: datetime, zone: ZoneInfo) -> date:
    return (
        (max(until, since + timedelta(microseconds=1)) - timedelta(microseconds=1))
        .astimezone(zone)
        .date()
    )
