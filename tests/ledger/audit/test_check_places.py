"""A place goes on in order, and an offer goes to whoever is next."""

from datetime import timedelta
from uuid import UUID

import pytest

from ledger.audit import check_places
from ledger.audit.check_places import LineCheck, line_news
from ledger.audit.findings import Finding
from ledger.kernel.values import replace
from ledger.shop.stamps import line_id
from ledger.waiting_list.place import PlaceState, WaitingPlace, place_id
from ledger.waiting_list.stamps import (
    Leaving,
    LineEnd,
    PlaceLapsed,
    PlaceLeft,
    PlaceMoved,
    PlaceOffered,
    PlaceUsed,
)
from tests.kits.audit_steps import A, B, C, laws, says, step
from tests.kits.beside_orders import ADA, TAKEN
from tests.kits.spec import NOON, ORDER, PENDING, SHOP

PLACE = place_id(SHOP, "weekend", "ada", 1)
OFFER = PlaceOffered(seats=(), until=NOON, seen=1)


@pytest.mark.parametrize(
    ("state", "stamp", "lawful"),
    [
        (PlaceState.NONE, TAKEN, True),
        (PlaceState.WAITING, TAKEN, False),
        (PlaceState.WAITING, OFFER, True),
        (PlaceState.HELD, OFFER, False),
        (PlaceState.HELD, PlaceUsed(order=ORDER), True),
        (PlaceState.WAITING, PlaceUsed(order=ORDER), False),
        (PlaceState.HELD, PlaceLeft(cause=Leaving.STAFF), True),
        (PlaceState.WAITING, PlaceLeft(cause=Leaving.STAFF), True),
        (PlaceState.LEFT, PlaceLeft(cause=Leaving.STAFF), False),
        (PlaceState.LAPSED, PENDING, True),
        (PlaceState.WAITING, PlaceMoved(to=LineEnd.BACK), True),
        (PlaceState.HELD, PlaceMoved(to=LineEnd.BACK), False),
        (PlaceState.WAITING, PlaceLapsed(), False),
        (PlaceState.HELD, PlaceLapsed(), True),
    ],
)
def test_a7_a_place_goes_on_in_order(state, stamp, lawful):
    place = WaitingPlace(id=PLACE, taken=TAKEN, state=state)
    found = laws(check_places.places_go_on, place, stamp, stream=PLACE)
    assert found == ([] if lawful else ["A7"])
    assert not says(check_places.places_go_on, None, stamp)


def test_a7_a_place_stands_in_the_stream_of_its_address():
    found = says(check_places.places_go_on, WaitingPlace(id=ADA), TAKEN, stream=ADA)
    assert found == ["A7: a place stands in a stream of another address"]


def test_a7_a_hold_lapses_when_its_time_is_over():
    held = WaitingPlace(id=PLACE, taken=TAKEN, state=PlaceState.HELD, offered=OFFER)
    assert held.until == NOON
    early = NOON - timedelta(microseconds=1)
    check = check_places.places_go_on
    assert not says(check, held, PlaceLapsed(), stream=PLACE, at=NOON)
    assert not says(check, held, PlaceLeft(cause=Leaving.LINK), stream=PLACE, at=early)
    assert says(check, held, PlaceLapsed(), stream=PLACE, at=early) == [
        "A7: a hold lapsed before its time was over"
    ]


