"""Waiting in line on the pages: asked for, confirmed by letter, bought within its time, left."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from ledger.shop.shop import spec_of
from ledger.shop.stamps import line_id, quota_id, shop_id
from ledger.waiting_list.place import PlaceState
from ledger.waiting_list.service import hold_until
from tests.kits.pages import World

SHOP = shop_id("winterfest")
LINE = "/winterfest/line/weekend"


def waits(world: World) -> World:
    """The world with its waiting list on, and the weekend sold out."""
    shop = world.shops.newest("winterfest")
    on = replace(shop.terms, waiting_list=24 * 3600)
    spec = replace(spec_of(shop), preferences=on)
    world.shops.import_shop(spec, actor="test", at=world.clock())
    world.take_all_but(0, "weekend")
    return world


@pytest.fixture
def world() -> World:
    return waits(World())


def press(world: World, address: str, **typed: str) -> Any:
    page = world.browser.get(address).text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]*)"', page)
    data = {"csrf_token": token[1] if token else "", **typed}
    return world.browser.post(address, data=data)


def confirmed(world: World, email: str = "ada@example.org", many: str = "2") -> str:
    """The address of a place whose mailbox confirmed it."""
    answer = press(world, LINE, email=email, quantity=many)
    assert (answer.status_code, answer.location) == (303, f"{LINE}?sent=1")
    _, code = world.place_post.letters[-1]
    answer = press(world, f"/winterfest/line/confirm/{code}")
    assert answer.status_code == 303
    return str(answer.location)


def test_what_sold_out_offers_a_place_in_line_and_what_is_left_does_not(world: World):
    page = world.browser.get("/winterfest/").text
    assert f'href="{LINE}"' in page
    assert page.count("Wait in line") == 1
    assert world.browser.get("/winterfest/line/nothing").status_code == 404
    world.taken.clear()
    assert world.browser.get(LINE).location == "/winterfest/"
    assert "Wait in line" not in world.browser.get("/winterfest/").text
    plain = World()
    plain.take_all_but(0, "weekend")
    assert "Wait in line" not in plain.browser.get("/winterfest/").text
    assert plain.browser.get(LINE).status_code == 409


def test_only_the_mailbox_takes_the_place_and_the_answer_is_the_same_for_all(world: World):
    first = confirmed(world)
    assert "You are next." in world.browser.get(first).text
    again = press(world, LINE, email="ada@example.org", quantity="2")
    stranger = press(world, LINE, email="bea@example.org", quantity="2")
    assert (again.status_code, again.location) == (stranger.status_code, stranger.location)
    texts = {one.text for one in (world.browser.get(again.location),)}
    assert "Check your email" in texts.pop()
    assert len(world.place_post.letters) == 3
    assert confirmed(world) == first, "whoever waits keeps the place that they have"
    other = confirmed(world, "cleo@example.org")
    assert "1 person stands before you." in world.browser.get(other).text


def test_what_is_wrong_is_said_and_what_was_typed_stays(world: World):
    for typed, said in (
        ({"email": "no address", "quantity": "1"}, "no address"),
        ({"email": "ada@example.org", "quantity": "0"}, "Enter how many you would like."),
        ({"email": "ada@example.org", "quantity": "999"}, "One order may hold at most"),
    ):
        answer = press(world, LINE, **typed)
        assert answer.status_code == 422
        assert said in answer.text
        assert typed["email"] in answer.text
    assert not world.place_post.letters


def test_where_an_order_may_hold_one_nobody_is_asked_how_many(world: World):
    shop = world.shops.newest("winterfest")
    (weekend,) = [one for one in spec_of(shop).products if one.slug == "weekend"]
    others = [one for one in spec_of(shop).products if one.slug != "weekend"]
    spec = replace(spec_of(shop), products=(*others, replace(weekend, max_per_order=1)))
    assert "How many" in world.browser.get(LINE).text
    world.shops.import_shop(spec, actor="test", at=world.clock())
    page = world.browser.get(LINE).text
    assert "How many" not in page
    assert "At most" not in page
    (asked,) = re.findall(r'name="quantity"[^>]*value="([^"]*)"', page)
    assert "1 × Weekend ticket" in world.browser.get(confirmed(world, many=asked)).text


def test_a_link_is_looked_at_without_harm_and_good_for_a_day(world: World):
    press(world, LINE, email="ada@example.org", quantity="2")
    _, code = world.place_post.letters[-1]
    assert "You wait for 2" in world.browser.get(f"/winterfest/line/confirm/{code}").text
    assert not world.parts.views.shops_waiting(), "opening the link took nothing"
    world.clock.now += timedelta(hours=24)
    assert world.browser.get(f"/winterfest/line/confirm/{code}").status_code == 410
    token = token_of(world.browser.get(LINE).text)
    stale = world.browser.post(f"/winterfest/line/confirm/{code}", data={"csrf_token": token})
    assert stale.status_code == 410


def test_whoever_has_not_the_code_sees_no_place(world: World):
    address = confirmed(world)
    place = address.split("/")[3]
    for wrong in (f"/winterfest/place/{place}/{'A' * 43}", f"/winterfest/place/{UUID(int=1)}/x"):
        assert world.browser.get(wrong).status_code == 404
        assert press(world, f"{wrong}/leave").status_code in (400, 404)


def offered(world: World, address: str) -> Any:
    place = UUID(address.split("/")[3])
    world.taken.clear()
    shop = world.shops.newest("winterfest")
    until = hold_until(shop, world.parts.waiting.get(place).terms.product, world.clock())
    seen = world.store.head()[0]
    return world.parts.waiting.offer(place, shop, until=until, seen=seen)


def test_a_hold_is_bought_at_the_checkout_in_one_append(world: World):
    address = confirmed(world)
    assert offered(world, address).state is PlaceState.HELD
    assert "It is your turn" in world.browser.get(address).text
    answer = world.browser.post(
        f"{address}/buy", data={"csrf_token": token_of(world.browser.get(address).text)}
    )
    assert answer.location == "/winterfest/checkout?buy.weekend=2"
    page = world.browser.get(answer.location).text
    assert "These seats are held for you until" in page
    typed = {
        **dict(re.findall(r'name="(csrf_token|key|shown)"[^>]*value="([^"]*)"', page)),
        "first_name": "Ada",
        "last_name": "Lovelace",
        "email": "ada@example.org",
        "buy.weekend": "2",
    }
    bought = world.browser.post("/winterfest/checkout", data=typed)
    assert bought.status_code == 303, bought.text
    place = world.parts.waiting.get(UUID(address.split("/")[3]))
    assert place.state is PlaceState.USED
    assert place.order is not None
    order = world.parts.orders.get(place.order)
    assert order.seats == {quota_id(SHOP, "weekend"): (2, 0)}
    stamps = [one for one in world.store.feed(0, limit=1000) if one.stream in (place.id, order.id)]
    placed = [one.recorded_at for one in stamps if one.stream == order.id]
    assert stamps[-1].recorded_at == placed[0], "one append"
    assert "You have bought" in world.browser.get(address).text


def token_of(page: str) -> str:
    return str(re.findall(r'name="csrf_token"[^>]*value="([^"]*)"', page)[0])


def test_whoever_leaves_waits_no_longer(world: World):
    address = confirmed(world)
    left = world.browser.post(
        f"{address}/leave", data={"csrf_token": token_of(world.browser.get(address).text)}
    )
    assert left.location == address
    assert "You do not wait in line any more" in world.browser.get(address).text
    assert world.parts.views.places("winterfest") == []
    assert (
        line_id(SHOP, "weekend") not in world.parts.waiting.get(UUID(address.split("/")[3])).seats
    )


def test_a_hold_whose_time_is_over_is_told_so_and_not_sold(world: World):
    address = confirmed(world)
    offered(world, address)
    world.browser.post(
        f"{address}/buy", data={"csrf_token": token_of(world.browser.get(address).text)}
    )
    world.clock.now += timedelta(hours=24)
    assert "Your turn is over" in world.browser.get(address).text
    page = world.browser.get("/winterfest/checkout?buy.weekend=2").text
    assert "These seats are held for you" not in page
