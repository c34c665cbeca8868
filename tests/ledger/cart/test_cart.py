"""A cart is a value: what goes in, what leaves, and under which key it is ordered."""

from uuid import UUID

import pytest

from ledger.cart.cart import LINES, ORDERS, Cart, CartLine
from ledger.kernel.money import Money
from ledger.kernel.refusals import CartFull

KEY, OTHER, THIRD, ORDER = (UUID(int=n) for n in range(1, 5))
EURO = Money(3500, "EUR")


def line(product: str = "weekend", quantity: int = 2, price: Money = EURO) -> CartLine:
    return CartLine(product=product, title=product.capitalize(), quantity=quantity, price=price)


def filled(*lines: CartLine, shop: str = "winter") -> Cart:
    return Cart().add(shop, lines or (line(),), key=KEY)


def held(cart: Cart, shop: str = "winter") -> dict[str, int]:
    group = cart.group(shop)
    return {one.product: one.quantity for one in group.lines} if group else {}


def test_what_is_added_again_adds_up_under_another_key():
    cart = filled().add("winter", [line(quantity=3)], key=OTHER)
    assert held(cart) == {"weekend": 5}
    assert cart.groups[0].key == OTHER


def test_the_same_press_adds_nothing():
    once = Cart().add("winter", [line()], key=KEY, pressed="p")
    assert once.add("winter", [line()], key=OTHER, pressed="p") == once
    assert once.add("winter", [line()], key=OTHER, pressed="q").count == 4
    assert once.add("winter", [line()], key=OTHER).count == 4


def test_shops_stay_in_the_order_in_which_they_were_begun():
    cart = filled().add("summer", [line()], key=OTHER).add("winter", [line()], key=THIRD)
    assert [one.shop for one in cart.groups] == ["winter", "summer"]
    assert cart.count == 6


def test_quantities_are_set_and_nought_takes_out():
    cart = filled(line(), line("friday", 1)).set("winter", {"weekend": 1, "friday": 0}, key=OTHER)
    assert held(cart) == {"weekend": 1}
    assert cart.groups[0].key == OTHER
    assert cart.set("winter", {"weekend": 0}, key=THIRD) == Cart()


def test_what_is_not_in_it_is_not_set():
    cart = filled()
    assert cart.set("winter", {"other": 5}, key=OTHER) == cart
    assert cart.set("summer", {"weekend": 5}, key=OTHER) == cart


def test_the_same_quantities_keep_the_key_and_prices_that_were_seen_are_remembered():
    dearer = Money(3900, "EUR")
    cart = filled().set("winter", {"weekend": 2}, key=OTHER, seen={"weekend": dearer})
    assert cart.groups[0].key == KEY
    assert cart.groups[0].lines[0].price == dearer


def test_an_order_leaves_the_cart_once():
    cart = filled().add("summer", [line()], key=OTHER)
    after = cart.ordered("winter", key=KEY, order=ORDER, quantities={"weekend": 2})
    assert [one.shop for one in after.groups] == ["summer"]
    assert [(one.shop, one.order) for one in after.orders] == [("winter", ORDER)]
    again = after.add("winter", [line()], key=THIRD)
    assert again.ordered("winter", key=KEY, order=ORDER, quantities={"weekend": 2}) == again


def test_what_came_in_since_stays_under_another_key():
    cart = filled(line(), line("friday", 1)).add("winter", [line(quantity=1)], key=OTHER)
    after = cart.ordered("winter", key=KEY, order=ORDER, quantities={"weekend": 2, "friday": 1})
    assert held(after) == {"weekend": 1}
    assert after.groups[0].key not in (KEY, OTHER)


def test_a_part_that_was_ordered_leaves_the_rest_to_be_ordered():
    cart = filled(line(), line("gone", 1))
    after = cart.ordered("winter", key=KEY, order=ORDER, quantities={"weekend": 2})
    assert held(after) == {"gone": 1}
    assert after.groups[0].key != KEY


def test_there_is_an_end_to_what_it_holds():
    many = [line(str(n), 1) for n in range(LINES)]
    cart = filled(*many)
    with pytest.raises(CartFull) as full:
        cart.add("summer", [line()], key=OTHER)
    assert full.value.most == LINES
    assert cart.add("winter", [line("0", 1)], key=OTHER).count == LINES + 1
    assert held(filled(line(quantity=10**9))) == {"weekend": 1000}
    assert held(filled().set("winter", {"weekend": 10**9}, key=OTHER)) == {"weekend": 1000}


def test_orders_that_are_long_past_are_forgotten():
    cart = Cart()
    for n in range(ORDERS + 5):
        cart = cart.ordered("winter", key=UUID(int=n), order=UUID(int=n), quantities={})
    assert [one.order.int for one in cart.orders] == [*range(5, ORDERS + 5)]
