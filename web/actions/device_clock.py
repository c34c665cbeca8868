"""The clock of a device at a door: how far it is from ours, and its times put right."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ledger.shop.limits import EARLIEST, LATEST

# Whatever an answer needs on its way is nothing to tell of; a clock that is away further is wrong.
_ON_ITS_WAY, WRONG = timedelta(seconds=2), timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceClock:
    """How far a device's clock is ahead of ours, by when it said that it sent something."""

    ahead: timedelta
    received: datetime

    @property
    def wrong(self) -> bool:
        """Whether somebody should set it."""
        return abs(self.ahead) > WRONG

    @property
    def milliseconds(self) -> int:
        """What is taken off its times."""
        return 0 if abs(self.ahead) <= _ON_ITS_WAY else int(self.ahead / timedelta(milliseconds=1))

    def put_right(self, at: datetime) -> datetime:
        """A time by this clock, as it was by ours; nothing was scanned after it was sent."""
        ours = _on_the_calendar(at) - timedelta(milliseconds=self.milliseconds)
        return max(min(ours, self.received), EARLIEST)


def clock_of(sent_at: datetime, received: datetime) -> DeviceClock:
    """The clock of a device that said it sent something at this time."""
    return DeviceClock(ahead=_on_the_calendar(sent_at) - received, received=received)


def _on_the_calendar(at: datetime) -> datetime:
    """However far a clock is away, its times can be reckoned with."""
    return max(min(at, LATEST), EARLIEST)
