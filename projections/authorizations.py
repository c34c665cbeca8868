"""Authorizations that wait to be captured or voided, each with the time from when it is due."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ledger.order.decisions.capture import capture_due_at, void_due_at
from ledger.order.order import Order
from projections.engine.projection import OF_LETTERS, Projection


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """`kind` is capture or void: what is to be done when `due_at` has come."""

    stream: UUID
    kind: str
    attempt: UUID
    due_at: datetime


def reservations(order: Order) -> Sequence[Reservation]:
    """The authorizations of an order that nobody is being asked about."""
    return [*_of(order)] if order.attempts else []


def _of(order: Order) -> Iterator[Reservation]:
    for attempt in order.reservations():
        for kind, due_at in (
            ("capture", capture_due_at(order, attempt)),
            ("void", void_due_at(order, attempt)),
        ):
            if due_at is not None:
                yield Reservation(
                    stream=order.id, kind=kind, attempt=attempt.correlation_id, due_at=due_at
                )


RESERVATIONS = Projection(
    name="reservations",
    version=1,
    row=Reservation,
    key=("kind", "attempt"),
    rows={Order: reservations},
    still=OF_LETTERS,
)
