"""Several items at once: each once, none lost, the first trouble told; and one thing behind."""

from collections.abc import Callable
from datetime import UTC, datetime
from threading import Barrier, Event, Lock, current_thread

import pytest

from adapters.worker.at_once import at_once
from adapters.worker.behind import Behind
from adapters.worker.reactor import DONE, Patience, Progress, each
from ledger.appends import LedgerUnavailable
from ledger.refusals import UnknownOrder


def test_each_item_is_acted_on_once_by_several_threads():
    meeting, seen, lock = Barrier(4, timeout=10), [], Lock()

    def act(item: int) -> str:
        if item < 4:
            meeting.wait()  # passes only if four are under way together
        with lock:
            seen.append(item)
        return current_thread().name

    names = [*at_once(range(50), act, threads=4, name="letters")]
    assert sorted(seen) == [*range(50)]
    assert {*names} == {"letters"}


def test_the_first_error_ends_it_and_is_raised():
    def act(item: int) -> int:
        if item == 3:
            raise LedgerUnavailable("gone")
        return item

    with pytest.raises(LedgerUnavailable):
        list(at_once(iter(range(10**9)), act, threads=3, name="letters"))


@pytest.mark.parametrize("threads", [1, 5])
def test_one_bad_item_does_not_stop_the_others(threads):
    patience = Patience(lambda: datetime(2027, 1, 1, tzinfo=UTC))

    def act(item: int) -> Progress:
        if item == 2:
            raise ZeroDivisionError
        if item == 3:
            raise UnknownOrder
        return DONE

    came_to = each("letters", range(9), act, patience=patience, threads=threads)
    assert came_to == Progress(done=7, waiting=1, failed=1)
    again = each("letters", range(9), act, patience=patience, threads=threads)
    assert again == Progress(done=7, waiting=2)


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


def waiting(go: Event) -> Callable[[], int]:
    return lambda: int(go.wait(10))
