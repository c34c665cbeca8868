"""A cart at its bounds, what a guest brings along, and what a voucher takes off it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from ledger.cart.appraisal import Appraisal, AppraisedGroup, Obstacle, appraise, quotas_of
from ledger.cart.cart import LINES, ORDERS, Cart, CartLine
from ledger.kernel.money import Money
from ledger.kernel.refusals import CartFull, Refusal
from ledger.shop.shop import Shop
from ledger.shop.stamps import line_id, quota_id, shop_id
from ledger.vouchers.refusals import (
    UnknownVoucher,
    VoucherNotForThese,
    VoucherNotValidNow,
    VoucherTooFewPieces,
    VoucherUsedUp,
)
from ledger.vouchers.stamps import Effect, EffectKind, VoucherIssued, VoucherTerms
from ledger.vouchers.voucher import Voucher
from tests.kits.worlds import PREFERENCES, World

KEY, OTHER, THIRD, VOUCHER, ORDER = (UUID(int=n) for n in range(1, 6))
NOON = datetime(2027, 1, 10, 12, tzinfo=UTC)


def eur(cents: int) -> Money:
    return Money(cents, "EUR")


def line(product: str = "weekend", quantity: int = 2, price: int = 3500) -> CartLine:
    return CartLine(product=product, title=product, quantity=quantity, price=eur(price))


def cart_of(*lines: CartLine, shop: str = "winterfest", key: UUID = KEY) -> Cart:
    return Cart().add(shop, lines, key=key)


def held(cart: Cart, shop: str = "winterfest") -> dict[str, int]:
    group = cart.group(shop)
    return {one.product: one.quantity for one in group.lines} if group else {}


# What it holds.


def test_an_empty_cart_holds_nothing_of_any_shop():
    assert (Cart().count, Cart().group("winterfest"), Cart().pressed) == (0, None, "")
    assert cart_of(line()).group("other") is None


def test_a_line_is_added_with_the_price_and_the_title_that_were_shown():
    cart = cart_of(line(price=3500)).add("winterfest", [line(price=3900)], key=OTHER, pressed="p")
    (one,) = cart.groups[0].lines
    assert (one.quantity, one.price, cart.pressed) == (4, eur(3900), "p")


@pytest.mark.parametrize(("wanted", "kept"), [(1, 1), (999, 999), (1000, 1000), (1001, 1000)])
def test_of_one_product_there_are_at_most_a_thousand(wanted: int, kept: int):
    assert held(cart_of(line(quantity=wanted))) == {"weekend": kept}
    assert held(cart_of(line()).set("winterfest", {"weekend": wanted}, key=OTHER)) == {
        "weekend": kept
    }


def test_less_than_nothing_is_nothing():
    cart = cart_of(line(), line("friday"))
    assert held(cart.set("winterfest", {"weekend": -1}, key=OTHER)) == {"friday": 2}


def test_it_is_full_with_so_many_lines_of_all_shops():
    many = [line(f"p{n}") for n in range(LINES - 1)]
    full = cart_of(*many).add("summer", [line()], key=OTHER)
    assert sum(len(one.lines) for one in full.groups) == LINES
    with pytest.raises(CartFull) as refused:
        full.add("summer", [line("one more")], key=OTHER)
    assert refused.value.most == LINES


def test_what_is_set_keeps_prices_that_nobody_showed_anew():
    cart = cart_of(line(), line("friday", 1)).set(
        "winterfest", {"weekend": 3}, key=OTHER, seen={"friday": eur(1)}
    )
    assert [(one.quantity, one.price) for one in cart.groups[0].lines] == [
        (3, eur(3500)),
        (1, eur(1)),
    ]


def test_a_voucher_is_put_in_for_one_shop_and_taken_out_again():
    cart = cart_of(line()).add("summer", [line()], key=OTHER)
    with_it = cart.with_voucher("winterfest", VOUCHER, key=THIRD)
    assert [(one.voucher, one.key) for one in with_it.groups] == [(VOUCHER, THIRD), (None, OTHER)]
    # The same voucher again keeps the key.
    assert with_it.with_voucher("winterfest", VOUCHER, key=KEY) == with_it
    out = with_it.with_voucher("winterfest", None, key=KEY)
    assert [(one.voucher, one.key) for one in out.groups] == [(None, KEY), (None, OTHER)]


def test_a_voucher_stays_with_its_shop_while_lines_change():
    cart = cart_of(line()).with_voucher("winterfest", VOUCHER, key=OTHER)
    assert cart.add("winterfest", [line("friday")], key=THIRD).groups[0].voucher == VOUCHER
    assert cart.add("summer", [line()], key=THIRD).groups[1].voucher is None


def test_an_order_takes_the_voucher_with_it():
    cart = cart_of(line()).with_voucher("winterfest", VOUCHER, key=OTHER)
    after = cart.ordered("winterfest", key=OTHER, order=ORDER, quantities={"weekend": 1})
    assert (held(after), after.groups[0].voucher) == ({"weekend": 1}, None)
    assert after.groups[0].key not in (KEY, OTHER)


def test_an_order_of_a_shop_that_left_the_cart_is_remembered_all_the_same():
    after = Cart().ordered("winterfest", key=KEY, order=ORDER, quantities={"weekend": 1})
    assert ([one.order for one in after.orders], after.groups) == ([ORDER], ())


# What a guest brings along.


def test_what_both_hold_is_there_once_in_the_larger_number():
    mine = cart_of(line(quantity=3), line("friday", 1))
    guest = cart_of(line(quantity=2), line("friday", 4), line("volunteer", 1), key=OTHER)
    joined = mine.joined(guest, key=THIRD)
    assert held(joined) == {"weekend": 3, "friday": 4, "volunteer": 1}
    assert joined.groups[0].key not in (KEY, OTHER)


def test_what_only_the_guest_holds_keeps_its_key():
    joined = cart_of(line()).joined(cart_of(line(), shop="summer", key=OTHER), key=THIRD)
    assert [(one.shop, one.key) for one in joined.groups] == [
        ("winterfest", KEY),
        ("summer", OTHER),
    ]


def test_a_guest_who_brings_nothing_more_changes_no_key():
    mine = cart_of(line(quantity=3))
    assert mine.joined(cart_of(line(quantity=3), key=OTHER), key=THIRD) == mine


def test_the_guests_price_is_the_one_that_was_shown_last():
    joined = cart_of(line()).joined(cart_of(line(price=3900), key=OTHER), key=THIRD)
    assert joined.groups[0].lines[0].price == eur(3900)


@pytest.mark.parametrize(
    ("mine", "guests", "kept"),
    [(None, VOUCHER, VOUCHER), (ORDER, VOUCHER, ORDER), (ORDER, None, ORDER), (None, None, None)],
)
def test_the_owners_voucher_comes_first(mine: UUID | None, guests: UUID | None, kept: UUID | None):
    own = cart_of(line()).with_voucher("winterfest", mine, key=KEY)
    guest = cart_of(line(), key=OTHER).with_voucher("winterfest", guests, key=OTHER)
    assert own.joined(guest, key=THIRD).groups[0].voucher == kept


def test_a_voucher_of_a_shop_that_only_the_guest_has_comes_along():
    guest = cart_of(line(), key=OTHER).with_voucher("winterfest", VOUCHER, key=OTHER)
    (group,) = Cart().joined(guest, key=THIRD).groups
    assert (group.voucher, group.key) == (VOUCHER, OTHER)


def test_what_has_no_room_is_left_out_and_the_rest_comes():
    mine = cart_of(*(line(f"p{n}") for n in range(LINES - 1)))
    guest = cart_of(line(), line("friday"), shop="summer").add("autumn", [line()], key=OTHER)
    joined = mine.joined(guest, key=THIRD)
    assert [one.shop for one in joined.groups] == ["winterfest", "autumn"]


def test_orders_of_both_are_known_once_and_the_latest_stay():
    mine, guest = Cart(), Cart()
    for number in range(ORDERS):
        one = UUID(int=number)
        mine = mine.ordered("winterfest", key=one, order=one, quantities={})
    for number in (ORDERS - 1, ORDERS):
        one = UUID(int=number)
        guest = guest.ordered("winterfest", key=one, order=one, quantities={})
    joined = mine.joined(guest, key=THIRD)
    assert [one.order.int for one in joined.orders] == [*range(1, ORDERS + 1)]


# What it amounts to.

SHOP = shop_id("winterfest")
WEEKEND, FRIDAY = quota_id(SHOP, "weekend"), quota_id(SHOP, "friday")


@pytest.fixture(scope="module")
def shop() -> Any:
    world = World()
    yield world.shops.newest("winterfest")
    world.close()


SEATS = {WEEKEND: (5, 0, 0), FRIDAY: (2, 0, 0)}


def look(
    cart: Cart, shop: Shop, *, vouchers: Mapping[UUID, Voucher] | None = None, **seats: Any
) -> Appraisal:
    known = {**SEATS, **seats.get("seats", {})}
    return appraise(cart, {"winterfest": shop}, known, at=NOON, vouchers=vouchers or {})


def changed(shop: Shop, product: str, **changes: Any) -> Shop:
    products = {**shop.products, product: replace(shop.products[product], **changes)}
    return replace(shop, products=products)


def test_a_product_of_no_quota_is_there_as_often_as_an_order_may_have_it(shop: Shop):
    free = changed(shop, "weekend", quotas=(), max_per_order=10)
    (one,) = look(cart_of(line(quantity=10)), free).groups[0].lines
    assert (one.obstacle, one.free) == (None, 10)
    (one,) = look(cart_of(line(quantity=11)), free).groups[0].lines
    assert (one.obstacle, one.free) == (Obstacle.TOO_MANY, 10)


@pytest.mark.parametrize(
    ("taken", "obstacle", "free"),
    [
        (0, None, 5),
        (3, None, 2),
        (4, Obstacle.TOO_FEW, 1),
        (5, Obstacle.SOLD_OUT, 0),
        (6, Obstacle.SOLD_OUT, 0),
    ],
)
def test_how_many_of_it_are_left(shop: Shop, taken: int, obstacle: Any, free: int):
    seen = look(cart_of(line()), shop, seats={WEEKEND: (5, taken, 0)})
    (one,) = seen.groups[0].lines
    assert (one.obstacle, one.free) == (obstacle, free)


def test_lines_of_one_quota_take_it_from_each_other(shop: Shop):
    seen = look(cart_of(line(quantity=3), line("volunteer", 2, 0), line("friday", 2, 1500)), shop)
    assert [(one.obstacle, one.free) for one in seen.groups[0].lines] == [
        (None, 5),
        (None, 2),
        (None, 2),
    ]
    seen = look(cart_of(line(quantity=4), line("volunteer", 2, 0)), shop)
    assert [one.obstacle for one in seen.groups[0].lines] == [None, Obstacle.TOO_FEW]
    assert not seen.groups[0].orderable


def test_of_several_quotas_the_shortest_counts(shop: Shop):
    both = changed(shop, "weekend", quotas=("weekend", "friday"))
    (one,) = look(cart_of(line(quantity=3)), both).groups[0].lines
    assert (one.obstacle, one.free) == (Obstacle.TOO_FEW, 2)


def test_without_a_voucher_nothing_is_taken_off_and_nothing_refused(shop: Shop):
    (group,) = look(cart_of(line()), shop).groups
    assert (group.reduction, group.voucher_refused, group.total) == (None, None, eur(7000))


def test_what_is_not_on_sale_yet_is_known_with_its_price(shop: Shop):
    later = changed(shop, "weekend", available_from=NOON + timedelta(seconds=1))
    (one,) = look(cart_of(line(price=1)), later).groups[0].lines
    assert (one.obstacle, one.unit_price) == (Obstacle.NOT_ON_SALE, eur(3500))


def test_what_is_gone_costs_what_it_cost(shop: Shop):
    seen = look(cart_of(line("gone", 2, 700)), shop)
    (one,) = seen.groups[0].lines
    assert (one.obstacle, one.product) == (Obstacle.NOT_ON_SALE, None)
    assert (one.unit_price, one.price, one.price_changed) == (eur(700), eur(1400), False)
    assert (seen.groups[0].total, seen.groups[0].orderable) == (eur(0), False)


def test_each_shop_is_found_by_its_name(shop: Shop):
    seen = look(cart_of(line()), shop)
    assert seen.group("winterfest") == seen.groups[0]
    assert seen.group("other") is None


def test_totals_of_one_currency_are_one_sum(shop: Shop):
    cart = cart_of(line()).add("other", [line(quantity=1)], key=OTHER)
    seen = appraise(cart, {"winterfest": shop, "other": shop}, SEATS, at=NOON)
    assert (seen.totals, seen.count) == ((eur(10_500),), 3)


def test_an_amount_that_the_provider_does_not_take_is_no_order(shop: Shop):
    for price, refused in ((49, True), (50, False), (0, False)):
        cheap = changed(shop, "weekend", price=eur(price))
        (group,) = look(cart_of(line(quantity=1, price=price)), cheap).groups
        assert (group.obstacle is Obstacle.AMOUNT, group.orderable) == (refused, not refused)


def test_every_quota_and_line_is_asked_for_once(shop: Shop):
    assert sorted(quotas_of([shop, None, shop])) == sorted({WEEKEND, FRIDAY})
    waits = replace(shop, preferences=replace(PREFERENCES, waiting_list=3600))
    lines = {line_id(SHOP, one) for one in ("weekend", "friday", "volunteer")}
    assert {*quotas_of([waits])} == {WEEKEND, FRIDAY} | lines
    assert [*quotas_of([])] == []


# With a voucher.


def voucher(used: int = 0, **terms: Any) -> Voucher:
    half = Effect(kind=EffectKind.PERCENT_OFF, percent="50")
    given: dict[str, Any] = {"effect": half, "uses": 9} | terms
    issued = VoucherIssued(
        shop=SHOP, shop_slug="winterfest", code_index="X", terms=VoucherTerms(**given)
    )
    return Voucher(id=VOUCHER, issued=issued, taken_by={ORDER: used} if used else {})


def with_voucher(shop: Shop, known: Voucher | None, *lines: CartLine) -> AppraisedGroup:
    cart = cart_of(*lines or (line(),)).with_voucher("winterfest", VOUCHER, key=OTHER)
    (group,) = look(cart, shop, vouchers={VOUCHER: known} if known else {}).groups
    return group


def test_a_voucher_takes_off_of_the_pieces_that_it_covers(shop: Shop):
    group = with_voucher(shop, voucher(), line(), line("friday", 1, 1500))
    assert (group.reduction, group.total, group.voucher_refused) == (eur(4250), eur(4250), None)
    group = with_voucher(shop, voucher(uses=1), line(), line("friday", 1, 1500))
    assert (group.reduction, group.total) == (eur(1750), eur(6750))


def test_what_cannot_be_ordered_is_not_made_cheaper(shop: Shop):
    group = with_voucher(shop, voucher(), line(), line("gone", 1, 1500))
    assert (group.reduction, group.total) == (eur(3500), eur(3500))
    group = with_voucher(shop, voucher(), line(quantity=6), line("friday", 2, 1500))
    assert (group.reduction, group.total) == (eur(1500), eur(1500))


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("known", "refusal"),
    [
        (None, UnknownVoucher),
        (voucher(used=9), VoucherUsedUp),
        (voucher(valid_from=NOON + HOUR), VoucherNotValidNow),
        (voucher(valid_until=NOON), VoucherNotValidNow),
        (voucher(products=("friday",)), VoucherNotForThese),
        (voucher(minimum=3), VoucherTooFewPieces),
    ],
)
def test_a_voucher_that_takes_off_nothing_says_why(
    shop: Shop, known: Voucher | None, refusal: type[Refusal]
):
    group = with_voucher(shop, known)
    assert isinstance(group.voucher_refused, refusal)
    assert (group.total, group.reduction, group.orderable) == (eur(7000), None, True)


def test_what_is_left_may_be_too_little_for_the_provider_or_nothing(shop: Shop):
    for percent, left, refused in (("99.5", 34, True), ("100", 0, False), ("98", 140, False)):
        known = voucher(effect=Effect(kind=EffectKind.PERCENT_OFF, percent=percent))
        group = with_voucher(shop, known)
        assert (group.total, group.obstacle is Obstacle.AMOUNT) == (eur(left), refused)


def test_a_voucher_may_bring_down_what_was_too_much(shop: Shop):
    dear = changed(shop, "weekend", price=eur(60_000_000))
    without = look(cart_of(line(price=60_000_000)), dear).groups[0]
    assert without.obstacle is Obstacle.AMOUNT
    group = with_voucher(dear, voucher(), line(price=60_000_000))
    assert (group.total, group.obstacle) == (eur(60_000_000), None)


def test_without_its_shop_a_voucher_is_not_asked_for():
    cart = cart_of(line()).with_voucher("winterfest", VOUCHER, key=OTHER)
    (group,) = appraise(cart, {}, {}, at=NOON, vouchers={VOUCHER: voucher()}).groups
    assert (group.obstacle, group.total, group.voucher_refused) == (Obstacle.SHOP_AWAY, None, None)
    assert [one.obstacle for one in group.lines] == [Obstacle.SHOP_AWAY]
