"""The cart on the pages: across shops, without seats, and each part of it ordered once."""

import re
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from ledger.kernel.money import Money
from ledger.kernel.store import LedgerUnavailable
from ledger.order.commands import CancelUnpaid
from ledger.order.stamps import OrderPlaced
from ledger.shop.service import Shops
from tests.kits.pages import MEMBER, World, hidden, press
from tests.kits.pages_shop import winterfest
from web.app import create_app
from web.pages.cart import PRESSES

CART, CHECKOUT = "/winterfest/cart", "/winterfest/checkout"


def put(world: World, shop: str = "winterfest", then: str = "cart", **chosen: str) -> Any:
    """Choose on the shop's page and press."""
    page = world.browser.get(f"/{shop}/").text
    fields = {f"buy.{name}": many for name, many in chosen.items()}
    shown = {f"price.{name}": hidden(page, f"price.{name}") for name in chosen}
    key = {"key": hidden(page, "key"), "then": then}
    return press(world.browser, page, f"/{shop}/cart", **fields, **shown, **key)


def change(world: World, shop: str = "winterfest", **fields: str) -> Any:
    page = world.browser.get(CART).text
    return press(world.browser, page, f"/{shop}/cart/lines", **fields)


def checkout(world: World, shop: str = "winterfest") -> tuple[str, dict[str, str]]:
    """The checkout of one shop's part, and what a browser would send from it."""
    page = world.browser.get(f"/{shop}/checkout").text
    names = re.findall(r'<input[^>]*name="(key|cart|shown|buy\.[^"]*)"', page)
    return page, {**MEMBER, **{name: hidden(page, name) for name in names}}


def order(world: World, shop: str = "winterfest") -> Any:
    page, fields = checkout(world, shop)
    return press(world.browser, page, f"/{shop}/checkout", **fields)


def orders(world: World) -> list[Any]:
    placed = [one for one in world.store.feed(0, limit=999) if isinstance(one.stamp, OrderPlaced)]
    return [world.orders.get(one.stream) for one in placed]


def summary(world: World, query: str = "") -> Any:
    return world.browser.get(f"/api/v1/cart{query}").json


def dearer(world: World, price: int) -> None:
    spec = winterfest(world.shops.newest("winterfest").terms.cancellation)
    held = [
        replace(one, price=Money(price, "EUR")) if one.slug == "weekend" else one
        for one in spec.products
    ]
    changed = replace(spec, products=tuple(held))
    Shops(world.store).import_shop(changed, actor="cli", at=world.clock())


def test_what_is_chosen_goes_into_the_cart_and_every_page_counts_it():
    world = World()
    assert "to-cart" not in world.browser.get("/").text
    answer = put(world, weekend="2", friday="1")
    assert (answer.status_code, answer.location) == (303, f"{CART}?added=1")
    page = world.browser.get(answer.location).text
    for words in ("It is in your cart.", "A cart holds no places", "Weekend ticket", "€85.50"):
        assert words in page
    for path in ("/", "/winterfest/", "/nowhere/", CHECKOUT):
        assert ">3<span" in world.browser.get(path).text, path
    assert "2 in your cart" in world.browser.get("/winterfest/").text


def test_continuing_goes_through_the_cart_to_the_checkout():
    world = World()
    answer = put(world, then="checkout", weekend="2")
    assert (answer.status_code, answer.location) == (303, CHECKOUT)
    assert "Order and pay €70.00" in world.browser.get(CHECKOUT).text
    assert order(world).location == world.bank.page
    assert [one.due.amount for one in orders(world)] == [7000]


def test_the_cookie_is_safe_and_its_word_is_ours():
    world = World()
    world.browser.set_cookie("cart", "a" * 43)
    answer = put(world, weekend="1")
    (cookie,) = [one for one in answer.headers.getlist("Set-Cookie") if one.startswith("cart=")]
    for part in ("HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=7776000"):
        assert part in cookie
    assert "cart=aaaa" not in cookie
    for word in ("", "x", "a" * 43, "\xff", "a" * 3_000):
        world.browser.set_cookie("cart", word)
        assert "Your cart is empty" in world.browser.get(CART).text