@pytest.mark.parametrize(
    ("news", "positions"),
    [
        # Position, place, line, rank, waits, seen.
        ([(1, A, 1, 1, True, None), (2, B, 1, 2, True, None), (3, A, 1, 1, False, 2)], []),
        ([(1, A, 1, 1, True, None), (2, B, 1, 2, True, None), (3, B, 1, 2, False, 2)], [3]),
        # Whoever stood before has left meanwhile.
        (
            [
                (1, A, 1, 1, True, None),
                (2, B, 1, 2, True, None),
                (3, A, 1, 1, False, None),
                (4, B, 1, 2, False, 2),
            ],
            [],
        ),
        # Another line is another line.
        ([(1, A, 1, 1, True, None), (2, B, 2, 2, True, None), (3, B, 2, 2, False, 2)], []),
        # Who came later than was looked at is not passed by.
        (
            [
                (1, B, 1, 5, True, None),
                (2, A, 1, 1, True, None),
                (3, B, 1, 5, False, 1),
            ],
            [],
        ),
        # Whoever looks at what has not happened, or before they waited, saw nothing.
        ([(1, A, 1, 1, True, None), (2, A, 1, 1, False, 2)], [2]),
        ([(1, A, 1, 1, True, None), (2, A, 1, 1, False, 1)], []),
        ([(2, A, 1, 1, True, None), (3, A, 1, 1, False, 1)], [3]),
        # Moved to the front: as of before, the other one stood before.
        (
            [
                (1, A, 1, 1, True, None),
                (2, B, 1, 2, True, None),
                (3, B, 1, 0, True, None),
                (4, B, 1, 0, False, 3),
            ],
            [],
        ),
        (
            [
                (1, A, 1, 1, True, None),
                (2, B, 1, 2, True, None),
                (3, B, 1, 0, True, None),
                (4, A, 1, 1, False, 3),
            ],
            [4],
        ),
        # The third is passed by as well as the second.
        (
            [
                (1, A, 1, 1, True, None),
                (2, B, 1, 2, True, None),
                (3, C, 1, 3, True, None),
                (4, A, 1, 1, False, None),
                (5, C, 1, 3, False, 4),
            ],
            [5],
        ),
        # Whoever was moved to the back meanwhile stands there no more.
        (
            [
                (1, A, 1, 1, True, None),
                (2, B, 1, 2, True, None),
                (3, A, 1, 3, True, None),
                (4, B, 1, 2, False, 2),
            ],
            [],
        ),
        # Who is moved to the front of an empty line passes nobody by, not even themselves.
        (
            [
                (1, B, 1, 2, True, None),
                (2, B, 1, 0, True, None),
                (3, B, 1, 0, False, 1),
            ],
            [],
        ),
        # Whoever waits no longer is told of twice, and nobody else leaves the line by that.
        (
            [
                (1, A, 1, 1, True, None),
                (2, B, 1, 2, True, None),
                (3, C, 1, 3, True, None),
                (4, A, 1, 1, False, 3),
                (5, A, 1, 1, False, None),
                (6, C, 1, 3, False, 3),
            ],
            [6],
        ),
        # One line is over and begins again; another one goes on meanwhile.
        (
            [
                (1, A, 1, 1, True, None),
                (2, A, 1, 1, False, 1),
                (3, B, 1, 3, True, None),
                (4, C, 1, 4, True, None),
                (5, C, 1, 4, False, 4),
            ],
            [5],
        ),
    ],
)
def test_a7_an_offer_goes_to_whoever_is_next_as_of_what_it_looked_at(news, positions):
    found = [*LineCheck().take(news)]
    assert [at for at, _ in found] == positions
    text = "seats were offered past somebody who stood before and waits still"
    streams = {at: UUID(bytes=place) for at, place, *_ in news}
    assert [one for _, one in found] == [
        Finding(law="A7", position=at, stream=streams[at], text=text) for at in positions
    ]


def test_what_is_told_of_a_place_in_its_line():
    told = step(None, OFFER).stamp
    assert told is not None
    line = line_id(SHOP, "weekend").int
    held = WaitingPlace(id=PLACE, taken=TAKEN, state=PlaceState.HELD, rank=5)
    assert line_news(told, A, held) == (9, A, line, 5, False, 1)
    moved = replace(told, stamp=PlaceMoved(to=LineEnd.BACK))
    waits = WaitingPlace(id=PLACE, taken=TAKEN, state=PlaceState.WAITING, rank=9)
    assert line_news(moved, A, waits) == (9, A, line, 9, True, None)
