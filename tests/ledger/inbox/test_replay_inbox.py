"""News of a payment and of its refund comes in any order: the order ends the same."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import cast
from uuid import UUID, uuid4, uuid5

import pytest

from adapters.keys.evidence import Message
from adapters.worker.open_cases import Desk
from adapters.worker.reactor import Patience, Reactor
from adapters.worker.reactors.rematch import SecondLook
from ledger.cases.stamps import Action
from ledger.inbox.ports import Fact, Report, WebhookDoor
from ledger.inbox.receive import receive
from ledger.inbox.replay_inbox import look_again
from ledger.kernel.money import Money
from ledger.order.order import Order
from ledger.order.stamps import CreateRefundSuccess, Paid, Refunded, RefundFailed
from ledger.order.status import Status, flags, status
from projections.provider_references import provider_references
from tests.kits.worlds import World


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A case and the message that it was opened for."""

    case: UUID
    message: UUID
    door: str = "stripe"
    evidence: str = "ab" * 32


PRICE, PART = Money(7000, "EUR"), Money(3000, "EUR")


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    made.place()
    yield made
    made.close()


def report(world: World, fact: Fact, amount: Money, *, refund: str = "") -> Report:
    """A payment with our metadata, or a refund from the provider's dashboard with none of it."""
    order = world.orders.get(world.id("order"))
    (attempt,) = order.attempts
    return Report(
        provider="stripe",
        account="acct_1",
        live=False,
        order=None if refund else order.id,
        attempt=None if refund else attempt,
        correlation_id=uuid5(attempt, refund) if refund else attempt,
        fact=fact,
        currency="EUR",
        amount=amount,
        reference="pi_1",
        occurred_at=world.clock(),
    )


def news(world: World) -> dict[str, Report]:
    nobody = UUID(int=7)

    def outside(kind: type, refund: str, **more: str) -> Report:
        fact = kind(payment=nobody, amount=PART, provider_reference=refund, **more)
        return report(world, fact, PART, refund=refund)

    paid = Paid(amount=PRICE, provider="stripe", provider_reference="pi_1")
    return {
        "paid": report(world, paid, PRICE),
        "accepted": outside(CreateRefundSuccess, "re_1"),
        "settled": outside(Refunded, "re_1"),
        "second": outside(Refunded, "re_2"),
        "failed": outside(RefundFailed, "re_2", code="closed"),
    }


def find(world: World, provider: str, reference: str) -> UUID | None:
    """As the views would answer when they have caught up."""
    rows = provider_references(world.orders.get(world.id("order")))
    known = {(row.provider, row.reference): row.stream for row in rows}
    return known.get((provider, reference))


def tell(world: World, told: Report) -> None:
    receive(
        told,
        orders=world.orders,
        cases=world.cases,
        find=lambda provider, reference: find(world, provider, reference),
        evidence="ab" * 32,
        at=world.clock(),
    )


def open_cases(world: World) -> list[UUID]:
    feed = world.store.feed(0, limit=1000)
    streams = {one.stream for one in feed if type(one.stamp).__name__ == "CaseOpened"}
    return [case for case in streams if world.cases.get(case).state == "open"]


def look(world: World, reports: Sequence[Report]) -> None:
    for case in open_cases(world):
        look_again(
            case,
            reports,
            orders=world.orders,
            cases=world.cases,
            find=lambda provider, reference: find(world, provider, reference),
            evidence="ab" * 32,
            at=world.clock(),
        )


def outcome(order: Order) -> tuple[object, ...]:
    return (status(order), flags(order), order.received, order.refunded, order.refund_pending)


@pytest.mark.parametrize("sequence", [*permutations(range(5))], ids=str)
def test_every_order_of_the_news_comes_to_the_same(sequence: tuple[int, ...]) -> None:
    world = World()
    world.place()
    told = [*news(world).values()]
    for place in sequence:
        tell(world, told[place])
    look(world, told)
    order = world.orders.get(world.id("order"))
    assert outcome(order) == (
        Status.PARTIALLY_REFUNDED,
        (),
        PRICE,
        PART,
        Money(0, "EUR"),
    )
    assert open_cases(world) == []
    world.close()


def test_a_refund_that_came_first_is_bound_and_its_case_resolved(world: World) -> None:
    told = news(world)
    tell(world, told["settled"])
    (case,) = open_cases(world)
    tell(world, told["paid"])
    look(world, [told["settled"]])
    after = world.cases.get(case)
    assert after.resolved is not None
    assert (after.resolved.action, after.resolved.order) == (Action.BOUND, world.id("order"))
    order = world.orders.get(world.id("order"))
    (refund,) = order.refunds.values()
    assert refund.payment in order.attempts
    Desk(world.cases).open_all(order)
    assert open_cases(world) == []


def test_while_the_payment_is_unknown_its_case_waits(world: World) -> None:
    told = news(world)
    tell(world, told["settled"])
    before = world.store.head()
    look(world, [told["settled"]])
    assert world.store.head() == before
    assert len(open_cases(world)) == 1


def test_looking_twice_stamps_nothing_twice(world: World) -> None:
    told = news(world)
    tell(world, told["settled"])
    cases = open_cases(world)
    tell(world, told["paid"])
    look(world, [told["settled"]])
    before = world.store.head()
    for case in cases:
        look_again(
            case,
            [told["settled"]],
            orders=world.orders,
            cases=world.cases,
            find=lambda provider, reference: find(world, provider, reference),
            evidence="ab" * 32,
            at=world.clock(),
        )
    assert world.store.head() == before


class Letterbox:
    """Everything that was kept is a message of the one door, which says what was told."""

    def __init__(self, told: Report) -> None:
        self._told = [told]

    def open(self, id: UUID) -> Message:
        return Message({}, b"")

    def reread(self, body: bytes) -> Sequence[Report]:
        return self._told


def test_the_worker_looks_once_however_far_the_list_of_cases_is_behind(world: World) -> None:
    told = news(world)
    tell(world, told["settled"])
    (case,) = open_cases(world)
    tell(world, told["paid"])
    kept, letterbox = Kept(case=case, message=uuid4()), Letterbox(told["settled"])
    act = SecondLook(
        shelf=letterbox,
        doors={"stripe": cast(WebhookDoor, letterbox)},
        orders=world.orders,
        cases=world.cases,
        find_order=lambda provider, reference: find(world, provider, reference),
        clock=world.clock,
    )
    reactor = Reactor(
        name="second_look", find=lambda: [kept], each=act, after=Patience(world.clock)
    )
    assert [reactor.run().done for _ in range(3)] == [1, 0, 0]
    assert open_cases(world) == []
