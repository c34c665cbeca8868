"""Lines of an order are swapped for a new one: both in one append, or neither (ADR 0061)."""

from dataclasses import replace
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as each
from hypothesis import strategies as st

from ledger.audit.check_swaps import SwapCheck
from ledger.audit.verify import verify
from ledger.kernel.events import Draft, Recorded
from ledger.kernel.money import Money
from ledger.kernel.refusals import (
    NotCancellable,
    NotEnoughSeats,
    NotRefundable,
    NotWithdrawable,
    OrderMoved,
    PriceChanged,
    SecondPersonNeeded,
)
from ledger.kernel.store import Append, Appended
from ledger.order.commands import RequestPayment, SwapLines, WithdrawCancellation, WithdrawPayment
from ledger.order.decisions.swap import placed_under
from ledger.order.evolve import fold
from ledger.order.issues import troubles
from ledger.order.letters_due import owed
from ledger.order.observe import observe
from ledger.order.order import Order
from ledger.order.stamps import (
    Cancelled,
    Cause,
    CreateRefundFailure,
    CreateRefundRequest,
    CreateRefundSuccess,
    Letter,
    LinesSwapped,
    ManualRefund,
    OrderAmended,
    Paid,
    Pieces,
    Refunded,
    RefundFailed,
    SeatsReleased,
)
from ledger.order.status import Status, status
from ledger.shop.shop import ShopSpec
from tests.kits.examples import examples
from tests.kits.worlds import PREFERENCES, SPEC, World

ONE, TWO = (Pieces(line=0, quantity=1),), (Pieces(line=0, quantity=2),)


def shop(*, parts: bool = True, limit: int | None = None, fee: int = 0, **quotas: int) -> ShopSpec:
    """The shop of the tests, in which parts may go for a fee."""
    above = None if limit is None else Money(limit, "EUR")
    policy = replace(
        PREFERENCES.cancellation, parts=parts, approval_above=above, fee_fixed=Money(fee, "EUR")
    )
    terms = replace(PREFERENCES, cancellation=policy)
    return replace(SPEC, preferences=terms, quotas={"weekend": 4, "friday": 3} | quotas)


def paid(world: World, product: str = "weekend", many: int = 2, name: str = "order") -> Order:
    order = world.place(name, (product, many))
    came = Paid(amount=order.due, provider="stripe", provider_reference=f"pi_{name}")
    (attempt,) = order.attempts
    return world.orders.record(order.id, came, correlation_id=attempt, actor="provider:stripe")


def audited(world: World) -> list[str]:
    """What the auditor finds."""
    return [f"{one.law} {one.text}" for one in verify(world.store.stored())]


def swap(
    world: World,
    order: Order,
    pieces: tuple[Pieces, ...],
    *wanted: tuple[str, int],
    price: int,
    name: str = "swap",
    **more: Any,
) -> SwapLines:
    """A wish of staff; `price` is what the new order was shown to cost."""
    cause = world.id(name)
    placing = world.order_command(
        f"{name} new",
        *wanted,
        correlation_id=placed_under(cause),
        actor="staff",
        for_customer=True,
        expected_total=Money(price, "EUR"),
    )
    told = {"reason": "another day", "version": order.version, **more}
    return SwapLines(
        correlation_id=cause, actor="staff", at=world.clock(), place=placing, pieces=pieces, **told
    )


def done(world: World, wish: SwapLines, order: Order) -> tuple[Order, Order]:
    """The old order and the new one."""
    old = world.orders.swap(order.id, wish)
    return old, world.orders.get(wish.place.order)


def kinds(world: World, order: Order, since: int = 0) -> list[type]:
    return [type(one.stamp) for one in world.orders.history(order.id) if one.version > since]


def refund(world: World, order: Order, cause: UUID) -> Order:
    """Its provider accepts what it was asked back."""
    request = order.refunds[cause].request
    assert request is not None
    accepted = CreateRefundSuccess(
        payment=request.payment, amount=request.amount, provider_reference="re_1"
    )
    return world.orders.record(order.id, accepted, correlation_id=cause, actor="provider:stripe")


