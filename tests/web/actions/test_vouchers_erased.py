"""Whoever was given vouchers is erased with their codes, also those of our own shop."""

from uuid import UUID, uuid4

import pytest

from ledger.audit.verify import verify
from ledger.grants.grantee import GrantState
from ledger.grants.people_file import read_people
from ledger.grants.stamps import Destination, GrantsSetUp, Place
from ledger.kernel.erasure import Ground
from ledger.kernel.refusals import StillOpen
from ledger.shop.stamps import shop_id
from tests.kits.pages import World
from web.actions.grants import set_state, take_over
from web.actions.persons import erase_person, holdings_of
from web.actions.wish import Wish

OWN = Destination(place=Place.OWN, product="weekend")


def wish(world: World) -> Wish:
    return Wish(correlation_id=uuid4(), actor="admin", at=world.clock())


def given(world: World) -> UUID:
    """Somebody on the list who has a voucher of this shop."""
    parts, id = world.parts, shop_id("winterfest")
    rules = GrantsSetUp(shop=id, shop_slug="winterfest", destination=OWN, co_speaker_percent="25")
    parts.grantees.set_up(rules, correlation_id=uuid4(), actor="admin")
    rows = read_people(b"email,kind,state\nada@example.org,grant,confirmed\n")
    shop = parts.shops.get("winterfest")
    (listed,) = take_over(parts, shop, rows, wish(world), dry=False)
    assert listed.grantee is not None
    parts.fulfilment.act(listed.grantee)
    return listed.grantee


def test_a_voucher_that_can_be_used_stands_in_the_way_and_a_withdrawn_one_goes_with_its_code():
    world = World()
    person = given(world)
    voucher = world.parts.grantees.get(person).voucher
    assert voucher is not None
    code, stream = str(voucher.code), UUID(voucher.reference)
    with pytest.raises(StillOpen):
        erase_person(world.parts, "ada@example.org", wish(world), ground=Ground.ASKED)
    assert world.parts.vouchers.get(stream).code == code
    set_state(world.parts, person, GrantState.CANCELLED, wish(world))
    world.parts.fulfilment.act(person)
    done = erase_person(world.parts, "ADA@example.org", wish(world), ground=Ground.ASKED)
    assert {*done.streams} == {person, stream}
    assert world.parts.vouchers.get(stream).code is None
    assert code not in str([*world.store.feed(0, limit=1000)])
    assert code not in str(world.store.read(stream))
    assert not holdings_of(world.parts, "ada@example.org").readable
    assert verify(world.store.stored()) == ()


def test_who_was_listed_a_moment_ago_is_found_before_any_list_knows_them():
    world = World()
    person = given(world)
    world.parts.views.grantees_of_person = lambda person_index: ()  # type: ignore[method-assign]
    assert person in holdings_of(world.parts, "ada@example.org").readable
