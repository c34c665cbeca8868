"""Whoever waits in line gets their data, and is erased: they leave the line with it."""

from uuid import uuid4

from ledger.audit.verify import verify
from ledger.kernel.erasure import Ground
from ledger.shop.stamps import quota_id, shop_id
from ledger.waiting_list.place import PlaceState
from tests.kits.pages import World
from tests.web.pages.test_waiting_list import confirmed, offered, waits
from web.actions.personal_archive import document
from web.actions.persons import erase_person, holdings_of
from web.actions.wish import Wish

WEEKEND = quota_id(shop_id("winterfest"), "weekend")


def test_a_place_is_told_and_erased_and_its_seats_are_free():
    world = waits(World())
    address = confirmed(world)
    held = offered(world, address)
    told = document(world.parts, holdings_of(world.parts, "ada@example.org"))["waiting_list"]
    assert [(one["product"], one["state"], one["email"]) for one in told] == [
        ("weekend", "held", "ada@example.org")
    ]
    wish = Wish(correlation_id=uuid4(), actor="admin", at=world.clock())
    done = erase_person(world.parts, "ada@example.org", wish, ground=Ground.ASKED)
    assert [*done.streams] == [held.id]
    place = world.parts.waiting.get(held.id)
    assert (place.state, place.erased, place.terms.email) == (PlaceState.LEFT, True, None)
    assert world.store.stored().seat_totals(10**9)[WEEKEND][1] == 0
    assert world.browser.get(address).status_code == 404
    assert "ada@example.org" not in str([*world.store.feed(0, limit=1000)])
    assert not holdings_of(world.parts, "ada@example.org").readable
    assert verify(world.store.stored()) == ()