def test_at_the_same_price_the_money_goes_over_and_nothing_goes_back() -> None:
    world = World(shop())
    order = paid(world)
    old, new = done(world, swap(world, order, ONE, ("weekend", 1), price=3500), order)
    assert kinds(world, old, order.version) == [
        ManualRefund,
        LinesSwapped,
        OrderAmended,
        SeatsReleased,
    ]
    assert (status(old), old.held, old.due) == (
        Status.PARTIALLY_REFUNDED,
        *[Money(3500, "EUR")] * 2,
    )
    assert (status(new), new.held, new.missing) == (
        Status.PAID,
        Money(3500, "EUR"),
        Money(0, "EUR"),
    )
    assert [*new.seats.values()] == [*old.seats.values()] == [(0, 1)]
    assert old.given_over == new.received
    assert [one.letter for one in owed(old)] == [Letter.PAID, Letter.REFUNDED]
    assert [one.letter for one in owed(new)] == [Letter.PAID]
    assert [*troubles(old), *troubles(new)] == []
    assert audited(world) == []


def test_what_costs_more_waits_for_the_rest_and_is_a_case_until_it_came() -> None:
    world = World(shop())
    order = paid(world, "friday", 1)
    old, new = done(world, swap(world, order, ONE, ("weekend", 1), price=3500), order)
    assert (status(old), old.seats) == (Status.REFUNDED, {})
    assert (status(new), new.missing, *new.seats.values()) == (
        Status.PENDING,
        Money(2000, "EUR"),
        (1, 0),
    )
    assert [one.kind for one in troubles(new)] == ["underpaid"]
    assert [one.letter for one in owed(new)] == []
    assert audited(world) == []


def test_the_rest_brings_the_one_receipt_and_the_tickets() -> None:
    world = World(shop())
    order = paid(world, "friday", 1)
    _, new = done(world, swap(world, order, ONE, ("weekend", 1), price=3500), order)
    asked = RequestPayment(
        correlation_id=world.id("rest"),
        actor="visitor",
        at=world.clock(),
        provider="stripe",
        account="acct_1",
        live=False,
    )
    new = world.orders.handle(new.id, asked)
    rest = Paid(amount=new.missing, provider="stripe", provider_reference="pi_rest")
    new = world.orders.record(
        new.id, rest, correlation_id=asked.correlation_id, actor="provider:stripe"
    )
    assert rest.amount == Money(2000, "EUR")
    assert (status(new), *new.seats.values()) == (Status.PAID, (0, 1))
    assert [(one.correlation_id, one.letter) for one in owed(new)] == [
        (asked.correlation_id, Letter.PAID)
    ]
    assert [*troubles(new), *audited(world)] == []


def test_what_costs_less_sends_the_rest_back_the_way_it_came() -> None:
    world = World(shop())
    order = paid(world)
    wish = swap(world, order, ONE, ("friday", 1), price=1500)
    old, new = done(world, wish, order)
    cause = wish.correlation_id
    assert (old.refund_pending, old.refunded) == (Money(2000, "EUR"), Money(1500, "EUR"))
    assert status(new) is Status.PAID
    assert [one.letter for one in owed(old)] == [Letter.PAID]  # the provider may still say no
    old = refund(world, old, cause)
    assert [one.letter for one in owed(old)] == [Letter.PAID, Letter.REFUNDED]
    assert (old.held, old.due, old.surplus) == (*[Money(3500, "EUR")] * 2, Money(0, "EUR"))
    assert audited(world) == []


def test_a_rest_that_was_refused_is_owed_and_the_swap_stands() -> None:
    world = World(shop())
    order = paid(world)
    wish = swap(world, order, ONE, ("friday", 1), price=1500)
    old, _ = done(world, wish, order)
    no = CreateRefundFailure(code="insufficient_funds")
    old = world.orders.record(
        order.id, no, correlation_id=wish.correlation_id, actor="provider:stripe"
    )
    assert status(old) is Status.REFUND_FAILED
    assert [one.kind for one in troubles(old)] == ["refund_refused"]
    assert old.surplus == Money(0, "EUR")
    assert [one.letter for one in owed(old)] == [Letter.PAID, Letter.CANCELLED]
    assert audited(world) == []


def test_what_was_paid_by_hand_gives_its_rest_back_by_hand() -> None:
    world = World(shop())
    order = paid(world, "weekend", 1, name="again")
    _, order = done(world, swap(world, order, ONE, ("weekend", 1), price=3500, name="one"), order)
    wish = swap(world, order, ONE, ("friday", 1), price=1500, name="two")
    with pytest.raises(NotRefundable):
        world.orders.swap(order.id, wish)
    old, new = done(world, replace(wish, by_hand=True), order)
    assert (old.refunded, old.given_over) == (Money(3500, "EUR"), Money(1500, "EUR"))
    assert (status(new), audited(world)) == (Status.PAID, [])


