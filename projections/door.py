"""What the doors of a shop know: every ticket as it stands, and who is inside with it."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ledger.order.admission import DoorResult, revoked, ticket_with, tickets
from ledger.order.attendance import Scan
from ledger.order.order import Order
from ledger.order.tickets import Ticket
from projections.engine.projection import OF_LETTERS, Projection
from projections.order_json import moment

# A code is drawn out of 31^15: half of a SHA-256 tells two of them apart, and nobody guesses one.
_DIGITS = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorTicket:
    """A ticket that was issued, by the keyed hash of a code that it has or had.

    `inside` is who is inside, by door and day:
    day, door, time and device, with a stroke between them. `position` is that of its order.
    """

    stream: UUID
    number: int
    shop: str
    product: str
    hash: str
    state: str
    inside: tuple[str, ...]
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorVisit:
    """What became of a ticket at a door on a day: how often its holder came in, and left."""

    stream: UUID
    number: int
    day: str
    door: str
    shop: str
    product: str
    entered: int
    went: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorCount:
    """The tickets of a product at a door on a day: who came in, who left, how many tickets."""

    door: str
    product: str
    entered: int
    went: int
    tickets: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorList:
    """Tickets as of a position: all of a shop, or those that changed after another position."""

    position: int
    as_of: datetime | None
    tickets: Sequence[DoorTicket]


def list_salt(shop: UUID) -> str:
    """What stands before each code of a shop in what its lists are made of."""
    return hashlib.sha256(f"door-list/{shop}".encode()).hexdigest()


def list_hash(salt: str, code: str) -> str:
    """What a ticket is called in a list that devices keep.

    >>> list_hash("salt", "ZZZZZZZZZZZZZZZP")
    '1b079eceaa0ea0add260177cd125f5d9'
    """
    return hashlib.sha256(f"{salt}/{code}".encode()).hexdigest()[:_DIGITS]


def door_tickets(order: Order) -> Sequence[DoorTicket]:
    """One row for each ticket that was issued, and for each code that one had before."""
    every = [one for one in tickets(order) if one.code]
    # What was sent on stays known by its former codes, so that a door can say why.
    former = [ticket_with(order, hashed) for hashed in order.renewed_codes]
    return [
        DoorTicket(
            stream=order.id,
            number=one.number,
            shop=order.terms.shop_slug,
            product=one.line.product,
            hash=one.code,
            state=_state(order, one),
            inside=tuple(_inside(order, one)) if one in every else (),
            position=order.position,
        )
        for one in (*every, *former)
        if one is not None
    ]


def _state(order: Order, ticket: Ticket) -> str:
    if revoked(order, ticket):
        return str(DoorResult.REVOKED)
    return str(DoorResult.VALID if order.admits else DoorResult.NOT_PAID)


def _inside(order: Order, ticket: Ticket) -> Iterator[str]:
    for place, there in sorted(order.attendance.items()):
        if place.ticket == ticket.code and there.inside is not None:
            yield inside_word(there.inside)


def inside_word(scan: Scan) -> str:
    """Who is inside, as a row says it."""
    return "/".join((scan.day, scan.door, str(moment(scan.at)), scan.device))


def door_visits(order: Order) -> Sequence[DoorVisit]:
    """One row for each ticket, door and day that somebody came in."""
    if order.placed is None:
        return ()
    numbers: Mapping[str, Ticket] = {one.code: one for one in tickets(order) if one.code}
    return [
        DoorVisit(
            stream=order.id,
            number=numbers[place.ticket].number,
            day=place.day,
            door=place.door,
            shop=order.placed.shop_slug,
            product=numbers[place.ticket].line.product,
            entered=len(there.entries),
            went=len(there.exits),
        )
        for place, there in sorted(order.attendance.items())
        if place.ticket in numbers and there.entries
    ]


DOOR_TICKETS = Projection(
    name="door_tickets",
    version=3,
    row=DoorTicket,
    key=("hash",),
    rows={Order: door_tickets},
)
DOOR_VISITS = Projection(
    name="door_visits",
    version=1,
    row=DoorVisit,
    key=("number", "day", "door"),
    rows={Order: door_visits},
    still=OF_LETTERS,
)
