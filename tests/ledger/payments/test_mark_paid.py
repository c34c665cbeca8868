"""Bank transfers: each counts once, whoever enters it, wherever, and however often (law 3)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest

from adapters.postgres.ledger.recorder import PostgresStampRecorder
from ledger.cases.stamps import CaseKind, Severity
from ledger.kernel.money import Money
from ledger.kernel.refusals import MistypedReference, NotPayable, TransferCounted, WrongReference
from ledger.order.commands import CancelOrder, MarkPaid, WithdrawPayment
from ledger.order.issues import troubles
from ledger.order.status import Status, flags, status
from ledger.payments.mark_paid import mark_paid
from tests.conftest import Database
from tests.kits.worlds import World

BANKS = "2027-01-10 5936 ab"


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    made.place("order")
    made.place("other", ("friday", 1))
    yield made
    made.close()


def enter(world: World, name: str = "order", under: str = "till", **changes: Any) -> MarkPaid:
    fields: dict[str, Any] = {"transfer": BANKS, "reason": "bank statement", **changes}
    wish = MarkPaid(correlation_id=world.id(under), actor="token:till", at=world.clock(), **fields)
    done = mark_paid(world.orders, world.cases, world.store, world.id(name), wish)
    world.orders.follow(world.id(name), world.clock())
    return done


def eur(cents: int) -> Money:
    return Money(cents, "EUR")


def word(world: World, name: str = "order") -> Status:
    return status(world.orders.get(world.id(name)))


def test_a_transfer_is_kept_under_the_banks_own_name(world: World):
    enter(world, reference=world.orders.get(world.id("order")).payment_reference)
    (paid,) = world.orders.get(world.id("order")).paid_attempts
    assert (paid.reference, paid.received) == ("2027-01-105936AB", eur(7000))
    assert word(world) is Status.PAID


@pytest.mark.parametrize("again", [BANKS, BANKS.upper(), f" {BANKS.replace(' ', '')} "])
@pytest.mark.parametrize("amount", [None, eur(7000)])
def test_entered_again_it_counts_once(world: World, again: str, amount: Money | None):
    enter(world)
    size = world.store.head()
    enter(world, under="somebody else", transfer=again, amount=amount)
    assert world.store.head() == size


def test_entered_for_two_orders_it_is_an_alarm(world: World):
    enter(world)
    for under in ("once", "twice"):
        with pytest.raises(TransferCounted):
            enter(world, "other", under)
    assert word(world, "other") is Status.PENDING
    (opened,) = world.cases_opened()
    assert (opened.kind, opened.severity) == (CaseKind.CONTRADICTION, Severity.CRITICAL)
    assert (opened.order, opened.provider_reference) == (world.id("other"), "2027-01-105936AB")


def test_entered_with_another_amount_it_is_an_alarm(world: World):
    enter(world)
    with pytest.raises(TransferCounted):
        enter(world, amount=eur(6000))
    assert world.orders.get(world.id("order")).received == eur(7000)
    assert [one.kind for one in world.cases_opened()] == [CaseKind.CONTRADICTION]


def test_taken_back_from_the_wrong_order_it_is_free_for_the_right_one(world: World):
    for here, there in (("order", "other"), ("other", "order"), ("order", "other")):
        version = world.orders.get(world.id(here)).version
        enter(world, here, amount=eur(1500), version=version)
        taken = WithdrawPayment(
            correlation_id=world.id(f"taken {world.store.head()[0]}"),
            actor="token:till",
            at=world.clock(),
            reason="wrong row",
            approver="boss",
        )
        world.orders.handle(world.id(here), taken)
        assert not world.orders.get(world.id(here)).received, there
    version = world.orders.get(world.id("order")).version
    enter(world, "order", amount=eur(1500), version=version)
    assert world.orders.get(world.id("order")).received == eur(1500)
    with pytest.raises(TransferCounted):
        enter(world, "other")


def test_what_was_taken_back_is_not_revived_by_an_old_message(world: World):
    enter(world)
    taken = WithdrawPayment(
        correlation_id=world.id("taken"),
        actor="token:till",
        at=world.clock(),
        reason="wrong row",
        approver="boss",
    )
    world.orders.handle(world.id("order"), taken)
    size = world.store.head()
    for version in (None, 2):
        enter(world, version=version)
    assert world.store.head() == size
    enter(world, version=world.orders.get(world.id("order")).version)
    assert word(world) is Status.PAID


@pytest.mark.parametrize(("cents", "kind"), [(6999, CaseKind.UNDERPAID), (7001, CaseKind.OVERPAID)])
def test_another_amount_than_due_is_received_and_a_trouble(
    world: World, cents: int, kind: CaseKind
):
    enter(world, amount=eur(cents))
    order = world.orders.get(world.id("order"))
    assert str(kind) in flags(order)
    (trouble,) = troubles(order)
    assert (trouble.kind, trouble.amount) == (kind, eur(1))


def test_money_of_a_transfer_is_news_whatever_the_orders_state(world: World):
    enter(world)
    with pytest.raises(NotPayable):
        enter(world, transfer="second")
    enter(world, transfer="second", amount=eur(7000))
    assert [one.kind for one in troubles(world.orders.get(world.id("order")))] == ["overpaid"]
    gone = CancelOrder(
        correlation_id=world.id("gone"), actor="token:till", at=world.clock(), reason="called off"
    )
    world.orders.handle(world.id("other"), gone)
    enter(world, "other", transfer="third", amount=eur(1500))
    kinds = [one.kind for one in troubles(world.orders.get(world.id("other")))]
    assert kinds == [CaseKind.MONEY_TO_RETURN]


def test_a_reference_that_came_with_it_is_checked_first(world: World):
    others = world.orders.get(world.id("other")).payment_reference
    size = world.store.head()
    for reference, refusal in ((others, WrongReference), (f"{others}1", MistypedReference)):
        with pytest.raises(refusal):
            enter(world, reference=reference, amount=eur(7000))
    assert world.store.head() == size


def test_of_many_who_enter_it_at_once_one_is_heard(database: Database):
    world = World(make=lambda clock: PostgresStampRecorder(database.app, clock=clock))
    names = [f"order {number}" for number in range(5)]
    for name in names:
        world.place(name, ("weekend", 1))

    def try_(number: int) -> UUID | None:
        try:
            enter(world, names[number % 5], f"clerk {number}", amount=eur(3500))
        except TransferCounted:
            return None
        return world.id(names[number % 5])

    with ThreadPoolExecutor(10) as pool:
        told = {one for one in pool.map(try_, range(20)) if one}
    paid = [name for name in names if world.orders.get(world.id(name)).received]
    assert told == {world.id(name) for name in paid}
    assert len(paid) == 1
    assert len(world.cases_opened()) == 4
    world.close()


def test_without_the_banks_name_it_is_money_of_this_order_alone(world: World):
    wish = enter(world, transfer=" ")
    assert (wish.correlation_id, word(world)) == (world.id("till"), Status.PAID)
    enter(world, "other", "desk", transfer="")
    assert word(world, "other") is Status.PAID


def test_entered_for_an_order_that_is_paid_already_it_is_an_alarm_all_the_same(world: World):
    enter(world, "other", "cash", transfer="")
    enter(world)
    with pytest.raises(TransferCounted):
        enter(world, "other")
    assert [one.order for one in world.cases_opened()] == [world.id("other")]