def test_a_cart_is_still_there_in_another_process():
    world = World()
    put(world, weekend="2")
    kept = world.browser.get_cookie("cart")
    assert kept is not None
    world.app = create_app(world._parts())
    world.browser = world.app.test_client()
    world.browser.set_cookie("cart", kept.value)
    assert "€70.00" in world.browser.get(CART).text


def test_a_press_that_comes_twice_adds_once_and_adding_again_adds():
    world = World()
    page = world.browser.get("/winterfest/").text
    fields = {"buy.weekend": "2", "key": hidden(page, "key")}
    for _ in range(2):
        press(world.browser, page, CART, **fields)
    assert "€70.00" in world.browser.get(CART).text
    put(world, weekend="2")
    assert "€140.00" in world.browser.get(CART).text


def test_quantities_change_and_lines_go():
    world = World()
    put(world, weekend="2", friday="1")
    change(world, **{"buy.weekend": "3"})
    assert "€120.50" in world.browser.get(CART).text
    change(world, remove="weekend")
    assert "Weekend ticket" not in world.browser.get(CART).text
    answer = change(world, **{"buy.friday": "", "here": "winterfest"})
    assert answer.location == CART
    assert "Your cart is empty" in world.browser.get(CART).text


def test_what_is_no_quantity_changes_nothing():
    world = World()
    put(world, weekend="2")
    for wrong in ("-1", "1.5", "x", "99999999", "\u0663", "\xb2", " "):
        assert change(world, **{"buy.weekend": wrong, "price.weekend": wrong}).status_code == 303
    assert "€70.00" in world.browser.get(CART).text


def test_nothing_chosen_leads_back_or_to_what_is_in_the_cart_already():
    world = World()
    assert put(world).location == "/winterfest/?nothing=1"
    put(world, weekend="1")
    assert put(world, then="checkout").location == CHECKOUT


def test_an_old_page_keeps_what_was_chosen():
    world = World()
    answer = world.browser.post(CART, data={"buy.weekend": "4"})
    assert answer.status_code == 400
    assert 'value="4"' in answer.text
    assert "open for a long time" in answer.text
    assert world.browser.post("/winterfest/cart/lines", data={"remove": "x"}).status_code == 400


def test_pressing_too_often_is_slowed_down():
    world = World()
    for _ in range(PRESSES):
        change_nothing = world.browser.post("/winterfest/cart/lines")
        assert change_nothing.status_code in (303, 400)
    world.app.config["WTF_CSRF_ENABLED"] = False
    for _ in range(PRESSES):
        world.browser.post("/winterfest/cart/lines")
    assert world.browser.post("/winterfest/cart/lines").status_code == 429
    answer = world.browser.post(CART, data={"buy.weekend": "4"})
    assert (answer.status_code, 'value="4"' in answer.text) == (429, True)


def test_a_full_cart_says_so():
    world = World()
    spec = winterfest(world.shops.newest("winterfest").terms.cancellation)
    many = tuple(replace(spec.products[0], slug=f"day-{n}") for n in range(51))
    Shops(world.store).import_shop(replace(spec, products=many), actor="cli", at=world.clock())
    world.shops.forget()
    answer = put(world, **{f"day-{n}": "1" for n in range(51)})
    assert answer.status_code == 422
    assert "at most 50 different products" in answer.text
    assert "Your cart is empty" in world.browser.get(CART).text


def test_an_unknown_product_is_refused():
    world = World()
    page = world.browser.get("/winterfest/").text
    answer = press(world.browser, page, CART, **{"buy.nothing": "1"})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("free", "words"), [(1, "Only 1 left. Choose fewer."), (0, "Sold out. Take it out")]
)
def test_what_sold_out_is_said_before_anybody_types(free: int, words: str):
    world = World()
    put(world, weekend="2", friday="1")
    world.take_all_but(free, "weekend")
    answer = world.browser.get(CHECKOUT)
    assert (answer.status_code, answer.location) == (303, CART)
    page = world.browser.get(CART).text
    assert words in page
    assert "Order from" not in page
    change(world, remove="weekend")
    assert order(world).location == world.bank.page
    assert [one.due.amount for one in orders(world)] == [1550]


