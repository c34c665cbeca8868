"""Callers that come together are served together, and fail alone."""

from threading import Event, Thread

import pytest

from adapters.store.batched_calls import SharedTrips
from ledger.kernel.store import LedgerUnavailable
from tests.kits.patience import PATIENCE


class Counter:
    """Serves numbers; waits at its door while it is closed."""

    def __init__(self) -> None:
        self.trips: list[list[int]] = []
        self.door, self.inside = Event(), Event()
        self.door.set()

    def serve(self, items):
        self.inside.set()
        assert self.door.wait(PATIENCE)
        self.trips.append(list(items))
        if -1 in items:
            raise ValueError("a number below zero")
        if 404 in items:
            raise LedgerUnavailable("closed today")


def all_at_once(trips, counter, items):
    """The first goes in and waits there; the others come meanwhile. What each was told."""
    told = {}

    def call(item):
        try:
            trips.hand_in(item)
            told[item] = "served"
        except (ValueError, LedgerUnavailable) as error:
            told[item] = str(error)

    counter.door.clear()
    threads = [Thread(target=call, args=[item]) for item in items]
    threads[0].start()
    assert counter.inside.wait(PATIENCE)
    for thread in threads[1:]:
        thread.start()
    while len(trips._waiting) < len(items) - 1:
        pass
    counter.door.set()
    for thread in threads:
        thread.join(PATIENCE)
    return told


@pytest.fixture
def counter():
    return Counter()


def test_a_lone_caller_goes_at_once(counter):
    SharedTrips(counter.serve).hand_in(7)
    assert counter.trips == [[7]]


def test_who_comes_meanwhile_shares_the_next_trip(counter):
    told = all_at_once(SharedTrips(counter.serve), counter, range(6))
    assert told == dict.fromkeys(range(6), "served")
    assert [sorted(trip) for trip in counter.trips] == [[0], [1, 2, 3, 4, 5]]


def test_a_trip_has_room_for_so_many(counter):
    told = all_at_once(SharedTrips(counter.serve, most=2), counter, range(6))
    assert told == dict.fromkeys(range(6), "served")
    assert [len(trip) for trip in counter.trips] == [1, 2, 2, 1]


def test_one_that_cannot_be_served_does_not_harm_its_neighbours(counter):
    told = all_at_once(SharedTrips(counter.serve), counter, [1, 2, -1, 3])
    assert told == {1: "served", 2: "served", 3: "served", -1: "a number below zero"}


def test_when_nobody_answers_all_are_told_and_the_next_one_asks_again(counter):
    trips = SharedTrips(counter.serve)
    told = all_at_once(trips, counter, [1, 404, 2])
    assert told == {1: "served", 404: "closed today", 2: "closed today"}
    trips.hand_in(5)
    assert counter.trips[-1] == [5]
