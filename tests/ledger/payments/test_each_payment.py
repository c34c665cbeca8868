"""Pages without news, transfers that are entered, refunds that are known: each question alone."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from ledger.kernel.money import Money
from ledger.order.order import Order
from ledger.order.stamps import Paid
from ledger.payments.capabilities import by_currency
from ledger.payments.mark_paid import is_entered
from ledger.payments.payment_pages import OpenPages, PageState
from ledger.payments.repair_pages import Repair
from tests.kits.worlds import World
from tests.ledger.payments.test_mark_paid import enter
from tests.ledger.payments.test_payment_pages import Pages, Taken, first, names, order, pages_at
from tests.ledger.payments.test_repair_pages import Stripe, repair, stands, told, with_page

__all__ = ["order"]


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    made.place()
    yield made
    made.close()


def test_each_currency_stands_before_its_amount() -> None:
    assert by_currency("EUR 50 JPY 60 SEK 300") == {"EUR": 50, "JPY": 60, "SEK": 300}
    assert by_currency("") == {}


# Pages.


@pytest.mark.parametrize("state", PageState)
def test_a_page_that_has_nothing_to_tell_is_not_taken_in(order: Order, state: PageState) -> None:
    taken = Taken()
    provider = Pages(stand={"page 1": state})
    assert pages_at(provider, taken).look(order, first(order)) is state
    assert taken.news == []


def test_of_a_provider_that_is_not_ours_nothing_can_be_closed_or_waited_for(order: Order) -> None:
    nobody = OpenPages(providers={})
    assert nobody.close(order, first(order)) is True
    assert nobody.close_all(order) == []
    assert nobody.cannot_be_closed(order, order.terms.starts_at) is None


def test_all_pages_are_closed_and_those_that_stay_open_are_told(order: Order) -> None:
    provider = Pages(unclosable={"page 1", "page 3"})
    assert names(pages_at(provider).close_all(order)) == ["page 1", "page 3"]
    assert provider.closed == names(order.attempts.values())


def test_of_an_order_that_nobody_was_asked_to_pay_no_page_is_replaced(order: Order) -> None:
    provider = Pages()
    nothing = Order(id=order.id)
    assert pages_at(provider).close_replaced(nothing) == ()
    assert provider.closed == []


# Repair.


def test_an_order_of_which_some_money_came_gets_no_other_page(world: World) -> None:
    its = with_page(world)
    told(world, Paid(amount=Money(1, "EUR"), provider="stripe", provider_reference="pi_1"))
    provider = Stripe(pages=stands(its))
    now = world.orders.get(world.id("order"))
    assert repair(world, provider).replace(now, at=world.clock()) is Repair.PAID
    assert provider.asked == []


@pytest.mark.parametrize(("later", "made"), [(0, Repair.PAID), (19, Repair.PAID), (20, None)])
def test_what_the_web_has_just_asked_for_is_left_to_it(
    world: World, later: int, made: Repair | None
) -> None:
    world.clock.pass_(seconds=later)
    provider = Stripe()
    now = world.orders.get(world.id("order"))
    came = repair(world, provider).replace(now, at=world.clock())
    assert came is (made or Repair.REGENERATED)
    assert bool(provider.asked or provider.recovered) is (made is None)


def test_a_page_that_another_provider_was_asked_for_is_not_asked_for_here(world: World) -> None:
    provider = Stripe(name="paytrail")
    its = world.orders.get(world.id("order"))
    later = world.clock() + timedelta(minutes=1)
    assert repair(world, provider).replace(its, at=later) is Repair.REGENERATED
    assert [one.correlation_id for one in provider.asked] == [world.id("fresh")]
    assert provider.recovered == []


# Transfers.


def test_a_transfer_is_entered_from_when_it_counts() -> None:
    world = World()
    world.place("order")
    known = "2027-01-105936AB"
    assert not is_entered(world.store, known)
    enter(world)
    assert is_entered(world.store, known)
    assert not is_entered(world.store, "2027-01-105936AC")
    world.close()
