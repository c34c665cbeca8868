"""A refund that nobody answers for is settled by a person who looked."""

from collections.abc import Iterator
from typing import Any

import pytest

from ledger.kernel.money import Money
from ledger.kernel.refusals import NothingToRefund
from ledger.order.stamps import Paid
from ledger.order.status import status
from ledger.payments.provider import Accepted, NoAnswer
from ledger.payments.refund import settle_refund
from tests.kits.worlds import World
from tests.ledger.order.test_next_step import accepted, attempt, cancel, told

PAID = Paid(amount=Money(7000, "EUR"), provider="stripe", provider_reference="pi_1")


class Silent:
    """A provider that tells, when asked for a refund, what it was given to tell."""

    name, account, live = "stripe", "acct_1", False

    def __init__(self, found: Any = None) -> None:
        self.found = found or NoAnswer("cannot be known")

    def find_refund(self, ask: Any) -> Any:
        return self.found


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    made.place()
    told(made, PAID, attempt(made))
    cancel(made)
    yield made
    made.close()


def settled(world: World, made_as: str | None, *, provider: Any = None, **changed: Any) -> Any:
    refund = changed.get("refund", world.id("wish"))
    providers: Any = {"stripe": provider or Silent()}
    return settle_refund(
        world.orders,
        providers,
        world.id("order"),
        refund,
        made_as=made_as,
        at=world.clock(),
        actor="cli:somebody",
    )


def test_it_was_made(world: World) -> None:
    order = settled(world, "re_9")
    assert (status(order), order.refunded.amount) == ("REFUNDED", 7000)
    assert not order.alive
    assert world.orders.history(order.id)[-3].actor == "cli:somebody"


def test_the_providers_own_word_that_comes_later_is_the_same_refund(world: World) -> None:
    settled(world, "re_1")
    told(world, accepted(world), world.id("wish"))
    assert world.cases_opened() == []


def test_it_was_never_made_and_the_order_stands(world: World) -> None:
    order = settled(world, None)
    assert (status(order), order.alive) == ("REFUND_FAILED", True)


def test_what_the_provider_tells_counts_more(world: World) -> None:
    found = Accepted(outcome=accepted(world))
    order = settled(world, None, provider=Silent(found))
    assert status(order) == "REFUND_REQUESTED"
    assert not order.alive


def test_what_was_answered_is_left_alone(world: World) -> None:
    first = settled(world, None)
    assert settled(world, "re_9").version == first.version


def test_there_is_no_such_refund(world: World) -> None:
    with pytest.raises(NothingToRefund):
        settled(world, None, refund=world.id("nothing"))
