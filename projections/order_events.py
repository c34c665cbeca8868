"""What integrators are told of an order: at most one event per stamp, as of that stamp."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from ledger.kernel.events import Recorded
from ledger.order import stamps
from ledger.order.admission import ticket_with
from ledger.order.attendance import Scan
from ledger.order.evolve import fold, folded_on
from ledger.order.order import Order
from ledger.order.status import status
from projections.order_json import moment, money_of


class EventKind(StrEnum):
    """The types of events. They are published: never rename."""

    PLACED = "order.placed"
    AUTHORIZED = "order.authorized"
    PAID = "order.paid"
    PAYMENT_RECEIVED = "order.payment_received"
    PAYMENT_FAILED = "order.payment_failed"
    PAYMENT_WITHDRAWN = "order.payment_withdrawn"
    CHANGED = "order.changed"
    CONTACT_CHANGED = "order.contact_changed"
    MOVED = "order.moved"
    CANCELLED = "order.cancelled"
    REVIVED = "order.revived"
    REFUND_REQUESTED = "order.refund_requested"
    REFUND_ACCEPTED = "order.refund_accepted"
    REFUNDED = "order.refunded"
    REFUND_FAILED = "order.refund_failed"
    DISPUTED = "order.disputed"
    DISPUTE_CLOSED = "order.dispute_closed"
    TICKETS_ISSUED = "order.tickets_issued"
    TICKET_CHECKED_IN = "order.ticket_checked_in"
    TICKET_CHECKED_OUT = "order.ticket_checked_out"
    TICKET_CHECK_IN_UNDONE = "order.ticket_check_in_undone"


KINDS: Mapping[type, EventKind] = {
    stamps.OrderPlaced: EventKind.PLACED,
    stamps.Authorized: EventKind.AUTHORIZED,
    stamps.Paid: EventKind.PAYMENT_RECEIVED,
    stamps.PaymentAssigned: EventKind.PAYMENT_RECEIVED,
    stamps.ZeroPrice: EventKind.PAID,
    stamps.PaymentFailed: EventKind.PAYMENT_FAILED,
    stamps.PaymentWithdrawn: EventKind.PAYMENT_WITHDRAWN,
    stamps.OrderAmended: EventKind.CHANGED,
    stamps.ContactChanged: EventKind.CONTACT_CHANGED,
    stamps.StartMoved: EventKind.MOVED,
    stamps.Cancelled: EventKind.CANCELLED,
    stamps.CancellationWithdrawn: EventKind.REVIVED,
    stamps.SeatsRetaken: EventKind.REVIVED,
    stamps.CreateRefundRequest: EventKind.REFUND_REQUESTED,
    stamps.CreateRefundSuccess: EventKind.REFUND_ACCEPTED,
    stamps.Refunded: EventKind.REFUNDED,
    stamps.ManualRefund: EventKind.REFUNDED,
    stamps.CreateRefundFailure: EventKind.REFUND_FAILED,
    stamps.RefundFailed: EventKind.REFUND_FAILED,
    stamps.Disputed: EventKind.DISPUTED,
    stamps.DisputeClosed: EventKind.DISPUTE_CLOSED,
    stamps.TicketsIssued: EventKind.TICKETS_ISSUED,
    stamps.TicketCheckedIn: EventKind.TICKET_CHECKED_IN,
    stamps.TicketCheckedOut: EventKind.TICKET_CHECKED_OUT,
    stamps.TicketCheckInUndone: EventKind.TICKET_CHECK_IN_UNDONE,
}


_AT_DOORS = frozenset(
    {
        EventKind.TICKET_CHECKED_IN,
        EventKind.TICKET_CHECKED_OUT,
        EventKind.TICKET_CHECK_IN_UNDONE,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderEvent:
    """Something that happened to an order, and the order as it was then."""

    kind: EventKind
    recorded: Recorded[object]
    order: Order


def events_of(
    order_id: UUID, history: Sequence[Recorded[object]], positions: Iterable[int]
) -> Sequence[OrderEvent]:
    """The events at these positions, from all the stamps of an order."""
    wanted, found = {*positions}, list[OrderEvent]()
    for number, recorded in enumerate(history):
        if recorded.position in wanted and type(recorded.stamp) in KINDS:
            before = fold(order_id, history[:number]) if number else Order(id=order_id)
            after = folded_on(before, [recorded])
            kind = _kind(recorded.stamp, before, after)
            found.append(OrderEvent(kind=kind, recorded=recorded, order=after))
    return found


def _kind(stamp: object, before: Order, after: Order) -> EventKind:
    """Money that came pays the order, or is a part of its price, a surplus, or too late."""
    kind = KINDS[type(stamp)]
    if kind is EventKind.PAYMENT_RECEIVED and after.alive:
        return EventKind.PAID if after.confirmed and not before.confirmed else kind
    return kind


def event_document(event: OrderEvent, *, id: UUID, personal: bool) -> Mapping[str, Any]:
    """The JSON of an event; the same event, the same document. Amounts in minor units.

    With `personal`, who ordered; null once they were erased. Of a scan at a door, its ticket.
    """
    order, recorded = event.order, event.recorded
    data: dict[str, Any] = {
        "id": str(id),
        "position": recorded.position,
        "shop": order.terms.shop_slug,
        "order": str(order.id),
        "number": order.number,
        "version": recorded.version,
        "status": str(status(order)),
        "currency": order.currency,
        "total": order.due.amount,
        "money": money_of(order),
    }
    scan = order.scans.get(recorded.correlation_id)
    if scan is not None and event.kind in _AT_DOORS:
        data["ticket"] = _scanned(order, scan)
    if personal:
        data["customer"] = _customer(order)
    return {"type": str(event.kind), "timestamp": moment(recorded.recorded_at), "data": data}


def _scanned(order: Order, scan: Scan) -> Mapping[str, Any]:
    """A scan, and whether it is the one that counts; no code, and no hash of one."""
    ticket = ticket_with(order, scan.ticket)
    there = order.attended(scan.ticket, scan.day, scan.door)
    return {
        "number": ticket.number if ticket else None,
        "product": ticket.line.product if ticket else None,
        "scan": str(scan.id),
        "door": scan.door,
        "day": scan.day,
        "scanned_at": moment(scan.at),
        "offline": scan.queued,
        "stands": scan in (*there.entries, *there.exits),
    }


def _customer(order: Order) -> Mapping[str, str] | None:
    known = order.terms.customer
    if known is None:
        return None
    return {
        "first_name": known.first_name,
        "last_name": known.last_name,
        "email": known.email,
        "phone": known.phone,
    }
