"""Vouchers of our own shop: what they take off, who wins the last use, when a use comes back."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.kernel import refusals as no
from ledger.kernel.money import Money, percent_of
from ledger.order.commands import (
    CancelOrder,
    CancelPart,
    CancelUnpaid,
    WithdrawCancellation,
)
from ledger.order.order import Order
from ledger.order.part_policy import all_pieces
from ledger.order.stamps import Paid, Pieces
from ledger.order.status import Status, status
from ledger.order.voucher_use import uses_of
from ledger.shop.stamps import quota_id
from ledger.vouchers import refusals as voucher_no
from ledger.vouchers.chosen_code import may_be_code
from ledger.vouchers.decide import check_terms, reservable
from ledger.vouchers.reduction import Offered, covered, reduced
from ledger.vouchers.service import Vouchers
from ledger.vouchers.stamps import Effect, EffectKind, VoucherIssued, VoucherTerms
from ledger.vouchers.voucher import Voucher, voucher_id
from tests.kits.examples import examples
from tests.kits.worlds import SPEC, World

PARTS = replace(
    SPEC,
    preferences=replace(
        SPEC.preferences, cancellation=replace(SPEC.preferences.cancellation, parts=True)
    ),
)


def eur(cents: int) -> Money:
    return Money(cents, "EUR")


def percent(share: str) -> Effect:
    return Effect(kind=EffectKind.PERCENT_OFF, percent=share)


def off(cents: int) -> Effect:
    return Effect(kind=EffectKind.AMOUNT_OFF, amount=eur(cents))


def fixed(cents: int) -> Effect:
    return Effect(kind=EffectKind.SET_PRICE, amount=eur(cents))


FREE = VoucherTerms(effect=fixed(0))


@pytest.fixture
def world() -> Iterator[World]:
    made = World(PARTS)
    yield made
    made.close()


class Desk:
    """Vouchers of a world by their code."""

    def __init__(self, world: World) -> None:
        self.world, self.vouchers = world, Vouchers(world.store)
        self.shop = world.shops.get(world.slug)

    def id(self, code: str) -> UUID:
        return voucher_id(self.shop.id, code)

    def open(self, code: str, terms: VoucherTerms = FREE) -> Voucher:
        issued = VoucherIssued(
            shop=self.shop.id, shop_slug=self.shop.slug, code_index=code, terms=terms, code=code
        )
        return self.vouchers.issue(self.id(code), issued, correlation_id=uuid4(), actor="staff")

    def get(self, code: str) -> Voucher:
        return self.vouchers.get(self.id(code))

    def buy(self, name: str, code: str, *lines: tuple[str, int], **changes: Any) -> Order:
        return self.world.place(name, *lines, voucher=self.id(code), **changes)

    def pay(self, order: Order, *, cents: int | None = None) -> Order:
        (attempt,) = order.attempts
        amount = order.terms.total if cents is None else eur(cents)
        fact = Paid(amount=amount, provider="stripe", provider_reference=f"pi_{order.number}")
        self.world.orders.record(order.id, fact, correlation_id=attempt, actor="provider")
        return self.world.orders.follow(order.id, self.world.clock())

    def give_up(self, order: Order) -> Order:
        unpaid = CancelUnpaid(
            correlation_id=uuid4(), actor="worker", at=self.world.clock.pass_(days=4)
        )
        return self.world.orders.handle(order.id, unpaid)

    def cancel(self, order: Order, *, refund: bool = False) -> Order:
        wish = CancelOrder(
            correlation_id=uuid4(),
            actor="staff",
            at=self.world.clock(),
            reason="asked",
            refund=refund,
        )
        return self.world.orders.handle(order.id, wish)

    def seats(self, quota: str) -> tuple[int, int]:
        recorder: Any = self.world.recorder
        totals = recorder.read_seat_totals(10**9)
        _capacity, held, sold = totals[quota_id(self.shop.id, quota)]
        return held, sold


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


# What it takes off.


def test_a_full_voucher_makes_a_free_order(desk: Desk) -> None:
    desk.open("SPEAKER")
    order = desk.buy("a", "SPEAKER", ("weekend", 1))
    assert order.terms.total == eur(0)
    assert order.confirmed
    assert desk.world.stamps("a") == ["OrderPlaced", "ZeroPrice"]
    assert desk.get("SPEAKER").taken_by == {order.id: 1}


def test_what_it_covers_is_a_line_of_its_own(desk: Desk) -> None:
    """The friend of a grantee pays; the dearest pieces are covered first."""
    desk.open("GRANT")
    order = desk.buy("a", "GRANT", ("friday", 1), ("weekend", 2))
    told = [
        (one.product, one.quantity, one.unit_price.amount, one.full_price) for one in order.lines
    ]
    assert told == [
        ("friday", 1, 1500, None),
        ("weekend", 1, 0, eur(3500)),
        ("weekend", 1, 3500, None),
    ]
    assert order.terms.total == eur(5000)


def test_a_share_is_rounded_once_per_piece(desk: Desk) -> None:
    desk.open("TENTH", VoucherTerms(effect=percent("12.345"), uses=9))
    order = desk.buy("a", "TENTH", ("weekend", 2))
    assert order.lines[0].unit_price == eur(3500) - percent_of(eur(3500), Decimal("12.345"))
    assert order.terms.total == order.lines[0].unit_price * 2


MONEY = st.integers(0, 10_000_000)
EFFECTS = st.one_of(
    st.decimals("0.001", "100", places=3).map(lambda share: percent(str(share))),
    MONEY.map(off),
    MONEY.map(fixed),
)


@given(price=MONEY, effect=EFFECTS)
def test_never_below_nothing_and_never_dearer(price: int, effect: Effect) -> None:
    assert eur(0) <= reduced(eur(price), effect) <= eur(price)


@given(
    lines=st.lists(st.tuples(st.sampled_from("abc"), MONEY, st.integers(1, 20)), max_size=6),
    effect=EFFECTS,
    left=st.integers(1, 30),
    products=st.sampled_from([(), ("a",), ("a", "b")]),
)
def test_it_covers_what_saves_most_and_no_more_than_is_left(
    lines: list[tuple[str, int, int]], effect: Effect, left: int, products: tuple[str, ...]
) -> None:
    offered = [Offered(product=p, price=eur(c), quantity=q) for p, c, q in lines]
    many = covered(offered, VoucherTerms(effect=effect, products=products), left=left)
    pieces = sorted(
        (
            (one.price - reduced(one.price, effect)).amount
            for one in offered
            for _ in range(one.quantity)
            if not products or one.product in products
        ),
        reverse=True,
    )
    saved = sum(
        (one.price - reduced(one.price, effect)).amount * n
        for one, n in zip(offered, many, strict=True)
    )
    assert saved == sum(pieces[:left])
    assert sum(many) == min(left, sum(saving > 0 for saving in pieces))


def test_the_price_that_was_shown_holds(desk: Desk) -> None:
    desk.open("HALF", VoucherTerms(effect=percent("50"), uses=9))
    with pytest.raises(no.PriceChanged) as refused:
        desk.buy("a", "HALF", ("weekend", 1), expected_total=eur(3500))
    assert refused.value.total == eur(1750)
    assert desk.buy("a", "HALF", ("weekend", 1), expected_total=eur(1750)).due == eur(1750)


# What it is not good for.


def test_unknown_and_revoked_are_told_alike(desk: Desk) -> None:
    desk.open("GONE")
    desk.vouchers.revoke(desk.id("GONE"), reason="a mistake", actor="staff")
    for code in ("GONE", "NEVER"):
        with pytest.raises(voucher_no.UnknownVoucher):
            desk.buy(code, code)


def test_its_time_is_kept(desk: Desk) -> None:
    now = desk.world.clock()
    hour = timedelta(hours=1)
    desk.open("SOON", replace(FREE, valid_from=now + hour, valid_until=now + 2 * hour))
    with pytest.raises(voucher_no.VoucherNotValidNow):
        desk.buy("a", "SOON")
    desk.world.clock.pass_(hours=1)
    assert desk.buy("a", "SOON").placed
    desk.world.clock.pass_(hours=1)
    with pytest.raises(voucher_no.VoucherNotValidNow):
        desk.buy("b", "SOON")


def test_it_is_bound_to_products_and_to_a_minimum(desk: Desk) -> None:
    desk.open("FRIDAYS", VoucherTerms(effect=off(500), products=("friday",), uses=5, minimum=2))
    with pytest.raises(voucher_no.VoucherNotForThese):
        desk.buy("a", "FRIDAYS", ("weekend", 3))
    with pytest.raises(voucher_no.VoucherTooFewPieces):
        desk.buy("a", "FRIDAYS", ("friday", 1), ("weekend", 1))
    assert desk.buy("a", "FRIDAYS", ("friday", 2)).due == eur(2000)


def test_what_costs_nothing_takes_no_use(desk: Desk) -> None:
    desk.open("FREE")
    with pytest.raises(voucher_no.VoucherNotForThese):
        desk.buy("a", "FREE", ("volunteer", 1))


def test_a_voucher_of_another_shop_is_unknown(desk: Desk) -> None:
    issued = VoucherIssued(shop=uuid4(), shop_slug="other", code_index="X", terms=FREE, code="X")
    other = voucher_id(issued.shop, "X")
    desk.vouchers.issue(other, issued, correlation_id=uuid4(), actor="staff")
    with pytest.raises(voucher_no.UnknownVoucher):
        desk.world.place("a", voucher=other)


def test_another_stream_is_no_voucher(desk: Desk) -> None:
    order = desk.world.place("first", ("friday", 1))
    with pytest.raises(voucher_no.UnknownVoucher):
        desk.world.place("a", voucher=order.id)


def test_the_same_request_again_is_the_first_order(desk: Desk) -> None:
    desk.open("ONCE")
    first = desk.buy("a", "ONCE", ("weekend", 1))
    assert desk.buy("a", "ONCE", ("weekend", 1), order=uuid4()).id == first.id
    assert desk.get("ONCE").taken_by == {first.id: 1}


# The last use.


def test_two_race_for_the_last_use_and_one_wins(world: World) -> None:
    desk = Desk(world)
    desk.open("LAST", replace(FREE, uses=3))

    def one(name: str) -> str:
        try:
            desk.buy(name, "LAST", ("weekend", 1))
        except voucher_no.VoucherUsedUp:
            return "used up"
        return "won"

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(one, [f"buyer {n}" for n in range(8)]))
    assert sorted(told) == ["used up"] * 5 + ["won"] * 3
    assert desk.get("LAST").taken == 3


@pytest.mark.parametrize("returns", [True, False])
def test_a_use_of_an_unpaid_order_comes_back(desk: Desk, returns: bool) -> None:
    desk.open("HALF", VoucherTerms(effect=percent("50"), returns=returns))
    order = desk.buy("a", "HALF", ("weekend", 1))
    with pytest.raises(voucher_no.VoucherUsedUp):
        desk.buy("b", "HALF", ("weekend", 1))
    assert status(desk.give_up(order)) is Status.CANCELLED
    assert not desk.get("HALF").redeemed
    assert desk.buy("b", "HALF", ("weekend", 1)).placed


def test_late_money_takes_the_use_again_or_goes_back(desk: Desk) -> None:
    desk.open("HALF", VoucherTerms(effect=percent("50"), uses=1))
    late = desk.give_up(desk.buy("a", "HALF", ("weekend", 1)))
    assert desk.pay(late).alive
    assert desk.get("HALF").taken_by == {late.id: 1}


def test_late_money_goes_back_if_somebody_else_has_the_use(desk: Desk) -> None:
    desk.open("HALF", VoucherTerms(effect=percent("50"), uses=1))
    late = desk.give_up(desk.buy("a", "HALF", ("weekend", 1)))
    other = desk.buy("b", "HALF", ("weekend", 1))
    order = desk.pay(late)
    assert not order.alive
    assert order.refund_pending == eur(1750)
    assert desk.get("HALF").taken_by == {other.id: 1}


@pytest.mark.parametrize(("returns", "left"), [(True, 0), (False, 1)])
def test_a_cancellation_gives_back_as_the_voucher_says(
    desk: Desk, returns: bool, left: int
) -> None:
    desk.open("SPEAKER", replace(FREE, returns=returns))
    order = desk.buy("a", "SPEAKER", ("weekend", 1))
    assert not desk.cancel(order).alive
    assert desk.get("SPEAKER").taken == left == uses_of(desk.world.orders.get(order.id))


def test_a_cancelled_part_gives_its_uses_back(desk: Desk) -> None:
    desk.open("HALF", VoucherTerms(effect=percent("50"), uses=2))
    order = desk.pay(desk.buy("a", "HALF", ("weekend", 3)))
    assert [(one.quantity, one.unit_price.amount) for one in order.lines] == [(2, 1750), (1, 3500)]
    part = CancelPart(
        correlation_id=uuid4(),
        actor="staff",
        at=desk.world.clock(),
        reason="ill",
        pieces=(Pieces(line=0, quantity=1),),
        by_hand=True,
    )
    after = desk.world.orders.handle(order.id, part)
    assert after.due == eur(1750 + 3500)
    assert desk.get("HALF").taken_by == {order.id: 1}


def test_a_mistaken_cancellation_takes_the_use_again(desk: Desk) -> None:
    desk.open("SPEAKER")
    order = desk.cancel(desk.buy("a", "SPEAKER", ("weekend", 1)))

    def back() -> Order:
        wish = WithdrawCancellation(
            correlation_id=uuid4(),
            actor="staff",
            at=desk.world.clock(),
            reason="a mistake",
            approver="another",
        )
        return desk.world.orders.handle(order.id, wish)

    other = desk.buy("b", "SPEAKER", ("weekend", 1))
    with pytest.raises(voucher_no.VoucherUsedUp):
        back()
    desk.cancel(other)
    assert back().alive
    assert desk.get("SPEAKER").taken_by == {order.id: 1}


class Counted:
    """A store that counts the stamps that it hands out."""

    def __init__(self, store: Any) -> None:
        self.store, self.handed = store, 0

    def read(self, stream: UUID, *, after: int = 0) -> Any:
        found = self.store.read(stream, after=after)
        self.handed += len(found)
        return found


def test_what_was_read_before_is_not_read_again_and_news_is_seen(desk: Desk) -> None:
    id = desk.open("MANY", VoucherTerms(effect=percent("10"), uses=9)).id
    desk.buy("a", "MANY", ("weekend", 2))
    store: Any = Counted(desk.world.store)
    another = Vouchers(store)
    assert (another.get(id).taken, store.handed) == (2, 2)
    desk.buy("b", "MANY", ("weekend", 1))
    assert (another.get(id).taken, store.handed) == (3, 3)
    desk.vouchers.revoke(id, reason="over", actor="staff")
    known = another.get(id)
    assert (known.revoked, store.handed) == (True, 4)
    assert known == Vouchers(desk.world.store).get(id)
    assert [one.version for one in another.history(id, last=2)] == [3, 4]


# Seats that are kept for holders.


def kept(desk: Desk, uses: int = 2) -> VoucherTerms:
    return VoucherTerms(
        effect=fixed(0),
        products=("weekend",),
        uses=uses,
        reserved=reservable(("weekend",), desk.shop),
    )


def test_seats_are_kept_for_holders_and_sold_to_nobody_else(desk: Desk) -> None:
    desk.open("GUESTS", kept(desk))
    assert desk.seats("weekend") == (2, 0)
    desk.world.place("others", ("weekend", 3))
    with pytest.raises(no.NotEnoughSeats):
        desk.world.place("one more", ("weekend", 1))
    assert desk.buy("a", "GUESTS", ("weekend", 2)).sold
    assert desk.seats("weekend") == (3, 2)


def test_seats_are_not_kept_that_are_not_there(desk: Desk) -> None:
    with pytest.raises(no.NotEnoughSeats):
        desk.open("GUESTS", kept(desk, 6))
    assert desk.vouchers.find(desk.id("GUESTS")) is None


def test_kept_seats_come_back_with_the_use(desk: Desk) -> None:
    desk.open("GUESTS", kept(desk))
    order = desk.buy("a", "GUESTS", ("weekend", 1))
    assert desk.seats("weekend") == (1, 1)
    desk.cancel(order)
    assert desk.seats("weekend") == (2, 0)


def test_what_is_revoked_or_over_keeps_no_seats(desk: Desk) -> None:
    until = desk.world.clock() + timedelta(days=1)
    desk.open("GUESTS", kept(desk))
    desk.open("EARLY", replace(kept(desk), valid_until=until))
    assert desk.seats("weekend") == (4, 0)
    desk.vouchers.revoke(desk.id("GUESTS"), reason="moved", actor="staff")
    assert desk.seats("weekend") == (2, 0)
    desk.vouchers.expire(desk.id("EARLY"), actor="worker", at=until - timedelta(seconds=1))
    assert desk.seats("weekend") == (2, 0)
    desk.vouchers.expire(desk.id("EARLY"), actor="worker", at=until)
    assert desk.seats("weekend") == (0, 0)


def test_other_terms_keep_other_seats(desk: Desk) -> None:
    opened = desk.open("GUESTS", kept(desk))
    more = desk.vouchers.change(opened.id, kept(desk, 4), actor="staff", version=opened.version)
    assert desk.seats("weekend") == (4, 0)
    with pytest.raises(no.NotEnoughSeats):
        desk.vouchers.change(opened.id, kept(desk, 9), actor="staff", version=more.version)
    with pytest.raises(voucher_no.VoucherInUse):
        desk.vouchers.change(opened.id, kept(desk, 1), actor="staff", version=opened.version)


def test_never_fewer_uses_than_are_taken(desk: Desk) -> None:
    desk.open("THREE", replace(FREE, uses=3))
    desk.buy("a", "THREE", ("weekend", 2))
    known = desk.get("THREE")
    with pytest.raises(voucher_no.VoucherInvalid):
        desk.vouchers.change(known.id, FREE, actor="staff", version=known.version)


# Terms that a shop can offer.


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"effect": percent("0")}, "percent"),
        ({"effect": percent("100.5")}, "percent"),
        ({"effect": percent("NaN")}, "percent"),
        ({"effect": percent("1e1")}, "percent"),
        ({"effect": off(0)}, "amount"),
        ({"effect": fixed(-1)}, "amount"),
        ({"effect": Effect(kind=EffectKind.SET_PRICE, amount=Money(1, "SEK"))}, "amount"),
        ({"effect": Effect(kind=EffectKind.SET_PRICE)}, "amount"),
        ({"products": ("nothing",)}, "products"),
        ({"uses": 0}, "uses"),
        ({"uses": 10_001}, "uses"),
        ({"minimum": 2}, "minimum"),
        ({"reserved": (UUID(int=1),)}, "reserved"),
    ],
)
def test_what_cannot_be_offered_is_named(desk: Desk, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(voucher_no.VoucherInvalid) as refused:
        check_terms(replace(FREE, **changes), desk.shop)
    assert refused.value.field == field


def test_what_can_be_offered_passes(desk: Desk) -> None:
    for effect in (fixed(0), off(1), percent("0.125"), percent("100")):
        check_terms(replace(FREE, effect=effect), desk.shop)
    check_terms(kept(desk), desk.shop)


@pytest.mark.parametrize("products", [(), ("friday", "weekend"), ("nothing",)])
def test_seats_are_kept_of_one_stock_only(desk: Desk, products: tuple[str, ...]) -> None:
    with pytest.raises(voucher_no.VoucherInvalid):
        reservable(products, desk.shop)


def test_a_code_exists_once(desk: Desk) -> None:
    first = desk.open("TWICE")
    assert desk.open("TWICE").version == first.version
    with pytest.raises(voucher_no.VoucherExists):
        desk.open("TWICE", replace(FREE, uses=2))


@pytest.mark.parametrize("code", ["", "AB", "-ABC", "A B C", "Ä" * 5, "A" * 41, "A\nB", "A__"])
def test_what_cannot_be_a_code(code: str) -> None:
    assert not may_be_code(code)


# Whatever happens in whatever order.

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["buy", "pay", "give up", "cancel", "withdraw", "part"]),
        st.integers(0, 3),
        st.integers(1, 2),
    ),
    min_size=4,
    max_size=14,
)


@given(steps=STEPS, returns=st.booleans(), reserves=st.booleans())
@examples(60)
def test_uses_and_seats_are_right_whatever_happens(
    steps: list[tuple[str, int, int]], returns: bool, reserves: bool
) -> None:
    world = World(replace(PARTS, quotas={"weekend": 6, "friday": 2}))
    desk = Desk(world)
    terms = replace(kept(desk, 3), effect=percent("50"), returns=returns)
    desk.open("CODE", terms if reserves else replace(terms, reserved=()))
    orders: dict[int, UUID] = {}
    for number, (what, who, many) in enumerate(steps):
        try:
            _do(desk, orders, what, who, many=many, name=f"order {number}")
        except no.Refusal:
            continue
    known = desk.get("CODE")
    held = {id: uses_of(world.orders.get(id)) for id in orders.values()}
    assert known.taken_by == {id: uses for id, uses in held.items() if uses}
    assert 0 <= known.taken <= 3
    taken = [world.orders.get(id).seats for id in orders.values()]
    kept_back = known.seats.get(quota_id(desk.shop.id, "weekend"), (0, 0))[0]
    ours = [one.get(quota_id(desk.shop.id, "weekend"), (0, 0)) for one in taken]
    assert desk.seats("weekend") == (sum(h for h, _ in ours) + kept_back, sum(s for _, s in ours))
    world.close()


def _do(desk: Desk, orders: dict[int, UUID], what: str, who: int, *, many: int, name: str) -> None:
    world = desk.world
    if what == "buy":
        if who not in orders:
            orders[who] = desk.buy(name, "CODE", ("weekend", many)).id
        return
    if who not in orders:
        return
    order = world.orders.get(orders[who])
    said: dict[str, Any] = {"correlation_id": uuid4(), "actor": "staff", "at": world.clock()}
    if what == "pay":
        desk.pay(order)
    elif what == "give up":
        desk.give_up(order)
    elif what == "cancel":
        desk.cancel(order)
    elif what == "withdraw":
        wish = WithdrawCancellation(**said, reason="a mistake", approver="another")
        world.orders.handle(order.id, wish)
    else:
        pieces = (Pieces(line=0, quantity=1),)
        world.orders.handle(order.id, CancelPart(**said, reason="ill", pieces=pieces, by_hand=True))


@given(
    lines=st.lists(
        st.tuples(st.sampled_from(["weekend", "friday"]), st.integers(1, 4)),
        min_size=1,
        max_size=2,
        unique_by=lambda one: one[0],
    ),
    effect=EFFECTS,
    uses=st.integers(1, 5),
    data=st.data(),
)
@examples(60)
def test_the_parts_bring_back_what_was_paid_to_the_cent(
    lines: list[tuple[str, int]], effect: Effect, uses: int, data: st.DataObject
) -> None:
    world = World(replace(PARTS, quotas={"weekend": 9, "friday": 9}))
    desk = Desk(world)
    desk.open("CODE", VoucherTerms(effect=effect, uses=uses))
    try:
        order = desk.buy("a", "CODE", *lines)
    except no.Refusal:
        world.close()
        return
    if order.due:
        order = desk.pay(order)
    paid = order.received
    assert paid == sum((one.unit_price * one.quantity for one in order.lines), eur(0))
    while order.alive:
        pieces = all_pieces(order)
        chosen = data.draw(st.sampled_from(pieces))
        some = data.draw(st.integers(1, chosen.quantity))
        wish = CancelPart(
            correlation_id=uuid4(),
            actor="staff",
            at=world.clock(),
            reason="ill",
            pieces=(Pieces(line=chosen.line, quantity=some),),
            by_hand=True,
        )
        try:
            order = world.orders.handle(order.id, wish)
        except no.NotCancellable:  # what is left would be free: all of it, or nothing
            wish = replace(wish, pieces=pieces)
            order = world.orders.handle(order.id, wish)
    assert order.refunded == paid
    world.close()
