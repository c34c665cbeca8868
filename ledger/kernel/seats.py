"""What takes seats, what an append moves of them, and appends that stand or fall together."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Protocol
from uuid import UUID

from ledger.kernel.store import Append, SeatChange


class HoldsSeats(Protocol):
    """What takes seats: an order, or a hold of seats that are kept for somebody."""

    @property
    def seats(self) -> Mapping[UUID, tuple[int, int]]:
        """How many it holds and how many are sold to it, by quota."""
        ...


def seat_changes(before: HoldsSeats, after: HoldsSeats) -> tuple[SeatChange, ...]:
    """What the quotas' running totals gain or lose between two states of an order, or a hold."""
    had, has = before.seats, after.seats
    if had == has:
        return ()
    changes = (
        SeatChange(
            quota=quota,
            held=has.get(quota, (0, 0))[0] - had.get(quota, (0, 0))[0],
            sold=has.get(quota, (0, 0))[1] - had.get(quota, (0, 0))[1],
        )
        for quota in sorted({*had, *has}, key=str)
    )
    return tuple(one for one in changes if one.held or one.sold)


def together(append: Append, also: Append | None) -> Append:
    """Both or neither. What one gives back of a quota the other may take: only the rest moves."""
    if also is None:
        return append
    return Append(
        drafts=[*append.drafts, *also.drafts],
        expected={**append.expected, **also.expected},
        seats=added_up((*append.seats, *also.seats)),
        payments=(*append.payments, *also.payments),
        gives_way=(*append.gives_way, *also.gives_way),
    )


def others_first(append: Append, stream: UUID) -> Append:
    """What others give back stands before what a stream takes: law 8 holds at every position."""
    drafts = sorted(append.drafts, key=lambda one: one.stream == stream)
    return replace(append, drafts=drafts)


def added_up(changes: Iterable[SeatChange]) -> tuple[SeatChange, ...]:
    """Of each quota one change, where anything changes."""
    moved: dict[UUID, SeatChange] = {}
    for one in changes:
        before = moved.get(one.quota, SeatChange(quota=one.quota))
        moved[one.quota] = replace(
            before,
            held=before.held + one.held,
            sold=before.sold + one.sold,
            capacity=before.capacity if one.capacity is None else one.capacity,
        )
    return tuple(one for one in moved.values() if one != SeatChange(quota=one.quota))