def test_a_price_that_changed_is_said_in_the_cart_and_where_one_pays():
    world = World()
    put(world, weekend="2")
    dearer(world, 9900)
    told = "it was €35.00 when you saw it last, it is €99.00 today"
    assert told in world.browser.get(CART).text
    page, fields = checkout(world)
    assert told in page
    assert "Order and pay €198.00" in page
    press(world.browser, page, CHECKOUT, **fields)
    assert world.bank.asked[0].amount.amount == 19800


def test_a_price_that_was_read_in_the_cart_is_told_once():
    world = World()
    put(world, weekend="2")
    dearer(world, 9900)
    change(world, **{"buy.weekend": "1", "price.weekend": "9900"})
    assert "when you saw it last" not in world.browser.get(CART).text
    dearer(world, 3500)
    assert "it was €99.00" in world.browser.get(CART).text


def test_a_price_that_changes_while_somebody_types_is_asked_about():
    world = World()
    put(world, weekend="2")
    page, fields = checkout(world)
    dearer(world, 9900)
    again = press(world.browser, page, CHECKOUT, **fields)
    assert again.status_code == 409
    assert "Virtanen" in again.text
    fields |= {name: hidden(again.text, name) for name in ("key", "cart", "shown")}
    assert press(world.browser, again.text, CHECKOUT, **fields).status_code == 303
    assert world.bank.asked[0].amount.amount == 19800
    assert "Your cart is empty" in world.browser.get("/cart").text


def test_what_is_not_sold_any_more_can_be_taken_out():
    world = World()
    put(world, weekend="1", friday="1")
    spec = winterfest(world.shops.newest("winterfest").terms.cancellation)
    left = tuple(one for one in spec.products if one.slug != "weekend")
    Shops(world.store).import_shop(replace(spec, products=left), actor="cli", at=world.clock())
    world.shops.forget()
    page = world.browser.get(CART).text
    assert "Weekend ticket" in page
    assert "Not on sale just now." in page
    change(world, remove="weekend")
    assert order(world).status_code == 303


def test_each_shop_is_an_order_of_its_own_and_the_cart_leads_through_them():
    world = World()
    world.another_shop("summerfest")
    put(world, weekend="2")
    put(world, "summerfest", friday="1")
    page = world.browser.get(CART).text
    assert "Each shop takes its own order and payment." in page
    assert "€85.50" in page
    order(world)
    (first,) = orders(world)
    page = world.browser.get("/summerfest/cart").text
    assert f"/winterfest/orders/{first.id}" in page
    assert "Not paid" in page
    assert "€85.50" not in page
    world.pay(first)
    own = world.browser.get(f"/winterfest/orders/{first.id}").text
    assert "Your cart still holds 1 thing." in own
    order(world, "summerfest")
    assert [one.terms.shop_slug for one in orders(world)] == ["winterfest", "summerfest"]
    page = world.browser.get("/cart").text
    assert page.count("Paid</span>") == 1
    assert "Your cart is empty" in page
    assert "still holds" not in world.browser.get(f"/winterfest/orders/{first.id}").text


def test_an_order_of_somebody_else_says_nothing_of_my_cart():
    world = World()
    put(world, weekend="2")
    other = world.an_order()
    assert "still holds" not in world.browser.get(f"/winterfest/orders/{other.id}").text


def test_a_checkout_that_is_pressed_twice_is_one_order():
    world = World()
    put(world, weekend="2")
    page, fields = checkout(world)
    answers = [press(world.browser, page, CHECKOUT, **fields) for _ in range(2)]
    assert {one.location for one in answers} == {world.bank.page}
    assert len(orders(world)) == 1


