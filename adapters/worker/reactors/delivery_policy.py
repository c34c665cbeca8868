"""When a letter is tried, tried again, or left to a person: the rule, without any mail."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from ledger.order.letter_delivery import Posting

_MINUTES = (1, 5, 15)
_HOUR = timedelta(hours=1)
# The minutes after each try; after the last of them, every further one.
PAUSES = (*_MINUTES, 60)

# A minute, five, fifteen, then every hour: a whole day of trying.
MOST_TRIES = 1 + len(_MINUTES) + 23


class WhenUnknown(StrEnum):
    """What happens to a letter of unknown fate: the operator's choice."""

    RESEND = "resend"
    HOLD = "hold"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryPolicy:
    """How long a claim is believed, and what follows when it was not kept."""

    lease: timedelta = field(default=timedelta(minutes=5))
    when_unknown: WhenUnknown = WhenUnknown.RESEND

    def resends(self, tries: int) -> bool:
        """Whether a letter whose last try is of unknown fate will be tried again."""
        return self.when_unknown is WhenUnknown.RESEND and tries < MOST_TRIES


@dataclass(frozen=True, slots=True)
class Try:
    """Claim it under this number, and send."""

    number: int


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Whoever claimed this try vanished: say so in the ledger."""

    number: int


Move = Try | Forgotten | None


def next_move(posting: Posting | None, *, now: datetime, policy: DeliveryPolicy) -> Move:
    """What to do about a letter that is owed; None is to leave it alone at this moment."""
    if posting is None or posting.changed_at is None:
        return Try(1)
    if posting.permanent:
        return None
    tries, age = posting.last_try, now - posting.changed_at
    match posting.state:
        case "due":
            return Try(tries + 1)
        case "started":
            return Forgotten(tries) if age >= policy.lease else None
        case "unknown" if policy.resends(tries):
            return Try(tries + 1) if age >= pause_after(tries) else None
        case "failed" if tries < MOST_TRIES:
            return Try(tries + 1) if age >= pause_after(tries) else None
        case _:
            return None


def pause_after(tries: int) -> timedelta:
    """How long to wait after so many tries.

    >>> [int(pause_after(tries).total_seconds() // 60) for tries in (1, 2, 3, 4, 20)]
    [1, 5, 15, 60, 60]
    """
    if tries <= len(_MINUTES):
        return timedelta(minutes=_MINUTES[tries - 1])
    return _HOUR
