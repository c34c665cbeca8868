"""Vouchers on the pages: in the cart, at checkout, on the order; whoever guesses is slowed down."""

from datetime import timedelta
from typing import Any

import pytest

from tests.kits.pages import MEMBER, World, address, hidden, press
from tests.kits.vouchers import open_voucher, percent
from tests.web.pages.test_cart import CART, CHECKOUT, checkout, order, orders, put
from tests.web.pages.test_checkout import CHOSEN
from web.pages.cart import TRIES


def use(world: World, code: str, shop: str = "winterfest", **fields: str) -> Any:
    """Type a code in the cart and press."""
    page = world.browser.get(CART).text
    return press(world.browser, page, f"/{shop}/cart/voucher", code=code, **fields)


def test_a_share_off_in_the_cart_is_what_is_paid():
    world = World()
    open_voucher(world.parts, "SUMMER10", percent("10"), uses=100)
    put(world, weekend="2")
    answer = use(world, " summer10 ")
    assert (answer.status_code, answer.location) == (303, "/cart")
    page = world.browser.get(CART).text
    assert "Your voucher takes off €7.00." in page
    assert "Total €63.00" in page
    seen: Any = world.browser.get("/api/v1/cart").json
    seen = seen["groups"][0]
    assert (seen["total"], seen["reduction"]) == (6300, 700)
    page, fields = checkout(world)
    assert 'value="SUMMER10"' in page
    assert "Order and pay €63.00" in page
    press(world.browser, page, CHECKOUT, **fields, code="SUMMER10")
    (placed,) = orders(world)
    assert (placed.due.amount, placed.terms.voucher.uses) == (6300, 2)
    told = world.browser.get(address(placed)).text
    assert "with the voucher, instead of €35.00" in told
    assert "SUMMER10" not in told
    assert world.bank.asked[0].amount.amount == 6300
    found: Any = world.browser.get(f"/api/v1/shops/winterfest/orders/{placed.id}").json
    line = found["lines"][0]
    assert (line["unit_price"], line["full_price"]) == (3150, 3500)
    assert not world.carts.read(b"")[1].groups


def test_a_full_voucher_makes_a_free_order_and_asks_no_provider():
    world = World()
    open_voucher(world.parts, "SPEAKER")
    put(world, weekend="1")
    use(world, "SPEAKER")
    page, fields = checkout(world)
    assert "Confirm the free order" in page
    answer = press(world.browser, page, CHECKOUT, **fields, code="SPEAKER")
    (placed,) = orders(world)
    assert answer.location.startswith(address(placed))
    assert placed.confirmed
    assert world.bank.asked == []


def test_a_code_at_the_checkout_shows_the_price_before_anything_is_ordered():
    world = World()
    open_voucher(world.parts, "HALF", percent("50"), uses=1)
    page = world.browser.get(CHOSEN).text
    sent = {"key": hidden(page, "key"), "buy.weekend": "2", "first_name": "Aino", "code": "half"}
    looked = press(world.browser, page, CHECKOUT, **sent, apply="1")
    assert looked.status_code == 200
    for words in ("Order and pay €52.50", 'value="half"', 'value="Aino"', "instead of €35.00"):
        assert words in looked.text
    assert orders(world) == []
    # Whoever presses at once, without having seen the price, is shown it first.
    unseen = {**MEMBER, **sent, "shown": hidden(page, "shown")}
    answer = press(world.browser, page, CHECKOUT, **unseen)
    assert answer.status_code == 409
    assert "from €70.00 to €52.50" in answer.text
    seen = {**unseen, "shown": hidden(answer.text, "shown")}
    assert press(world.browser, answer.text, CHECKOUT, **seen).location == world.bank.page
    assert [one.due.amount for one in orders(world)] == [5250]


