"""Who is inside with an order's tickets: told by all scans together, in whichever order they came.

A ticket lets one person in at a door on a day: the earliest scan stands. Whoever left may stand
there once more. Every other scan let somebody in beside them, and is for people to look into.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

from ledger.kernel.clocks import within
from ledger.kernel.events import Recorded, derived
from ledger.order.stamps import TicketCheckedIn, TicketCheckedOut

# A night belongs to the evening before it: the hour at which a day begins in the shop's zone.
DAY_BEGINS = 5


class Scan(Struct, frozen=True, kw_only=True):
    """One scan of a ticket. `at` is when, by the device's clock put right; `inward`: to come in."""

    cause: UUID
    id: UUID
    ticket: str
    day: str
    door: str
    device: str
    at: datetime
    inward: bool
    queued: bool
    breach: str
    position: int
    undone: bool = False


class TicketAtDoor(NamedTuple):
    """A ticket, by the hash of the code that it has today, at a door on a day."""

    ticket: str
    day: str
    door: str


class Attendance(Struct, frozen=True, kw_only=True):
    """What became of one ticket at one door on one day.

    `entries` are the scans that let its holder in, `exits` those that saw them leave, each in the
    order of their times. `beside` let somebody else in: at most one entry at a time stands.
    """

    entries: tuple[Scan, ...] = ()
    exits: tuple[Scan, ...] = ()
    beside: tuple[Scan, ...] = ()

    @property
    def inside(self) -> Scan | None:
        """The entry of whoever is inside just now."""
        return self.entries[-1] if len(self.entries) > len(self.exits) else None


NOBODY = Attendance()


def scan_cause(shop: UUID, scan: UUID) -> UUID:
    """The correlation id of a scan, from what the device calls it."""
    return derived(shop, f"scan/{scan}")


def scanned(stamp: TicketCheckedIn | TicketCheckedOut, recorded: Recorded[object]) -> Scan:
    """The scan that a stamp tells of."""
    inward = isinstance(stamp, TicketCheckedIn)
    return Scan(
        cause=recorded.correlation_id,
        id=stamp.scan,
        ticket=stamp.ticket,
        day=stamp.day,
        door=stamp.door,
        device=stamp.device,
        at=stamp.scanned_at,
        inward=inward,
        queued=stamp.queued,
        breach=stamp.breach if isinstance(stamp, TicketCheckedIn) else "",
        position=recorded.position,
    )


def attendances(
    scans: Sequence[Scan], renewed: Mapping[str, str]
) -> Mapping[TicketAtDoor, Attendance]:
    """What these scans come to, by ticket, day and door; one that was undone counts for nothing.

    `renewed` are hashes of former codes with those of today: a ticket is one under all its codes.
    """
    found: dict[TicketAtDoor, list[Scan]] = defaultdict(list)
    for one in sorted(scans, key=_order):
        if not one.undone:
            ticket = renewed.get(one.ticket, one.ticket)
            found[TicketAtDoor(ticket, one.day, one.door)].append(one)
    return {place: _attended(those) for place, those in found.items()}


def _order(one: Scan) -> tuple[datetime, int]:
    """By time, in whichever order they are told; of the very same moment, as they were told."""
    return one.at, one.position


def _attended(scans: Sequence[Scan]) -> Attendance:
    entries: list[Scan] = []
    exits: list[Scan] = []
    beside: list[Scan] = []
    for one in scans:
        inside = len(entries) > len(exits)
        if one.inward:
            (beside if inside else entries).append(one)
        elif inside:
            exits.append(one)
    return Attendance(entries=tuple(entries), exits=tuple(exits), beside=tuple(beside))


def day_of(at: datetime, timezone: str) -> str:
    """The day of the event that a moment belongs to, as ISO 8601.

    >>> from datetime import UTC
    >>> day_of(datetime(2027, 2, 13, 1, 30, tzinfo=UTC), "Europe/Helsinki")
    '2027-02-12'
    >>> day_of(datetime(2027, 2, 13, 3, 0, tzinfo=UTC), "Europe/Helsinki")
    '2027-02-13'
    """
    there = within(at).astimezone(ZoneInfo(timezone)).replace(tzinfo=None)
    return (there - timedelta(hours=DAY_BEGINS)).date().isoformat()


def breaches(scans: Sequence[Scan]) -> Iterator[Scan]:
    """Scans that let somebody in and should not have, whoever else was inside."""
    return (one for one in scans if one.breach and not one.undone)
