"""Many orders at once: each is decided by itself, and none is harmed by its neighbours."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from ledger.kernel.money import Money
from ledger.order.batch_service import News, Together
from ledger.order.commands import CancelOrder, ReleaseSeats, WriteNote
from ledger.order.order import Order
from ledger.order.stamps import Paid
from tests.kits.worlds import World

PAID = Paid(amount=Money(7000, "EUR"), provider="stripe", provider_reference="pi_1")


@pytest.fixture
def world() -> Iterator[World]:
    """Two orders of a shop."""
    made = World()
    for name in ("order", "second"):
        made.place(name)
    yield made
    made.close()


def many(world: World) -> Together:
    return Together(world.store, world.orders)


def order(world: World, name: str = "order") -> Order:
    return world.orders.get(world.id(name))


def note(world: World, name: str = "note", **changes: Any) -> WriteNote:
    told: dict[str, Any] = {"actor": "ada", "at": world.clock(), "reason": "They rang."}
    return WriteNote(**{"correlation_id": world.id(name), **told, **changes})


def cancelled(world: World, **changes: Any) -> CancelOrder:
    told: dict[str, Any] = {"actor": "ada", "at": world.clock(), "reason": "They rang."}
    return CancelOrder(**{"correlation_id": world.id("cancelling"), **told, **changes})


def news(world: World, name: str = "order", *, fact: Any = None, of: Order | None = None) -> News:
    known = of or order(world, name)
    (attempt,) = known.attempts
    reference = replace(PAID, provider_reference=f"pi_{name}")
    return News(order=known, fact=fact or reference, correlation_id=attempt)


def test_orders_are_read_together_and_what_is_none_is_left_out(world: World) -> None:
    asked = [world.id("order"), world.id("second"), world.shops.get(world.slug).id, UUID(int=1)]
    found = many(world).get(asked)
    assert found == {one: world.orders.get(one) for one in asked[:2]}


def test_each_wish_is_stamped_or_left_by_itself(world: World) -> None:
    first, second = order(world), order(world, "second")
    refused = cancelled(world, version=second.version + 1)
    done = many(world).handle([(second, refused), (first, note(world))])
    assert done == [None, order(world)]
    assert [one.text for one in order(world).notes] == ["They rang."]
    assert order(world, "second").alive


def test_nothing_is_appended_where_nothing_is_wished_or_it_is_so_already(world: World) -> None:
    before = world.store.head()
    idle = ReleaseSeats(correlation_id=world.id("idle"), actor="worker", at=world.clock())
    assert many(world).handle([]) == []
    assert many(world).handle([(order(world), idle)]) == [None]
    assert world.store.head() == before


def test_where_somebody_was_faster_nothing_is_stamped(world: World) -> None:
    stale = order(world)
    world.orders.handle(stale.id, note(world, "other"))
    done = many(world).handle([(stale, note(world)), (order(world, "second"), note(world, "b"))])
    assert done == [None, order(world, "second")]
    assert len(order(world).notes) == len(order(world, "second").notes) == 1


def test_a_commit_whose_answer_was_lost_counts_for_who_made_it_alone(world: World) -> None:
    before, wish = order(world), note(world)
    (after,) = many(world).handle([(before, wish)])
    assert many(world).handle([(before, wish)]) == [after]
    assert many(world).handle([(before, replace(wish, actor="bea"))]) == [None]


def test_what_was_stamped_on_another_state_of_the_order_is_looked_at_again(world: World) -> None:
    before, wish = order(world), note(world)
    world.orders.handle(before.id, note(world, "other"))
    world.orders.handle(before.id, wish)
    assert many(world).handle([(before, wish)]) == [None]


def test_one_that_cannot_be_stored_harms_no_other(world: World) -> None:
    unstorable = note(world, "bad", reason="\ud800")
    pairs = [(order(world), unstorable), (order(world, "second"), note(world))]
    assert many(world).handle(pairs) == [None, order(world, "second")]
    assert (len(order(world).notes), len(order(world, "second").notes)) == (0, 1)


def test_news_are_recorded_and_repeats_are_silent(world: World) -> None:
    told = [news(world), news(world, "second")]
    after = many(world).record(told, actor="worker")
    assert after == [order(world), order(world, "second")]
    assert [one.received for one in after] == [PAID.amount] * 2
    head = world.store.head()
    assert many(world).record([news(world)], actor="worker") == [order(world)]
    assert many(world).record(told, actor="worker") == after
    assert many(world).record([], actor="worker") == []
    assert world.store.head() == head


def test_what_is_appended_together_is_not_recorded_by_itself_as_well(world: World) -> None:
    nobody: Any = None
    told = [news(world), news(world, "second")]
    after = Together(world.store, nobody).record(told, actor="worker")
    assert after == [order(world), order(world, "second")]


def test_a_repeat_is_answered_with_the_order_as_it_stands(world: World) -> None:
    told = news(world)
    many(world).record([told], actor="worker")
    world.orders.handle(told.order.id, note(world))
    assert many(world).record([told], actor="worker") == [order(world)]


def test_news_of_an_order_that_moved_on_is_recorded_by_itself(world: World) -> None:
    told = news(world)
    world.orders.handle(told.order.id, note(world))
    (after,) = many(world).record([told], actor="worker")
    assert after == order(world)
    assert (after.received, len(after.notes)) == (PAID.amount, 1)
    assert world.orders.history(after.id)[-1].actor == "worker"


def test_news_that_contradicts_the_ledger_waits_for_a_person(world: World) -> None:
    many(world).record([news(world)], actor="worker")
    other = replace(PAID, provider_reference="pi_order", amount=Money(1, "EUR"))
    told = [news(world, fact=other), news(world, "second")]
    after = many(world).record(told, actor="worker")
    assert [one.received for one in after] == [PAID.amount] * 2
    assert len(world.cases_opened()) == 1