def test_used_up_while_typing_is_told_and_nothing_typed_is_lost():
    world = World()
    open_voucher(world.parts, "LAST")
    put(world, weekend="1")
    use(world, "LAST")
    page, fields = checkout(world)
    other = world.app.test_client()
    there = other.get("/winterfest/checkout?buy.weekend=1").text
    theirs = {**MEMBER, "key": hidden(there, "key"), "buy.weekend": "1", "code": "LAST"}
    assert press(other, there, CHECKOUT, **theirs).status_code == 303
    answer = press(world.browser, page, CHECKOUT, **fields, code="LAST")
    assert answer.status_code == 409
    assert answer.text.count("This voucher has been used as often as it may be.") == 2
    assert 'value="Aino"' in answer.text
    assert "Order and pay €35.00" in answer.text
    cart = world.browser.get(CART).text
    assert "This voucher has been used as often as it may be." in cart
    assert "Total €35.00" in cart
    page = press(world.browser, cart, "/winterfest/cart/voucher", remove="1")
    assert "Voucher (optional)" in world.browser.get(CART).text
    assert order(world).location == world.bank.page


def test_each_reason_has_its_words():
    world = World()
    now, hour = world.clock(), timedelta(hours=1)
    open_voucher(world.parts, "GONE")
    world.parts.vouchers.revoke(
        open_voucher(world.parts, "REVOKED").id, reason="mistake", actor="staff"
    )
    open_voucher(world.parts, "EARLY", valid_from=now + hour)
    open_voucher(world.parts, "LATE", valid_until=now - hour)
    open_voucher(world.parts, "FRIDAY", products=("friday",))
    open_voucher(world.parts, "GROUP", uses=9, minimum=5)
    put(world, weekend="2")
    unknown = "This shop has no voucher with that code. Check how it is written."
    told = {
        "NOTHING": (422, unknown),
        "REVOKED": (422, unknown),
        "Ä<script>": (422, unknown),
        "EARLY": (409, "This voucher is valid from "),
        "LATE": (409, "This voucher was valid until "),
        "FRIDAY": (422, "This voucher takes nothing off what you chose."),
        "GROUP": (422, "Choose at least 5 of what this voucher is for."),
    }
    for code, (status, words) in told.items():
        answer = use(world, code)
        assert answer.status_code == status, code
        assert words in answer.text, code
        assert "<script>" not in answer.text.partition("<main")[2]
    assert "Your voucher" not in world.browser.get(CART).text


def test_whoever_guesses_is_slowed_down():
    world = World()
    put(world, weekend="1")
    page = world.browser.get(CART).text
    answers = [
        press(world.browser, page, "/winterfest/cart/voucher", code=f"GUESS{n}").status_code
        for n in range(TRIES + 1)
    ]
    assert answers == [422] * TRIES + [429]


def test_the_press_of_a_stranger_does_nothing():
    world = World()
    put(world, weekend="1")
    assert world.browser.post("/winterfest/cart/voucher", data={"code": "A"}).status_code == 400
    answer = press(world.browser, world.browser.get(CART).text, "/nowhere/cart/voucher", code="ABC")
    assert answer.status_code == 404


@pytest.mark.parametrize("many", ["1", "2"])
def test_other_lines_keep_the_voucher_under_another_key(many: str):
    world = World()
    open_voucher(world.parts, "HALF", percent("50"), uses=9)
    put(world, weekend="1")
    use(world, "HALF")
    put(world, friday=many)
    page = world.browser.get(CART).text
    assert "Your voucher takes off" in page


def test_a_part_of_a_reduced_order_brings_back_what_it_cost():
    world = World(parts=True)
    open_voucher(world.parts, "HALF", percent("50"), uses=1)
    page = world.browser.get(CHOSEN).text
    sent = {**MEMBER, "key": hidden(page, "key"), "buy.weekend": "2", "code": "HALF"}
    press(world.browser, page, CHECKOUT, **sent, shown="5250 EUR")
    paid = world.pay(orders(world)[0])
    shown = world.browser.get(f"{address(paid)}/cancel?pieces-0=1").text
    assert "€17.50" in shown.partition("You get back")[2][:200]
    shown = world.browser.get(f"{address(paid)}/cancel?pieces-1=1").text
    assert "€35.00" in shown.partition("You get back")[2][:200]


def test_what_stands_twice_in_the_order_leaves_the_cart_whole():
    world = World()
    open_voucher(world.parts, "HALF", percent("50"), uses=1)
    put(world, weekend="3")
    use(world, "HALF")
    page, fields = checkout(world)
    press(world.browser, page, CHECKOUT, **fields, code="HALF")
    assert [one.quantity for one in orders(world)[0].lines] == [1, 2]
    left: Any = world.browser.get("/api/v1/cart").json
    assert left["count"] == 0
