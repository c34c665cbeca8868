"""What a cart amounts to now, and the laws that hold between it and the orders placed from it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.cart.appraisal import Appraisal, Obstacle, appraise, quotas_of
from ledger.cart.cart import Cart, CartLine
from ledger.kernel.money import Money
from ledger.kernel.refusals import Refusal
from ledger.order.commands import Wanted
from ledger.shop.shop import Shop, ShopSpec
from tests.kits.examples import examples
from tests.kits.worlds import PREFERENCES, SPEC, WEEKEND, World


def line(product: str = "weekend", quantity: int = 2, price: int = 3500) -> CartLine:
    return CartLine(product=product, title=product, quantity=quantity, price=Money(price, "EUR"))


def cart_of(*lines: CartLine, shop: str = "winterfest") -> Cart:
    return Cart().add(shop, lines, key=uuid4())


class Market(World):
    """A world whose cart is looked at."""

    def look(self, cart: Cart) -> Appraisal:
        shops: dict[str, Shop | None] = {one.shop: None for one in cart.groups}
        if self.slug in shops:
            shops[self.slug] = self.shops.newest(self.slug)
        known = self.recorder.read_seat_totals(2**62)
        seats = {one: known[one] for one in quotas_of(shops.values()) if one in known}
        return appraise(cart, shops, seats, at=self.clock())

    def sells(self, spec: ShopSpec) -> None:
        self.shops.import_shop(spec, actor="test", at=self.clock())

    def changed(self, product: str, **changes: Any) -> None:
        held = [replace(p, **changes) if p.slug == product else p for p in SPEC.products]
        self.sells(replace(SPEC, products=tuple(held)))


def obstacles(seen: Appraisal) -> list[Obstacle | None]:
    return [one.obstacle for group in seen.groups for one in group.lines]


def test_a_cart_that_can_be_ordered():
    seen = Market().look(cart_of(line(), line("friday", 1, 1500)))
    assert seen.groups[0].orderable
    assert seen.totals == (Money(8500, "EUR"),)
    assert (seen.count, obstacles(seen)) == (3, [None, None])
    assert not any(one.price_changed for one in seen.groups[0].lines)


def test_an_empty_cart_amounts_to_nothing():
    assert Market().look(Cart()) == Appraisal(groups=(), totals=(), count=0)


@pytest.mark.parametrize(
    ("taken", "wanted", "expected"),
    [(2, 3, None), (3, 3, Obstacle.TOO_FEW), (5, 1, Obstacle.SOLD_OUT), (0, 11, Obstacle.TOO_MANY)],
)
def test_what_is_left_is_told(taken: int, wanted: int, expected: Obstacle | None):
    market = Market()
    if taken:
        market.place("somebody", ("weekend", taken))
    seen = market.look(cart_of(line(quantity=wanted)))
    assert obstacles(seen) == [expected]
    assert seen.groups[0].lines[0].free == 5 - taken
    assert seen.totals == (Money(0 if expected else 3500 * wanted, "EUR"),)


def test_lines_of_one_quota_take_it_from_each_other():
    seen = Market().look(cart_of(line(quantity=4), line("volunteer", 2, 0)))
    assert obstacles(seen) == [None, Obstacle.TOO_FEW]
    assert seen.groups[0].lines[1].free == 1
    assert not seen.groups[0].orderable


def test_what_cannot_be_had_takes_nothing_from_others():
    seen = Market().look(cart_of(line(quantity=6), line("volunteer", 5, 0)))
    assert obstacles(seen) == [Obstacle.TOO_FEW, None]


def test_another_price_is_told_with_both():
    market = Market()
    market.changed("weekend", price=Money(3900, "EUR"))
    (group,) = market.look(cart_of(line())).groups
    (told,) = group.lines
    assert (told.price_changed, told.line.price, told.unit_price) == (
        True,
        Money(3500, "EUR"),
        Money(3900, "EUR"),
    )
    assert (group.orderable, group.total) == (True, Money(7800, "EUR"))


def test_what_closed_and_what_is_gone_are_not_on_sale():
    market = Market()
    market.changed("weekend", available_until=market.clock() + timedelta(hours=1))
    assert obstacles(market.look(cart_of(line(), line("nothing")))) == [
        None,
        Obstacle.NOT_ON_SALE,
    ]
    market.clock.pass_(hours=1)
    seen = market.look(cart_of(line(), line("friday", 1, 1500)))
    assert obstacles(seen) == [Obstacle.NOT_ON_SALE, None]
    assert seen.totals == (Money(1500, "EUR"),)


def test_a_shop_that_cannot_be_read_keeps_its_place():
    seen = Market().look(cart_of(line(), shop="elsewhere"))
    (group,) = seen.groups
    assert (group.obstacle, group.total, group.orderable) == (Obstacle.SHOP_AWAY, None, False)
    assert (seen.totals, seen.count) == ((), 2)


def test_what_the_provider_does_not_take_is_told():
    market = Market()
    market.changed("weekend", price=Money(9_999_999, "EUR"), max_per_order=1000)
    market.sells(replace(SPEC, quotas={"weekend": 500, "friday": 2}, products=(
        replace(WEEKEND, price=Money(9_999_999, "EUR"), max_per_order=1000),)))  # fmt: skip
    (group,) = market.look(cart_of(line(quantity=11))).groups
    assert group.obstacle is Obstacle.AMOUNT
    assert not group.orderable


def test_currencies_are_never_added_up():
    market = Market()
    crowns = replace(PREFERENCES, currency="SEK")
    shops = {
        "winterfest": market.shops.newest("winterfest"),
        "north": replace(market.shops.newest("winterfest"), slug="north", preferences=crowns,
            products={"weekend": replace(market.shops.newest("winterfest").products["weekend"],
                price=Money(40_000, "SEK"))}),
    }  # fmt: skip
    cart = cart_of(line()).add("north", [line()], key=uuid4())
    seats = market.recorder.read_seat_totals(2**62)
    seen = appraise(cart, shops, seats, at=market.clock())
    assert seen.totals == (Money(7000, "EUR"), Money(80_000, "SEK"))


PRODUCTS = ("weekend", "friday", "volunteer", "gone")
wanted = st.dictionaries(st.sampled_from(PRODUCTS), st.integers(1, 7), min_size=1)
prices = st.integers(0, 3).map(lambda n: n * 700)
catalogues = st.lists(
    st.tuples(st.sampled_from(PRODUCTS[:3]), prices, st.sampled_from(["open", "closed", "away"])),
    max_size=3,
)


def catalogue(changes: list[tuple[str, int, str]], market: Market) -> ShopSpec:
    held = {one.slug: one for one in SPEC.products}
    for slug, price, state in changes:
        ends = market.clock() - timedelta(days=1) if state == "closed" else None
        if state == "away":
            held.pop(slug, None)
        elif slug in held:
            held[slug] = replace(held[slug], price=Money(price, "EUR"), available_until=ends)
    held = held or {"friday": SPEC.products[1]}
    return replace(SPEC, products=tuple(held.values()))


@examples(1000)
@given(
    chosen=wanted,
    before=catalogues,
    between=catalogues,
    taken=st.integers(0, 5),
    late=st.integers(0, 5),
)
def test_nothing_is_paid_that_was_not_shown_and_sums_are_those_of_orders(
    chosen: dict[str, int],
    before: list[tuple[str, int, str]],
    between: list[tuple[str, int, str]],
    taken: int,
    late: int,
):
    """A cart is looked at, the shop changes, it is looked at and ordered; then it changes more."""
    market = Market()
    market.sells(catalogue(before, market))
    cart = cart_of(*(line(product, many) for product, many in chosen.items()))
    first = market.look(cart)
    market.sells(catalogue(between, market))
    _take(market, "between", taken)
    seen = market.look(cart)
    group, known = seen.groups[0], first.groups[0]
    assert group.total is not None
    assert known.total is not None
    for told, was in zip(group.lines, known.lines, strict=True):
        if told.product and was.product and told.unit_price != was.unit_price:
            assert told.price_changed or was.price_changed
    placed = _order(market, "now", chosen, group.total)
    if group.orderable:
        # What is shown is what is asked for, and the sum of the cart is the sum of the order.
        assert placed == group.total == seen.totals[0]
    else:
        # All or nothing: what is marked is refused, and what the page says is why.
        assert placed is None
    _take(market, "late", late)
    again = _order(market, "stale", chosen, known.total)
    assert again is None or again == known.total


def _take(market: Market, name: str, many: int) -> None:
    """Somebody else buys."""
    if many:
        _order(market, name, {"weekend": many}, None)


def _order(market: Market, name: str, chosen: dict[str, int], shown: Money | None) -> Money | None:
    """What an order of this costs; None if it was refused."""
    lines = tuple(Wanted(product=product, quantity=many) for product, many in chosen.items())
    command = replace(market.order_command(name), lines=lines, expected_total=shown)
    try:
        return market.orders.place(market.slug, command).due
    except Refusal:
        return None
