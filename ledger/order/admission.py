"""Whether a ticket lets its holder in at a door: the one answer, by what it looked at."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from ledger.order.attendance import Scan
from ledger.order.order import Order
from ledger.order.tickets import Ticket, tickets_of
from ledger.shop.stamps import Admission


class DoorResult(StrEnum):
    """What a scan comes to. Exactly one holds: the first, in this order, that is not `valid`."""

    UNKNOWN = "unknown"
    USED = "used"
    REVOKED = "revoked"
    NOT_PAID = "not_paid"
    WRONG_DAY = "wrong_day"
    WRONG_DOOR = "wrong_door"
    VALID = "valid"


class TicketState(StrEnum):
    """How a ticket stands for whoever bought it (SPEC A5); in a cart it is none yet."""

    RESERVED = "reserved"
    CONFIRMED = "confirmed"
    CHECKED_IN = "checked_in"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorVerdict:
    """The answer about one scan. `used` is the entry that stands; `why` it was revoked.

    `again`: they were in before, and left. `inputs` are what the rule looked at.
    """

    result: DoorResult
    used: Scan | None = None
    why: str = ""
    again: bool = False
    inputs: Mapping[str, object]


EVERYWHERE = Admission()


def tickets(order: Order) -> tuple[Ticket, ...]:
    """All tickets of an order with the hashes of their codes; before they are issued, with none."""
    if order.placed is None:
        return ()
    hashes: Sequence[str] = order.tickets.hashes if order.tickets else ()
    count = sum(line.quantity * line.tickets for line in order.placed.lines)
    known = [*hashes[:count], *[""] * (count - len(hashes))]
    return tuple(tickets_of(order.placed, known))


def ticket_with(order: Order, hashed: str) -> Ticket | None:
    """The ticket that this is the hash of a code of: of today's, or of a former one, as shown."""
    today = order.renewed_codes.get(hashed, hashed)
    found = next((one for one in tickets(order) if today and one.code == today), None)
    return replace(found, code=hashed) if found else None


def admit(
    order: Order, ticket: Ticket | None, *, day: str, door: str, rules: Admission
) -> DoorVerdict:
    """What a scan of this ticket at a door, on a day of the event, comes to."""
    there = order.attended(ticket.code if ticket else "", day, door)
    left = bool(there.exits) and there.inside is None
    inputs = {
        "ticket": ticket.number if ticket else None,
        "day": day,
        "door": door,
        "days": rules.days,
        "doors": rules.doors,
        "reentry": rules.reentry,
        "inside": there.inside is not None,
        "left": left,
        "sold": order.placed is not None and order.sold,
        "released": order.released,
    }
    if ticket is None:
        return DoorVerdict(result=DoorResult.UNKNOWN, inputs=inputs)
    used = there.inside or (there.entries[-1] if left and not rules.reentry else None)
    if used is not None:
        return DoorVerdict(result=DoorResult.USED, used=used, inputs=inputs)
    result, why = hindrance(order, ticket, day=day, door=door, rules=rules)
    if result is DoorResult.VALID and not ticket.code:
        result = DoorResult.UNKNOWN  # paid this very moment: nobody has its code yet
    return DoorVerdict(result=result, why=why, again=left, inputs=inputs)


def hindrance(
    order: Order, ticket: Ticket, *, day: str, door: str, rules: Admission
) -> tuple[DoorResult, str]:
    """What keeps a ticket out, whoever came in with it before; and why it was revoked."""
    if why := revoked(order, ticket):
        return DoorResult.REVOKED, why
    if not order.admits:
        return DoorResult.NOT_PAID, ""
    if rules.days and day not in rules.days:
        return DoorResult.WRONG_DAY, ""
    if rules.doors and door not in rules.doors:
        return DoorResult.WRONG_DOOR, ""
    return DoorResult.VALID, ""


def revoked(order: Order, ticket: Ticket) -> str:
    """Why it is good no more; empty while it is: exactly as long as its seat is sold.

    `cancelled` with the order, or `part_cancelled`; `sent_on`: by now it has another code.
    """
    if order.released:
        return "cancelled"
    if ticket.code in order.renewed_codes:
        return "sent_on"
    return "" if ticket.outlasts(order.which_freed) else "part_cancelled"


def entries_of(order: Order, ticket: Ticket) -> Iterator[Scan]:
    """Every entry that stands with this ticket, at whatever door and day."""
    today = order.renewed_codes.get(ticket.code, ticket.code)
    for place, there in order.attendance.items():
        if today and place.ticket == today:
            yield from there.entries


def state(order: Order, ticket: Ticket) -> TicketState:
    """How a ticket stands. One that let somebody in stays used, whatever becomes of its seat."""
    if any(entries_of(order, ticket)):
        return TicketState.CHECKED_IN
    if revoked(order, ticket):
        return TicketState.REVOKED
    if order.admits:
        return TicketState.CONFIRMED
    return TicketState.RESERVED if order.alive else TicketState.REVOKED


def used_pieces(order: Order) -> Mapping[int, frozenset[int]]:
    """Which pieces of each line let somebody in with any of their tickets, by places from 0."""
    if not any_used(order):
        return {}
    used = [one for one in tickets(order) if any(entries_of(order, one))]
    return {
        place: frozenset(one.piece for one in used if one.place == place)
        for place in {one.place for one in used}
    }


def any_used(order: Order) -> bool:
    """Whether a ticket of this order let somebody in, and that was no mistake."""
    return any(there.entries for there in order.attendance.values())
