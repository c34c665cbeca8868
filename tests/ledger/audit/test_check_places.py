"""A place goes on in order, and an offer goes to whoever is next."""

from datetime import timedelta

import pytest

from ledger.audit import check_places
from ledger.audit.check_places import LineCheck
from ledger.waiting_list.place import PlaceState, WaitingPlace, place_id
from ledger.waiting_list.stamps import Leaving, PlaceLapsed, PlaceLeft, PlaceOffered, PlaceUsed
from tests.kits.audit_steps import A, B, C, laws, says
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
    ],
)
def test_a7_an_offer_goes_to_whoever_is_next_as_of_what_it_looked_at(news, positions):
    found = [*LineCheck().take(news)]
    assert [at for at, _ in found] == positions
    assert {(one.law, one.position) for _, one in found} == {("A7", at) for at in positions}
