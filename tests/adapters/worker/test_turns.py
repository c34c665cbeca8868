"""Nobody who waits stands before who does not: each due item has its turn, in the first pass."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from threading import Event, Thread
from typing import TypeVar
from uuid import UUID, uuid4

import pytest

from adapters.worker.reactor import DONE, WAITING, Patience, Progress, Reactor, Turns
from adapters.worker.threads import Threads
from ledger.kernel.refusals import LetterNotDue
from tests.kits.patience import PATIENCE
from tests.kits.worker_fakes import Clock

T = TypeVar("T")

PAGE = 3


class Due:
    """A list of what is due, as a query tells it: a page at a time."""

    def __init__(self, *items: str) -> None:
        self.items = [*items]

    def __call__(self, offset: int) -> Sequence[str]:
        return self.items[offset : offset + PAGE]


def turns(due: Due, patience: Patience, name: str = "work") -> Turns[str]:
    return Turns(look=due, ready=lambda one: patience.ready((name, one)), page=PAGE)


def act_on(items: Sequence[T], act: Callable[[T], Progress], patience: Patience) -> None:
    Reactor(name="work", find=lambda: items, each=act, after=patience).run()


@pytest.mark.parametrize("waiting", [0, 1, 2, 3, 4, 6, 25])
def test_whoever_waits_stands_before_nobody(waiting):
    due, clock = Due(*(f"away {n}" for n in range(waiting)), "here"), Clock()
    patience, done = Patience(clock), list[str]()

    def act(item: str) -> Progress:
        if item.startswith("away"):
            return WAITING
        done.append(item)
        due.items.remove(item)
        return DONE

    find = turns(due, patience)
    for _ in range(1 + waiting // PAGE):
        act_on(find(), act, patience)
    assert done == ["here"]
    assert [*find()] == []


def test_what_is_due_newly_has_its_turn_behind_many_that_wait():
    due, clock = Due(*(f"away {n}" for n in range(20))), Clock()
    patience = Patience(clock)
    find = turns(due, patience)
    for _ in range(1 + 20 // PAGE):
        act_on(find(), lambda _: WAITING, patience)
    assert find() == []
    due.items.append("new")
    assert find() == ["new"]


def test_what_waited_long_enough_has_its_turn_again():
    due, clock = Due("away 1", "away 2"), Clock()
    patience = Patience(clock)
    find = turns(due, patience)
    act_on(find(), lambda _: WAITING, patience)
    assert find() == []
    clock.forward(seconds=5)
    assert find() == ["away 1", "away 2"]


def test_two_rows_of_one_order_are_one_item():
    find = turns(Due("one", "one", "one", "two"), Patience(Clock()))
    assert (find(), find()) == (["one"], ["two"])


def test_patience_forgets_what_never_came_again():
    clock = Clock()
    patience = Patience(clock)
    for number in range(10):
        patience.failed(number)
    clock.forward(minutes=11)
    patience.failed("again")
    assert len(patience) == 1


def test_patience_is_bounded():
    patience = Patience(Clock(), most=100)

    def act(_: UUID) -> Progress:
        raise LetterNotDue

    for _ in range(1000):
        act_on([uuid4()], act, patience)
    assert len(patience) == 100


def test_patience_forgets_what_went_well():
    patience = Patience(Clock())
    act_on(["one"], lambda _: WAITING, patience)
    patience.forget(("work", "one"))
    assert len(patience) == 0


def test_patience_counts_on_while_something_goes_wrong():
    clock = Clock()
    patience = Patience(clock, longest=timedelta(minutes=10))
    for times in range(1, 12):
        assert patience.failed("one") == times
        clock.forward(minutes=10)


def test_a_dozen_that_hang_leave_a_hand_for_the_others():
    """Eight hands, seven that hang: the rest is done meanwhile."""
    hung, done, all_done = Event(), list[int](), Event()

    def act(item: int) -> Progress:
        if item < 7:
            hung.wait(PATIENCE)
            return WAITING
        done.append(item)
        if len(done) == 30:
            all_done.set()
        return DONE

    def work() -> None:
        threads = Threads(most=8, name="work")
        after = Patience(Clock())
        Reactor(name="work", find=lambda: range(37), each=act, after=after, threads=threads).run()

    thread = Thread(target=work)
    thread.start()
    assert all_done.wait(PATIENCE)
    assert thread.is_alive()
    hung.set()
    thread.join(PATIENCE)
