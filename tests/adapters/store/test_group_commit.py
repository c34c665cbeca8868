"""One thread that commits for all: alone at once, together in one, each with its own answer."""

import os
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from uuid import uuid4

import pytest
from eventsourcing.persistence import StoredEvent

from adapters.store.group_commit import Committer
from adapters.store.memory import MemoryStampRecorder
from adapters.store.recorder import Committed, PreparedAppend
from ledger.kernel.store import LedgerUnavailable
from tests.kits.patience import PATIENCE


def opaque(topic: str = "topic") -> PreparedAppend:
    return PreparedAppend([StoredEvent(uuid4(), 1, topic, b"state")])


class Watched:
    """A recorder's commit that remembers its batches, and can be held up."""

    def __init__(self):
        self.recorder, self.batches = MemoryStampRecorder(), []
        self.given, self.announced = [], []
        self.held_up_at = 0
        self.going = Event()
        self.going.set()

    def __call__(self, appends, *, meanwhile):
        self.batches.append(len(appends))
        self.given.append(appends)
        if len(self.batches) == self.held_up_at:
            self.going.clear()
            meanwhile()
        assert self.going.wait(PATIENCE)
        self.announced.append(meanwhile())
        if any(event.topic == "broken" for one in appends for event in one.events):
            raise RuntimeError("broken")
        return self.recorder.commit(appends)


@pytest.fixture
def watched():
    return Watched()


@pytest.fixture
def committer(watched):
    made = Committer(watched, most=10)
    yield made
    made.close()


def test_a_lone_caller_is_served_at_once(committer, watched):
    (answer,) = committer.submit([opaque()])
    assert isinstance(answer, Committed)
    assert watched.batches == [1]


def wait_for(queue_size, committer):
    while committer._queue.qsize() < queue_size:
        pass


def test_those_who_come_meanwhile_share_the_next_commit(committer, watched):
    watched.going.clear()
    with ThreadPoolExecutor(8) as callers:
        first = callers.submit(committer.submit, [opaque()])
        while not watched.batches:
            pass
        others = [callers.submit(committer.submit, [opaque(), opaque()]) for _ in range(6)]
        wait_for(6, committer)
        watched.going.set()
        answers = [one.result(PATIENCE) for one in (first, *others)]
    assert watched.batches == [1, 10, 2]
    assert sorted(row.id for each in answers for one in each for row in one.rows) == [*range(1, 14)]


def test_callers_are_told_while_the_next_commit_is_waited_for(committer, watched):
    watched.held_up_at = 2
    watched.going.clear()
    with ThreadPoolExecutor(2) as callers:
        first = callers.submit(committer.submit, [opaque()])
        while not watched.batches:
            pass
        second = callers.submit(committer.submit, [opaque()])
        wait_for(1, committer)
        watched.going.set()
        try:
            assert isinstance(first.result(PATIENCE)[0], Committed)
        finally:
            watched.going.set()
        second.result(PATIENCE)


def test_what_follows_is_announced_if_nobody_else_fits_in(committer, watched):
    watched.going.clear()
    first = committer.hand_in([opaque()])
    while not watched.batches:
        pass
    others = [committer.hand_in([opaque() for _ in range(count)]) for count in (4, 6, 3)]
    watched.going.set()
    for wait in (first, *others):
        wait()
    assert watched.batches == [1, 10, 3]
    assert watched.announced[0] is watched.given[1]
    assert watched.announced[1:] == [(), ()]


def test_an_append_that_breaks_the_commit_does_not_harm_its_neighbours(committer, watched):
    watched.going.clear()
    with ThreadPoolExecutor(8) as callers:
        first = callers.submit(committer.submit, [opaque()])
        while not watched.batches:
            pass
        good = callers.submit(committer.submit, [opaque()])
        bad = callers.submit(committer.submit, [opaque("broken")])
        wait_for(2, committer)
        watched.going.set()
        assert isinstance(good.result(PATIENCE)[0], Committed)
        with pytest.raises(RuntimeError, match="broken"):
            bad.result(PATIENCE)
        first.result(PATIENCE)


def test_a_closed_committer_turns_appends_away(watched):
    committer = Committer(watched)
    committer.submit([opaque()])
    committer.close()
    with pytest.raises(LedgerUnavailable):
        committer.submit([opaque()])


def test_a_forked_child_commits_with_a_thread_of_its_own(committer):
    committer.submit([opaque()])
    child = os.fork()
    if child == 0:
        done = committer.submit([opaque()])
        os._exit(0 if isinstance(done[0], Committed) else 1)
    assert os.waitpid(child, 0)[1] == 0