def test_no_fee_is_kept_of_what_is_swapped() -> None:
    world = World(shop(fee=500))
    order = paid(world)
    old, new = done(world, swap(world, order, ONE, ("weekend", 1), price=3500), order)
    assert (old.fee_kept, status(new)) == (Money(0, "EUR"), Status.PAID)


def test_all_of_an_order_is_swapped_though_its_shop_sells_no_parts() -> None:
    world = World(shop(parts=False))
    order = paid(world)
    with pytest.raises(NotCancellable):
        world.orders.swap(order.id, swap(world, order, ONE, ("weekend", 1), price=3500))
    old, new = done(world, swap(world, order, TWO, ("friday", 2), price=3000, name="all"), order)
    assert (old.alive, old.cancelled_cause, status(new)) == (False, Cause.STAFF, Status.PAID)
    assert old.refund_pending == Money(4000, "EUR")
    assert audited(world) == []


def test_what_nobody_has_paid_is_replaced_whole() -> None:
    world = World(shop())
    order = world.place("order", ("weekend", 2))
    old, new = done(world, swap(world, order, (), ("friday", 1), price=1500), order)
    assert kinds(world, old, order.version) == [LinesSwapped, Cancelled, SeatsReleased]
    assert (status(new), new.missing, new.received) == (
        Status.PENDING,
        Money(1500, "EUR"),
        Money(0, "EUR"),
    )
    assert owed(old) == ()
    assert audited(world) == []


def test_free_tickets_are_swapped_without_money() -> None:
    world = World(shop())
    order = world.place("order", ("volunteer", 2))
    old, new = done(world, swap(world, order, ONE, ("volunteer", 1), price=0), order)
    assert (status(old), status(new), audited(world)) == (Status.PAID, Status.PAID, [])


def test_the_seats_that_are_given_back_are_those_that_are_taken() -> None:
    """A full house: nobody can come in between."""
    world = World(shop(weekend=2))
    order = paid(world)
    old, new = done(world, swap(world, order, ONE, ("weekend", 1), price=3500), order)
    assert [*old.seats.values(), *new.seats.values()] == [(0, 1), (0, 1)]
    assert audited(world) == []


def test_without_room_for_what_comes_nothing_goes() -> None:
    world = World(shop(friday=1))
    order = paid(world)
    before = world.store.head()
    with pytest.raises(NotEnoughSeats):
        world.orders.swap(order.id, swap(world, order, TWO, ("friday", 2), price=3000))
    assert world.store.head() == before


def test_another_price_than_was_shown_is_refused() -> None:
    world = World(shop())
    order = paid(world)
    with pytest.raises(PriceChanged):
        world.orders.swap(order.id, swap(world, order, ONE, ("friday", 1), price=1400))
    assert world.orders.get(order.id).version == order.version


def test_the_same_wish_again_changes_nothing_and_an_older_look_is_refused() -> None:
    world = World(shop())
    order = paid(world)
    wish = swap(world, order, ONE, ("weekend", 1), price=3500)
    old, _ = done(world, wish, order)
    before = world.store.head()
    assert world.orders.swap(order.id, wish) == old
    with pytest.raises(OrderMoved):
        world.orders.swap(
            order.id, swap(world, order, ONE, ("weekend", 1), price=3500, name="late")
        )
    assert world.store.head() == before


def test_only_what_leaves_the_shop_needs_a_second_person() -> None:
    world = World(shop(limit=1000))
    order = paid(world)
    done(world, swap(world, order, ONE, ("weekend", 1), price=3500), order)
    order = world.orders.get(order.id)
    with pytest.raises(SecondPersonNeeded):
        world.orders.swap(
            order.id, swap(world, order, ONE, ("friday", 1), price=1500, name="cheaper")
        )


def test_money_that_came_from_another_order_is_no_mark_that_could_be_taken_back() -> None:
    world = World(shop())
    order = paid(world)
    old, new = done(world, swap(world, order, TWO, ("weekend", 2), price=7000), order)
    asked: dict[str, Any] = {
        "correlation_id": world.id("back"),
        "actor": "staff",
        "at": world.clock(),
        "reason": "wrong",
        "approver": "somebody else",
    }
    with pytest.raises(NotWithdrawable):
        world.orders.handle(new.id, WithdrawPayment(**asked))
    with pytest.raises(NotWithdrawable):
        world.orders.handle(old.id, WithdrawCancellation(**asked))


