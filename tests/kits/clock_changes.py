"""Both changes of the clocks of 2027 in shops far apart, and the seconds around a deadline."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

# A zone, a noon before a change, and what the clock on the wall says 48 hours later. A day is 24
# hours, whatever that clock says; Kiritimati is a day ahead and never changes its clocks.
CHANGES: Mapping[str, tuple[str, str, str]] = {
    "Helsinki, clocks go forward": ("Europe/Helsinki", "2027-03-27T12:00", "2027-03-29T13:00"),
    "Helsinki, clocks go back": ("Europe/Helsinki", "2027-10-30T12:00", "2027-11-01T11:00"),
    "New York, clocks go forward": ("America/New_York", "2027-03-13T12:00", "2027-03-15T13:00"),
    "New York, clocks go back": ("America/New_York", "2027-11-06T12:00", "2027-11-08T11:00"),
    "Kiritimati, March": ("Pacific/Kiritimati", "2027-03-27T12:00", "2027-03-29T12:00"),
    "Kiritimati, October": ("Pacific/Kiritimati", "2027-10-30T12:00", "2027-11-01T12:00"),
}
A_SECOND = timedelta(seconds=1)


def local(zone: str, text: str) -> datetime:
    """A moment, as the clock on the wall there tells it."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def across(change: str) -> tuple[str, datetime, datetime]:
    """The zone, and both moments."""
    zone, before, afterwards = CHANGES[change]
    return zone, local(zone, before), local(zone, afterwards)


def around(deadline: datetime) -> Sequence[datetime]:
    """A second before it, itself, a second after it."""
    return (deadline - A_SECOND, deadline, deadline + A_SECOND)
