"""Rows that a stamp cannot change are not worked out again, and are the same as if they were."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random
from uuid import UUID

import pytest

from ledger.kernel.events import Recorded
from ledger.order.order import Order
from projections.all import PROJECTIONS
from projections.engine.derive import Rows, derive, entries_only
from projections.engine.projection import OF_LETTERS, Row, State, folded
from projections.seats import SEATS
from tests.kits.example_stamps import example
from tests.kits.histories import WHEN, story
from tests.projections.test_order_json import full_story

EVERY = tuple(PROJECTIONS.values())
STREAM = UUID(int=7)
STORIES = [full_story(1), *(story(Random(seed)) for seed in range(5))]


def told(stamps: Sequence[tuple[UUID, object]]) -> list[Recorded[object]]:
    """As the ledger would hold them, in one stream."""
    return [
        Recorded(
            stream=STREAM,
            version=nth,
            position=nth,
            recorded_at=WHEN + timedelta(minutes=nth),
            stamp=stamp,
            correlation_id=cause,
            actor="test",
        )
        for nth, (cause, stamp) in enumerate(stamps, 1)
    ]


def from_scratch(stamps: Sequence[Recorded[object]]) -> Rows | None:
    return derive(stamps, None, projections=EVERY).rows


@pytest.mark.parametrize("kind", sorted(OF_LETTERS, key=str), ids=lambda kind: kind.__name__)
def test_what_becomes_of_a_letter_changes_no_row_that_is_still(kind):
    """At any moment of an order, under a cause that it knows."""
    for stamps in STORIES[:2]:
        for many in range(1, len(stamps) + 1):
            history = told([*stamps[:many], (stamps[many // 2][0], example(kind))])
            before = folded(history[:-1])
            after = folded(history[-1:], before)
            for one in (one for one in EVERY if kind in one.still):
                assert one.rows_of(after) == one.rows_of(before), one.name
                if Order in one.entries:
                    assert not one.entries[Order](before, after, history[-1])


@pytest.mark.parametrize("size", [1, 2, 3])
def test_rows_gone_on_with_are_those_from_scratch(size):
    """Whatever comes together, and also where only the entries are remembered."""
    for stamps in STORIES:
        history = told(stamps)
        state, rows = None, None
        for at in range(0, len(history), size):
            some = history[at : at + size]
            made = derive(some, state, projections=EVERY, before=rows)
            assert made.poison is None
            assert made.rows == from_scratch(history[: at + size])
            kept = {one.name: rows[one.name] for one in entries_only(EVERY)} if rows else None
            assert derive(some, state, projections=EVERY, before=kept).rows == made.rows
            state, rows = made.state, made.rows


def test_rows_are_worked_out_again_only_where_something_may_change():
    asked: list[State] = []

    def seats(order: Order) -> Sequence[Row]:
        asked.append(order)
        return SEATS.rows[Order](order)

    watched = replace(SEATS, rows={Order: seats})
    history = told([*STORIES[0][:3], (UUID(int=1), example(min(OF_LETTERS, key=str)))])
    first = derive(history[:3], None, projections=[watched])
    assert len(asked) == 1
    then = derive(history[3:], first.state, projections=[watched], before=first.rows)
    assert len(asked) == 1
    assert then.rows == first.rows
    # With a stamp of another kind beside it, or where nobody remembers, they are.
    derive(history, None, projections=[watched])
    unknown = derive(history[3:], first.state, projections=[watched])
    assert len(asked) == 3
    assert unknown.rows == first.rows
