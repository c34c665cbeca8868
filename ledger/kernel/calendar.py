"""Moments that are worked out: an old ledger may hold spans that no calendar has room for."""

from datetime import UTC, datetime, timedelta

# A day is left at each end, so that every time zone can tell it.
LAST = datetime.max.replace(tzinfo=UTC) - timedelta(days=1)
FIRST = datetime.min.replace(tzinfo=UTC) + timedelta(days=1)

# The first and the last year that is stored.
YEARS = (1900, 2999)


def storable(moment: datetime) -> bool:
    """Whether the ledger keeps moments as old or as far off.

    >>> storable(datetime(2027, 1, 1, tzinfo=UTC)), storable(datetime(9999, 1, 1, tzinfo=UTC))
    (True, False)
    """
    return YEARS[0] <= moment.year <= YEARS[1]


def within(moment: datetime) -> datetime:
    """A moment, or the nearest that every time zone can tell."""
    return min(max(moment, FIRST), LAST)


def after(moment: datetime, *, days: int = 0, seconds: int = 0) -> datetime:
    """A moment so much later; the last there is where the calendar ends before.

    >>> after(datetime(2027, 1, 1, tzinfo=UTC), days=99_999_999) == LAST
    True
    """
    try:
        return within(moment + timedelta(days=days, seconds=seconds))
    except OverflowError:
        return LAST if days * 86_400 + seconds > 0 else FIRST
