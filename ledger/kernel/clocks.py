"""The clocks that an append depends on, and moments that are worked out from them."""

from dataclasses import dataclass
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


# Seconds that a clock is set back by every now and then are nothing to tell of.
_NOTHING = timedelta(seconds=1)
# An append from a machine that is further away from the database is refused.
MOST_APART = timedelta(minutes=1)
_NONE = timedelta()


@dataclass(frozen=True, slots=True)
class Clocks:
    """What time it is on this machine, at the database, and in the ledger, which a file may move.

    `newest` is when the newest stamp says that it was recorded; None in an empty ledger.
    """

    machine: datetime
    database: datetime
    ledger: datetime
    newest: datetime | None

    @property
    def apart(self) -> timedelta:
        """How far this machine is ahead of the database; negative if it is behind."""
        return self.machine - self.database

    @property
    def agree(self) -> bool:
        """Whether appends are taken from this machine."""
        return abs(self.apart) <= MOST_APART

    @property
    def ahead(self) -> timedelta:
        """How far the ledger is ahead of its clock: until then, stamps carry its newest time."""
        ahead = self.newest - self.ledger if self.newest else _NONE
        return ahead if ahead > _NOTHING else _NONE