def test_back_and_again_is_the_same_order_and_says_so():
    world = World()
    put(world, weekend="2")
    page, fields = checkout(world)
    press(world.browser, page, CHECKOUT, **fields)
    (first,) = orders(world)
    world.pay(first)
    again = press(world.browser, page, CHECKOUT, **fields)
    assert again.location == f"/winterfest/orders/{first.id}?again=1"
    assert "Nothing was ordered twice." in world.browser.get(again.location).text
    # A browser that asks for the page anew is led to what became of the cart.
    assert world.browser.get(CHECKOUT).location == CART
    assert len(orders(world)) == 1
    # Adding again is another purchase.
    put(world, weekend="2")
    order(world)
    assert len(orders(world)) == 2


def test_back_and_something_else_typed_asks_first():
    world = World()
    put(world, weekend="2")
    page, fields = checkout(world)
    press(world.browser, page, CHECKOUT, **fields)
    answer = press(world.browser, page, CHECKOUT, **{**fields, "first_name": "Eero"})
    assert answer.status_code == 409
    assert "You have placed an order with this form already." in answer.text
    assert len(orders(world)) == 1


def test_a_link_that_names_products_is_one_order_for_one_browser():
    world, link = World(), f"{CHECKOUT}?buy.weekend=2"
    keys = {hidden(world.browser.get(link).text, "key") for _ in range(2)}
    other = world.app.test_client()
    assert len(keys) == 1
    assert hidden(other.get(link).text, "key") not in keys
    page = world.browser.get(link).text
    fields = {**MEMBER, "key": hidden(page, "key"), "buy.weekend": "2"}
    press(world.browser, page, CHECKOUT, **fields)
    again = world.browser.get(link).text
    assert "You have placed an order with this form already." in again
    assert "#000001" in again
    assert hidden(again, "key") not in keys
    fields |= {"key": hidden(again, "key")}
    press(world.browser, again, CHECKOUT, **fields)
    assert len(orders(world)) == 2


def test_a_link_that_names_products_leaves_the_cart_as_it_is():
    world = World()
    put(world, friday="1")
    page = world.browser.get(f"{CHECKOUT}?buy.weekend=1").text
    fields = {**MEMBER, "key": hidden(page, "key"), "buy.weekend": "1"}
    assert press(world.browser, page, CHECKOUT, **fields).status_code == 303
    assert "€15.50" in world.browser.get(CART).text


def test_two_tabs_order_what_each_showed():
    world = World()
    put(world, weekend="2")
    page, fields = checkout(world)
    change(world, **{"buy.weekend": "3"})
    press(world.browser, page, CHECKOUT, **fields)
    assert [one.due.amount for one in orders(world)] == [7000]
    assert "€35.00" in world.browser.get(CART).text
    order(world)
    assert [one.due.amount for one in orders(world)] == [7000, 3500]


def test_of_two_buyers_of_the_last_ticket_one_is_told_before_and_one_when_pressing():
    world = World()
    put(world, friday="10")
    page, fields = checkout(world)
    for _ in range(8):
        world.an_order("friday", 10)
    answer = press(world.browser, page, CHECKOUT, **fields)
    assert answer.status_code == 409
    assert "not enough left" in answer.text
    assert "Virtanen" in answer.text
    assert "Friday ticket" in world.browser.get(CART).text
    world.take_all_but(0, "friday")
    assert "Sold out" in world.browser.get(CART).text


def test_an_order_that_nobody_wrote_into_the_cart_is_found_by_the_cart():
    """The process ended, or the database was away, between the order and the cart."""
    world = World()
    put(world, weekend="2")
    keep, world.carts.keep = world.carts.keep, _away  # type: ignore[method-assign]
    assert order(world).location == world.bank.page
    world.carts.keep = keep  # type: ignore[method-assign]
    (first,) = orders(world)
    page = world.browser.get(CART).text
    assert f"/winterfest/orders/{first.id}" in page
    assert "Your cart is empty" in page
    assert world.browser.get(CHECKOUT).location == CART
    assert len(orders(world)) == 1


def _away(*_: Any, **__: Any) -> bool:
    raise LedgerUnavailable("away")