def forged(world: World, at: Order, under: UUID, **said: Any) -> list[str]:
    """What the auditor says of a swap that a program wrote past the services."""
    draft = Draft[object](
        stream=at.id, stamp=LinesSwapped(**said), correlation_id=under, actor="forger"
    )
    (appended,) = world.store.append(Append(drafts=[draft], expected={at.id: at.version}))
    assert isinstance(appended, Appended)
    return audited(world)


def test_the_auditor_finds_a_swap_that_one_order_alone_tells() -> None:
    world = World(shop())
    order, other = paid(world), paid(world, "friday", 1, name="other")
    nothing = Money(0, "EUR")
    told = forged(world, order, world.id("forged"), order=other.id, amount=nothing)
    assert told == ["7 the other order of a swap does not say the same"]
    said: dict[str, Any] = {"order": order.id, "came": True}
    assert forged(world, other, world.id("too"), **said, amount=nothing) == []
    other = world.orders.get(other.id)
    assert forged(world, other, world.id("more"), **said, amount=Money(5, "EUR")) == [
        "7 5 EUR (minor units) of a swap, but 0 EUR (minor units) went over",
        "7 the other order of a swap does not say the same",
    ]


def test_both_sides_of_a_swap_say_the_same_sum() -> None:
    old, new = b"o" * 16, b"n" * 16
    gone, came = (7, old, new, False, (5, "EUR")), (9, new, old, True, (6, "EUR"))
    check = SwapCheck()
    assert [at for at, _ in check.take([gone, came])] == [9]
    assert [*check.at_end()] == []
    assert [*check.take([gone]), *check.take([(8, new, old, True, (5, "EUR"))])] == []
    assert [*check.take([gone]), *check.at_end()] != []
    assert [at for at, _ in check.take([gone])] == [7]


NEWS = ("accepted", "refused", "settled", "failed")


def told(old: Order, history: list[Recorded[object]], news: list[str], cause: UUID) -> Order:
    """The old order after such news of the rest that goes back."""
    request = next(one.stamp for one in history if isinstance(one.stamp, CreateRefundRequest))
    back: dict[str, Any] = {
        "payment": request.payment,
        "amount": request.amount,
        "provider_reference": "re_1",
    }
    facts: dict[str, Any] = {
        "accepted": CreateRefundSuccess(**back),
        "refused": CreateRefundFailure(code="no"),
        "settled": Refunded(**back),
        "failed": RefundFailed(**back, code="closed"),
    }
    stack = list(history)
    for one in news:
        order = fold(old.id, stack)
        for stamp in observe(facts[one], cause, order):
            last = stack[-1]
            stack.append(replace_recorded(last, stamp=stamp, cause=cause))
    return fold(old.id, stack)


def replace_recorded(last: Recorded[object], *, stamp: object, cause: UUID) -> Recorded[object]:
    return Recorded(
        stream=last.stream,
        version=last.version + 1,
        position=last.position + 1,
        recorded_at=last.recorded_at,
        stamp=stamp,
        correlation_id=cause,
        actor="provider:stripe",
    )


@examples(30)
@each(
    news=st.sets(st.sampled_from(NEWS), min_size=1, max_size=3),
    many=st.integers(1, 2),
    wanted=st.sampled_from([("friday", 1, 1500), ("friday", 2, 3000), ("weekend", 1, 3500)]),
)
def test_in_whatever_order_the_news_comes_laws_5_7_and_8_hold(
    news: set[str], many: int, wanted: tuple[str, int, int]
) -> None:
    world = World(shop())
    order = paid(world)
    product, quantity, price = wanted
    wish = swap(world, order, (Pieces(line=0, quantity=many),), (product, quantity), price=price)
    old, new = done(world, wish, order)
    history = [*world.orders.history(old.id)]
    share = Money(3500 * many, "EUR")
    assert old.given_over == min(share, Money(price, "EUR")) == new.received
    assert old.given_over + old.refund_pending == share
    assert (new.sold, new.held >= new.due) == (True, True) or new.seats == {}
    if old.refund_pending:
        ends = [
            told(old, history, [*some], wish.correlation_id) for some in permutations(sorted(news))
        ]
        assert len({(status(one), one.held, one.due, one.surplus) for one in ends}) == 1
        assert len({frozenset((due.letter) for due in owed(one)) for one in ends}) == 1
        assert all(one.held >= one.due for one in ends if one.alive)
