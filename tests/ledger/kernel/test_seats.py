"""What an append moves of seats: by quota, added up, and never what does not move."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest

from ledger.kernel.events import Draft
from ledger.kernel.seats import added_up, others_first, seat_changes, together
from ledger.kernel.store import Append, PaymentClaim, SeatChange, WaitingLine

A, B = UUID(int=1), UUID(int=2)


@dataclass
class Holder:
    seats: Mapping[UUID, tuple[int, int]]


@pytest.mark.parametrize(
    ("had", "has", "changes"),
    [
        ({A: (2, 0)}, {A: (2, 0)}, []),
        ({}, {A: (2, 0)}, [SeatChange(quota=A, held=2)]),
        ({A: (2, 0)}, {A: (0, 2)}, [SeatChange(quota=A, held=-2, sold=2)]),
        ({A: (0, 2)}, {}, [SeatChange(quota=A, sold=-2)]),
        ({A: (1, 0), B: (1, 0)}, {A: (1, 0), B: (0, 1)}, [SeatChange(quota=B, held=-1, sold=1)]),
        (
            {B: (1, 0)},
            {A: (0, 3)},
            [SeatChange(quota=A, sold=3), SeatChange(quota=B, held=-1)],
        ),
    ],
)
def test_a_quota_gains_or_loses_what_is_between_two_states(had, has, changes):
    assert [*seat_changes(Holder(had), Holder(has))] == changes


def test_changes_of_one_quota_are_one_and_what_moves_nothing_is_none():
    found = added_up(
        [
            SeatChange(quota=A, held=2),
            SeatChange(quota=B, sold=1),
            SeatChange(quota=A, held=-1, sold=1, capacity=9),
            SeatChange(quota=A, held=1),
            SeatChange(quota=B, sold=-1),
        ]
    )
    assert found == (SeatChange(quota=A, held=2, sold=1, capacity=9),)
    assert added_up([SeatChange(quota=A, capacity=9), SeatChange(quota=A, capacity=0)]) == (
        SeatChange(quota=A, capacity=0),
    )
    assert added_up([]) == ()


def draft(stream: UUID) -> Draft[object]:
    return Draft(stream=stream, stamp=None, correlation_id=uuid4(), actor="test")


def append(stream: UUID, held: int) -> Append:
    return Append(
        drafts=[draft(stream)],
        expected={stream: 1},
        seats=[SeatChange(quota=A, held=held)],
        payments=[PaymentClaim(payment=stream, holder=stream)],
        gives_way=[WaitingLine(id=stream, quotas=(A,))],
    )


def test_both_or_neither_and_only_the_rest_of_the_seats_moves():
    one, other = append(A, 2), append(B, -1)
    both = together(one, other)
    assert [*both.drafts] == [*one.drafts, *other.drafts]
    assert both.expected == {A: 1, B: 1}
    assert both.seats == (SeatChange(quota=A, held=1),)
    assert [*both.payments] == [*one.payments, *other.payments]
    assert [*both.gives_way] == [*one.gives_way, *other.gives_way]
    assert together(one, None) is one


def test_what_others_give_back_stands_before_what_a_stream_takes():
    both = together(append(A, 2), append(B, -1))
    assert [one.stream for one in others_first(both, A).drafts] == [B, A]
    assert [one.stream for one in others_first(both, B).drafts] == [A, B]
