"""What a door does with tickets: lets their holders in and out, and takes a mistake back."""

from collections.abc import Sequence

from ledger.kernel.refusals import Contradicted, NotAdmitted, NotInside, UnknownCheckIn
from ledger.order.admission import EVERYWHERE, DoorResult, admit, hindrance, ticket_with, tickets
from ledger.order.attendance import day_of
from ledger.order.commands import CheckIn, CheckOut, DoorScan, UndoCheckIn
from ledger.order.order import Order
from ledger.order.stamps import (
    OrderStamp,
    TicketCheckedIn,
    TicketCheckedOut,
    TicketCheckInUndone,
)
from ledger.order.tickets import Ticket
from ledger.shop.stamps import Admission

_NOTHING: tuple[OrderStamp, ...] = ()


def check_in(command: CheckIn, order: Order) -> Sequence[OrderStamp]:
    """Once for each ticket, door and day. A scan from a queue is a fact: somebody is in.

    Raises `NotAdmitted` with the verdict; `Contradicted` where the scan was of something else.
    """
    ticket = _ticket(command, order)
    if _known(command, ticket, order, inward=True):
        return _NOTHING
    day, rules = _day(command, order), _rules(command, ticket)
    verdict = admit(order, ticket, day=day, door=command.door, rules=rules)
    if ticket is None or not ticket.code:
        raise NotAdmitted(code=verdict.result, verdict=verdict)
    breach = verdict.result
    if command.queued:
        breach, _ = hindrance(order, ticket, day=day, door=command.door, rules=rules)
    elif verdict.result is not DoorResult.VALID:
        raise NotAdmitted(code=verdict.result, verdict=verdict)
    return (
        TicketCheckedIn(
            scan=command.scan,
            ticket=ticket.code,
            day=day,
            door=command.door,
            device=command.device,
            scanned_at=command.scanned_at,
            clock_ahead=command.clock_ahead,
            queued=command.queued,
            breach="" if breach is DoorResult.VALID else str(breach),
        ),
    )


def check_out(command: CheckOut, order: Order) -> Sequence[OrderStamp]:
    """Only who is inside leaves; they do it on the day they came, however late it is.

    Raises `NotInside`; `NotAdmitted` for a ticket that nobody knows, `Contradicted` as above.
    """
    ticket = _ticket(command, order)
    if _known(command, ticket, order, inward=False):
        return _NOTHING
    if ticket is None or not ticket.code:
        raise NotAdmitted(code=DoorResult.UNKNOWN)
    today = order.renewed_codes.get(ticket.code, ticket.code)
    came = [
        place.day
        for place, there in order.attendance.items()
        if (place.ticket, place.door) == (today, command.door)
        and there.inside is not None
        and there.inside.at <= command.scanned_at
    ]
    if not came and not command.queued:
        raise NotInside
    return (
        TicketCheckedOut(
            scan=command.scan,
            ticket=ticket.code,
            day=max(came, default=_day(command, order)),
            door=command.door,
            device=command.device,
            scanned_at=command.scanned_at,
            clock_ahead=command.clock_ahead,
            queued=command.queued,
        ),
    )


def undo_check_in(command: UndoCheckIn, order: Order) -> Sequence[OrderStamp]:
    """The check-in counts no more: the ticket is as it was. Raises `UnknownCheckIn`."""
    known = order.scans.get(command.correlation_id)
    if known is None or not known.inward:
        raise UnknownCheckIn
    return _NOTHING if known.undone else (TicketCheckInUndone(reason=command.reason),)


def _ticket(command: DoorScan, order: Order) -> Ticket | None:
    if command.ticket:
        return ticket_with(order, command.ticket)
    return next((one for one in tickets(order) if one.number == command.number), None)


def _known(command: DoorScan, ticket: Ticket | None, order: Order, *, inward: bool) -> bool:
    """Whether this scan stands here already; one that was of something else is no repeat."""
    known = order.scans.get(command.correlation_id)
    if known is None:
        return False
    said = (ticket.code if ticket else "", command.door, inward)
    if said != (known.ticket, known.door, known.inward):
        raise Contradicted
    return True


def _day(command: DoorScan, order: Order) -> str:
    return day_of(command.scanned_at, order.terms.timezone)


def _rules(command: CheckIn, ticket: Ticket | None) -> Admission:
    return command.rules.get(ticket.line.product, EVERYWHERE) if ticket else EVERYWHERE
