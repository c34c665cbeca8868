"""Whether doors let people in by the rules: once, with what was good, told as it was."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from uuid import UUID

from ledger.audit.findings import Finding, Step
from ledger.order.admission import EVERYWHERE, DoorResult, hindrance, revoked, ticket_with
from ledger.order.attendance import day_of, scan_cause
from ledger.order.order import Order
from ledger.order.stamps import TicketCheckedIn, TicketCheckedOut, TicketCheckInUndone
from ledger.order.tickets import Ticket


def let_in_once(step: Step) -> Iterator[Finding]:
    """SPEC A8: who comes in has a ticket that is good and let nobody else in; who leaves is in.

    A scan off line is a fact: its ticket was issued, and it says itself why it should not have let
    anybody in. The earliest stands: so each is told of once, under its own name, and of its day.
    """
    order, news = step.order, step.stamp
    if order is None or news is None:
        return
    said = news.stamp
    if isinstance(said, TicketCheckInUndone):
        known = order.scans.get(news.correlation_id)
        if known is None or not known.inward:
            yield step.finding("A8", "takes back a check-in that never was")
    elif isinstance(said, TicketCheckedIn | TicketCheckedOut):
        found = [_misled(said, order), *_mistold(said, news.correlation_id, order)]
        yield from (step.finding("A8", text) for text in found if text)


def _misled(said: TicketCheckedIn | TicketCheckedOut, order: Order) -> str:
    """What is wrong with a scan, given its order before it; empty if nothing is."""
    ticket = ticket_with(order, said.ticket)
    if ticket is None:
        return "scans a ticket that was never issued"
    if said.queued:
        return _kept_quiet(said, ticket, order) if isinstance(said, TicketCheckedIn) else ""
    there = order.attended(said.ticket, said.day, said.door)
    if isinstance(said, TicketCheckedOut):
        return "" if there.inside else "sees somebody leave who is not inside"
    if there.inside:
        return "lets somebody in twice with one ticket"
    if revoked(order, ticket):
        return "lets somebody in with a ticket that was revoked before"
    return "" if order.admits else "lets somebody in with a ticket that is not paid"


_BAD = (DoorResult.REVOKED, DoorResult.NOT_PAID)


def _kept_quiet(said: TicketCheckedIn, ticket: Ticket, order: Order) -> str:
    """Whether a scan off line says of a bad ticket that it was good, or the other way round."""
    result, _ = hindrance(order, ticket, day=said.day, door=said.door, rules=EVERYWHERE)
    wanted = str(result) if result in _BAD else ""
    told = said.breach if said.breach in _BAD else ""
    if wanted == told:
        return ""
    return f"says that off line a ticket was {told or 'good'} that was {wanted or 'good'}"


def _mistold(said: TicketCheckedIn | TicketCheckedOut, cause: UUID, order: Order) -> Iterator[str]:
    """What would make one scan count twice, or at another place in time."""
    if cause != scan_cause(order.terms.shop, said.scan):
        yield "stands under another name than its scan's, which could be told once more"
    if isinstance(said, TicketCheckedIn):
        if said.day != day_of(said.scanned_at, order.terms.timezone):
            yield "lets somebody in on another day than that of its time"
        if said.breach and not said.queued:
            yield "lets somebody in on line who should have been turned away"


OF_CERTAIN: Mapping[Callable[[Step], Iterable[Finding]], tuple[type, ...]] = {
    let_in_once: (TicketCheckedIn, TicketCheckedOut, TicketCheckInUndone),
}
