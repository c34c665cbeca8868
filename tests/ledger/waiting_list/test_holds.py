"""Until when seats are held for a place in line, and what is not sold out."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from ledger.waiting_list.place import PlaceState, WaitingPlace
from ledger.waiting_list.refusals import NotSoldOut
from ledger.waiting_list.stamps import PlaceOffered

UNTIL = datetime(2027, 1, 10, 12, tzinfo=UTC)


def test_seats_are_held_until_the_offer_says_so_while_they_are_held() -> None:
    place = WaitingPlace(id=UUID(int=1), state=PlaceState.HELD)
    offer = PlaceOffered(seats=(), until=UNTIL, seen=1)
    assert place.until is None
    assert replace(place, offered=offer).until == UNTIL
    assert replace(place, offered=offer, state=PlaceState.LAPSED).until is None


def test_what_is_not_sold_out_is_named() -> None:
    assert str(NotSoldOut("weekend")) == "weekend"
