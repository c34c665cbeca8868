"""Several items at once: each once, none lost, the first trouble told; and one thing behind."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from threading import Barrier, Event, Lock, current_thread
from time import sleep
from typing import TypeVar

import pytest

from adapters.worker.projector.catch_up import Behind
from adapters.worker.reactor import DONE, Patience, Progress, Reactor
from adapters.worker.threads import Threads
from ledger.kernel.refusals import UnknownOrder
from ledger.kernel.store import LedgerUnavailable
from tests.kits.patience import PATIENCE

T = TypeVar("T")


def test_each_item_is_acted_on_once_by_several_threads():
    meeting, seen, lock = Barrier(4, timeout=PATIENCE), [], Lock()

    def act(item: int) -> str:
        if item < 4:
            meeting.wait()  # passes only if four are under way together
        with lock:
            seen.append(item)
        return current_thread().name

    threads = Threads(most=4, name="letters")
    names = flat(threads.each(range(50), act))
    assert sorted(seen) == [*range(50)]
    assert {*names} == {"letters"}
    assert len(flat(threads.each(range(4, 50), act))) == 46


def test_what_is_alone_is_done_by_who_asks():
    one = Threads(most=1, name="letters")
    assert [*one.each([1, 2], lambda item: current_thread())] == 2 * [[current_thread()]]
    threads = Threads(most=4, name="letters")
    assert flat(threads.each([1], lambda item: current_thread())) == [current_thread()]
    assert flat(threads.each([], lambda item: item)) == []


def test_what_came_is_told_while_others_are_under_way():
    go = Event()

    def act(item: int) -> int:
        assert item == 1 or go.wait(PATIENCE)
        return item

    told = Threads(most=2, name="letters").each([0, 1], act)
    assert next(told) == [1]
    go.set()
    assert [*told] == [[0]]


def test_threads_wait_for_who_does_not_look_and_stop_when_nobody_will():
    """Nothing is sent far ahead of its stamp: while the ledger is away, little is done in vain."""
    begun, enough = [], Event()

    def act(item: int) -> int:
        begun.append(item)
        if len(begun) >= 19:
            enough.set()
        return item

    told = Threads(most=3, name="letters").each(range(1000), act)
    next(told)
    assert enough.wait(PATIENCE)
    sleep(0.1)
    ahead = len(begun)
    assert ahead <= 3 * (16 + 3)
    told.close()
    sleep(0.1)
    assert len(begun) <= ahead + 3


@pytest.mark.parametrize("most", [1, 2])
def test_the_first_error_ends_it_and_is_raised_after_what_came_before(most):
    tried = []

    def act(item: int) -> int:
        tried.append(item)
        if item == 3:
            raise LedgerUnavailable("gone")
        return item

    came: list[int] = []
    told = Threads(most=most, name="letters").each(range(1000), act)
    with pytest.raises(LedgerUnavailable):
        came.extend(one for some in told for one in some)
    assert tried[:4] == [0, 1, 2, 3]
    assert len(tried) <= 4 + (most - 1) * 20
    assert 3 not in came
    assert came == [0, 1, 2] or most > 1


def test_one_bad_item_does_not_stop_the_others():
    patience = Patience(lambda: datetime(2027, 1, 1, tzinfo=UTC))

    def act(item: int) -> Progress:
        if item == 2:
            raise ZeroDivisionError
        if item == 3:
            raise UnknownOrder
        return DONE

    reactor = Reactor(name="letters", find=lambda: range(9), each=act, after=patience)
    assert reactor.run() == Progress(done=7, waiting=1, failed=1)
    assert reactor.run() == Progress(done=7, waiting=2)


def test_what_is_done_behind_is_waited_for_and_its_error_is_raised():
    behind, go = Behind[int](), Event()
    assert behind.wait() is None
    behind.start(waiting(go))
    with pytest.raises(AssertionError):
        behind.start(lambda: 2)
    go.set()
    assert behind.wait() == 1
    assert behind.wait() is None
    behind.start(lambda: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        behind.wait()
    behind.start(lambda: 1 // 0)
    behind.close()
    assert behind.wait() is None


def flat(parts: Iterable[list[T]]) -> list[T]:
    return [one for part in parts for one in part]


def waiting(go: Event) -> Callable[[], int]:
    return lambda: int(go.wait(PATIENCE))
