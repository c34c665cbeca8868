"""Whoever was given vouchers is erased with their codes, also those of our own shop."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from ledger.audit.verify import verify
from ledger.grants.grantee import GrantState
from ledger.grants.people_file import read_people
from ledger.grants.stamps import Destination, GrantsSetUp, Place
from ledger.kernel.erasure import Ground
from ledger.kernel.refusals import StillOpen
from ledger.order.commands import CancelOrder
from ledger.order.decisions.erase import Open
from ledger.shop.stamps import shop_id
from projections.persons_kept import of_grantee
from tests.kits.pages import World, hidden, press
from tests.web.pages.test_cart import CHECKOUT, checkout, orders, put
from web.actions.grants import set_state, take_over
from web.actions.persons import erase_person, holdings_of
from web.actions.wish import Wish

OWN = Destination(place=Place.OWN, product="weekend")


def wish(world: World) -> Wish:
    return Wish(correlation_id=uuid4(), actor="admin", at=world.clock())


def given(world: World, *, kind: str = "grant", until: datetime | None = None) -> UUID:
    """Somebody on the list who has a voucher of this shop."""
    parts, id = world.parts, shop_id("winterfest")
    rules = GrantsSetUp(
        shop=id,
        shop_slug="winterfest",
        destination=replace(OWN, valid_until=until),
        co_speaker_percent="25",
    )
    parts.grantees.set_up(rules, correlation_id=uuid4(), actor="admin")
    rows = read_people(f"email,kind,state\nada@example.org,{kind},confirmed\n".encode())
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


def test_the_code_of_a_used_one_goes_too_and_a_use_that_is_given_back_later_is_stamped():
    world = World()
    person = given(world, kind="co_speaker")
    voucher = world.parts.grantees.get(person).voucher
    assert voucher is not None
    code, stream = str(voucher.code), UUID(voucher.reference)
    put(world, weekend="1")
    page, fields = checkout(world)
    looked = press(world.browser, page, CHECKOUT, **fields, code=code, apply="1").text
    shown = {"shown": hidden(looked, "shown"), "code": code}
    press(world.browser, looked, CHECKOUT, **{**fields, **shown})
    (order,) = orders(world)
    world.parts.fulfilment.own.see(world.parts.grantees.get(person), world.clock())
    done = erase_person(world.parts, "ada@example.org", wish(world), ground=Ground.ASKED)
    assert {*done.streams} == {person, stream}
    assert (world.parts.vouchers.get(stream).code, world.parts.vouchers.get(stream).taken) == (
        None,
        1,
    )
    assert code not in str(world.store.read(stream))
    world.parts.orders.handle(order.id, CancelOrder(**wish(world), reason="late"))
    assert world.parts.vouchers.get(stream).taken == 0
    assert code not in str([*world.store.feed(0, limit=1000)])
    assert verify(world.store.stored()) == ()


def test_a_voucher_that_is_over_stands_in_nobody_s_way():
    world = World()
    person = given(world, until=world.clock() + timedelta(days=1))
    found = holdings_of(world.parts, "ada@example.org")
    assert [one.hindrance.open for one in found.obstacles(world.clock())] == [Open.VOUCHER]
    assert found.obstacles(world.clock() + timedelta(days=1)) == ()
    (row,) = of_grantee(world.parts.grantees.get(person))
    assert row.since == world.clock() + timedelta(days=1)
