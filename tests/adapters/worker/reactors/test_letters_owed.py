"""Orders that owe letters are found at once when they are told of, and by looking now and then."""

from datetime import timedelta
from uuid import UUID, uuid4

from adapters.worker.reactors.letters import Owing
from tests.kits.worker_fakes import Clock


class Shelf:
    """What looking finds, and how often somebody looked."""

    def __init__(self) -> None:
        self.found: list[UUID] = []
        self.looks = 0

    def __call__(self) -> list[UUID]:
        self.looks += 1
        return [*self.found]


def test_what_was_told_is_found_once():
    owing, order = Owing(look=Shelf(), clock=Clock()), uuid4()
    owing.tell(order)
    owing.tell(order)
    assert owing() == [order]
    assert owing() == []


def test_looking_finds_the_rest_each_once():
    shelf, told, other = Shelf(), uuid4(), uuid4()
    shelf.found = [other, told]
    owing = Owing(look=shelf, clock=Clock())
    owing.tell(told)
    assert owing() == [told, other]


def test_while_somebody_tells_looking_is_for_now_and_then():
    shelf, clock = Shelf(), Clock()
    owing = Owing(look=shelf, clock=clock, every=timedelta(seconds=1))
    for _ in range(20):
        owing.tell(uuid4())
        assert owing()
        clock.forward(seconds=0.1)
    assert shelf.looks == 2


def test_while_nobody_tells_looking_is_for_every_time():
    shelf, clock = Shelf(), Clock()
    owing = Owing(look=shelf, clock=clock, every=timedelta(seconds=1))
    owing.tell(uuid4())
    clock.forward(seconds=20)
    for _ in range(5):
        owing()
    assert shelf.looks == 5


def test_too_many_that_were_told_are_left_to_looking():
    owing = Owing(look=Shelf(), clock=Clock(), most=3)
    for _ in range(9):
        owing.tell(uuid4())
    assert len(owing()) == 3
