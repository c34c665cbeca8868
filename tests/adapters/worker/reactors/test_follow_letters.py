"""That a letter was begun, and that it went out, calls for nothing: its order is left alone."""

from random import Random

import pytest

from adapters.worker.reactors.follow_orders import _STILL
from ledger.order.evolve import fold, folded_on
from ledger.order.issues import troubles
from ledger.order.next_step import next_step
from ledger.order.stamps import ReceiptSendStarted
from tests.kits.example_stamps import example
from tests.kits.histories import WHEN, story
from tests.kits.worker import World
from tests.projections.test_order_json import full_story
from tests.projections.test_still_rows import STREAM, told

STORIES = [full_story(1), *(story(Random(seed)) for seed in range(8))]


@pytest.mark.parametrize("kind", _STILL, ids=lambda kind: kind.__name__)
def test_at_no_moment_of_an_order_does_it_call_for_anything(kind):
    for stamps in STORIES:
        for many in range(1, len(stamps) + 1):
            history = told([*stamps[:many], (stamps[many // 2][0], example(kind))])
            before = fold(STREAM, history[:-1])
            after = folded_on(before, history[-1:])
            assert next_step(after, WHEN) == next_step(before, WHEN)
            assert {*troubles(after)} <= {*troubles(before)}


def test_an_order_whose_letter_went_out_is_not_read_again(monkeypatch):
    """Nor by whoever remembers nothing of it: a worker that has just begun."""
    world = World()
    order = world.placed_and_paid()
    world.following().run()
    world.letters().run()
    begun = [
        one.position
        for one in world.orders.history(order.id)
        if isinstance(one.stamp, ReceiptSendStarted)
    ]
    world.cursor.store("following", begun[0] - 1)
    read = []
    monkeypatch.setattr(world.orders, "follow", lambda *asked: read.append(asked))
    assert world.following().run().done == 1
    assert read == []