def test_a_cart_that_cannot_be_read_harms_no_other_page():
    world = World()
    put(world, weekend="2")
    world.carts.read = _away  # type: ignore[assignment, method-assign]
    paid = world.a_paid_order()
    for path in ("/", f"/winterfest/orders/{paid.id}", "/nowhere/"):
        assert world.browser.get(path).status_code in (200, 404), path
    assert world.browser.get(CART).status_code == 503


def test_a_free_order_leaves_the_cart_and_is_confirmed():
    world = World()
    put(world, volunteer="1")
    answer = order(world)
    page = world.browser.get(answer.location).text
    assert "Your order is confirmed" in page
    assert page.count('class="done"') == 3


def test_the_page_shows_how_far_the_tickets_are():
    world = World()
    put(world, weekend="2")
    order(world)
    (first,) = orders(world)
    own = f"/winterfest/orders/{first.id}"
    steps = r'<li class="(\w+)"[^>]*><span class="dot"'
    assert re.findall(steps, world.browser.get(own).text) == ["done", "current", "ahead"]
    assert "otherwise we return the money" in world.browser.get(own).text
    waiting = world.browser.get(f"{own}?paid=1").text
    assert re.findall(steps, waiting) == ["done", "done", "current"]
    world.pay(first)
    assert re.findall(steps, world.browser.get(own).text) == ["done", "done", "done"]


@pytest.mark.parametrize("gone", [True, False], ids=["sold out since", "still there"])
def test_what_became_of_money_that_came_too_late_is_said(gone: bool):
    world = World()
    put(world, friday="10")
    page, _ = checkout(world)
    assert page.index("otherwise we return the money") < page.index("First name")
    order(world)
    (late,) = orders(world)
    world.clock.pass_by(days=4)
    unpaid = CancelUnpaid(correlation_id=uuid4(), actor="ledger", at=world.clock())
    world.orders.handle(late.id, unpaid)
    world.orders.follow(late.id, world.clock())
    for _ in range(8 if gone else 7):
        world.an_order("friday", 10)
    world.orders.follow(late.id, world.clock(), after=world.pay(world.orders.get(late.id)))
    page = world.browser.get(f"/winterfest/orders/{late.id}").text
    assert ("when your places had been sold." in page) is gone
    assert ("Your places were still there, and they are yours." in page) is not gone
    assert ("to return €155.00" in page) is gone


@pytest.mark.parametrize("language", ["en", "fi", "sv"])
def test_the_cart_speaks(language: str):
    world = World()
    put(world, weekend="2")
    page = world.browser.get(f"{CART}?lang={language}").text
    assert {"en": "Your cart", "fi": "Ostoskorisi", "sv": "Din varukorg"}[language] in page


def test_the_summary_is_json():
    world = World()
    assert summary(world) == {
        "count": 0, "holds_seats": False, "groups": [], "totals": [], "ordered": []
    }  # fmt: skip
    world.another_shop("summerfest")
    put(world, weekend="2")
    put(world, "summerfest", friday="1")
    world.take_all_but(1, "weekend")
    told = summary(world, "?language=fi")
    assert told["count"] == 3
    assert told["totals"] == [{"amount": 1550, "currency": "EUR"}]
    winter, summer = told["groups"]
    assert (winter["shop"], winter["name"], winter["orderable"], winter["total"]) == (
        "winterfest", "Talvifestarit 2027", False, 0
    )  # fmt: skip
    assert winter["lines"] == [{
        "product": "weekend", "title": "Viikonloppulippu", "quantity": 2, "unit_price": 3500,
        "shown_price": 3500, "price": 7000, "currency": "EUR", "price_changed": False,
        "obstacle": "too_few",
    }]  # fmt: skip
    assert (summer["orderable"], summer["total"]) == (True, 1550)
    order(world, "summerfest")
    (done,) = summary(world)["ordered"]
    assert (done["shop"], done["status"], done["total"]) == ("summerfest", "PENDING", 1550)
    assert UUID(done["order"]) == orders(world)[0].id
