"""The clocks that an append depends on, and how far they are apart."""

from dataclasses import dataclass
from datetime import datetime, timedelta

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
