"""Which payment pages are replaced, and what becomes of an order meanwhile: none is asked twice."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from ledger.kernel.money import Money
from ledger.order.order import Order
from ledger.order.stamps import CreatePaymentSuccess, Paid, PaymentFailed, PaymentPending
from ledger.payments.payment_pages import Page, PageState
from ledger.payments.provider import PAGE_LIFETIME, Message, NoAnswer, PaymentAsk
from ledger.payments.repair_pages import PageFault, PageRepair, Repair
from tests.kits.worlds import World
from tests.ledger.order.test_next_step import time_out

PRICE = Money(7000, "EUR")
PAID = Paid(amount=PRICE, provider="stripe", provider_reference="pi_1")
PENDING = PaymentPending(provider_reference="cs_1")
DECLINED = PaymentFailed(provider_reference="pi_1", code="declined")
SECOND = timedelta(seconds=1)
NEWS = Message(provider="stripe", name="evt", body=b"{}")


@dataclass
class Stripe:
    """A provider whose pages stand as they were told to, and which counts what it is asked."""

    name: str = "stripe"
    account: str = "acct_1"
    live: bool = False
    closes_pages: bool = True
    pages: dict[str, Page] = field(default_factory=dict)
    closable: bool = True
    answer: Any = None
    asked: list[PaymentAsk] = field(default_factory=list)
    recovered: list[PaymentAsk] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)

    def page(self, reference: str) -> Page | None:
        return self.pages.get(reference)

    def expire_payment(self, reference: str) -> bool:
        self.closed.append(reference)
        return self.closable

    def create_payment(self, ask: PaymentAsk, *, try_number: int) -> Any:
        self.asked.append(ask)
        return self.answer or page_made("cs_2", ask.expires_at)

    def recover_payment(self, ask: PaymentAsk, *, try_number: int) -> Any:
        self.recovered.append(ask)
        return self.answer or page_made("cs_2", ask.expires_at)


def page_made(name: str, expires_at: datetime) -> CreatePaymentSuccess:
    address = f"https://pay.example/{name}"
    return CreatePaymentSuccess(
        provider_reference=name, redirect_url=address, expires_at=expires_at
    )


@dataclass
class Intake:
    """What a page told is stamped as the payment that it tells of."""

    world: World

    def find(self, provider: str, reference: str) -> UUID | None:
        return None

    def take(
        self, message: Message, *, find: Callable[[str, str], UUID | None] | None = None
    ) -> object:
        told(self.world, PAID)
        return None


@pytest.fixture
def world() -> Iterator[World]:
    """One order whose page was asked for this moment."""
    made = World()
    made.place()
    yield made
    made.close()


def attempt(world: World) -> UUID:
    return next(iter(world.orders.get(world.id("order")).attempts))


def told(world: World, *facts: Any) -> Order:
    for fact in facts:
        world.orders.record(
            world.id("order"), fact, correlation_id=attempt(world), actor="provider:stripe"
        )
    return world.orders.get(world.id("order"))


def with_page(world: World) -> Order:
    return told(world, page_made("cs_1", world.clock() + PAGE_LIFETIME))


def stands(its: Order, state: PageState = PageState.OPEN, **changes: Any) -> dict[str, Page]:
    """The order's first page, as its provider has it."""
    page = Page(state=state, order=its.id, attempt=next(iter(its.attempts)))
    return {"cs_1": replace(page, **changes)}


def repair(world: World, provider: Any, *, fresh: Callable[[], UUID] | None = None) -> PageRepair:
    return PageRepair(
        orders=world.orders,
        intake=Intake(world),
        provider=provider,
        return_url=lambda order: f"https://shop.example/{order.id}",
        fresh=fresh or (lambda: world.id("fresh")),
    )


def fault(world: World, order: Order, provider: Stripe, **more: Any) -> PageFault | None:
    return repair(world, provider).fault(order, **{"at": world.clock(), **more})


@pytest.mark.parametrize(
    ("state", "found"),
    [
        (PageState.OPEN, None),
        (PageState.EXPIRED, PageFault.EXPIRED),
        (PageState.COMPLETE, PageFault.COMPLETE),
        (PageState.UNREADABLE, PageFault.UNREADABLE),
    ],
)
def test_a_page_that_nobody_can_pay_on_is_told_by_how_it_stands(
    world: World, state: PageState, found: PageFault | None
) -> None:
    order = with_page(world)
    provider = Stripe(pages=stands(order, state))
    assert fault(world, order, provider) is found
    assert fault(world, order, provider, force=True) is (found or PageFault.FORCED)


@pytest.mark.parametrize("other", ["order", "attempt"])
def test_a_page_that_names_something_else_is_nameless(world: World, other: str) -> None:
    order, changes = with_page(world), dict[str, Any]({other: None})
    provider = Stripe(pages=stands(order, **changes))
    assert fault(world, order, provider) is PageFault.NAMELESS


def test_a_page_that_its_provider_does_not_have_is_missing(world: World) -> None:
    assert fault(world, with_page(world), Stripe()) is PageFault.MISSING


def test_what_was_asked_a_moment_ago_is_left_to_who_asked_it(world: World) -> None:
    order, begun = world.orders.get(world.id("order")), world.clock()
    assert fault(world, order, Stripe(), at=begun + 20 * SECOND - SECOND) is None
    assert fault(world, order, Stripe(), at=begun + 20 * SECOND) is PageFault.MISSING


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ([PENDING], None),
        ([PENDING, DECLINED], PageFault.MISSING),
        ([DECLINED], PageFault.MISSING),
        ([PAID], None),
        ([replace(PAID, amount=Money(100, "EUR"))], None),
    ],
    ids=["under way", "under way and declined", "declined", "paid", "some came"],
)
def test_only_what_is_unpaid_and_not_under_way_is_looked_at(
    world: World, facts: list[Any], found: PageFault | None
) -> None:
    with_page(world)
    assert fault(world, told(world, *facts), Stripe()) is found


def test_nobody_pays_an_order_that_is_cancelled(world: World) -> None:
    with_page(world)
    time_out(world)
    order, provider = world.orders.get(world.id("order")), Stripe()
    assert fault(world, order, provider, force=True) is None
    assert repair(world, provider).replace(order, at=world.clock()) is Repair.PAID
    assert provider.asked == []


def test_orders_of_other_providers_and_free_ones_are_not_looked_at(world: World) -> None:
    order = with_page(world)
    assert fault(world, order, Stripe(name="paytrail"), force=True) is None
    free = world.place("free", ("volunteer", 1), request_digest="free")
    assert fault(world, free, Stripe(), force=True) is None


def test_the_old_page_is_closed_and_one_new_is_asked_for(world: World) -> None:
    order, provider = with_page(world), Stripe()
    assert repair(world, provider).replace(order, at=world.clock()) is Repair.REGENERATED
    (ask,) = provider.asked
    assert provider.closed == ["cs_1"]
    assert provider.recovered == []
    assert ask.return_url == f"https://shop.example/{order.id}"
    after = world.orders.get(order.id)
    assert [*after.attempts] == [attempt(world), world.id("fresh")]
    assert after.attempts[world.id("fresh")].redirect_url == "https://pay.example/cs_2"


def test_while_a_page_stays_open_no_other_is_made(world: World) -> None:
    order = with_page(world)
    provider = Stripe(closable=False, pages=stands(order))
    assert repair(world, provider).replace(order, at=world.clock()) is Repair.LEFT
    assert provider.asked == []


def test_pages_of_other_providers_are_left_open(world: World) -> None:
    order, provider = with_page(world), Stripe(name="paytrail")
    repair(world, provider).replace(order, at=world.clock())
    assert provider.closed == []


@pytest.mark.parametrize("fact", [PAID, PENDING], ids=["paid", "under way"])
def test_what_turns_out_to_be_paid_gets_no_other_page(world: World, fact: Any) -> None:
    order = with_page(world)
    provider = Stripe(pages=stands(order, PageState.COMPLETE))
    told(world, fact)
    assert repair(world, provider).replace(order, at=world.clock()) is Repair.PAID
    assert provider.asked == []


def test_what_a_page_tells_when_it_is_closed_counts(world: World) -> None:
    order = with_page(world)
    provider = Stripe(pages=stands(order, PageState.COMPLETE, news=NEWS))
    assert repair(world, provider).replace(order, at=world.clock()) is Repair.PAID
    assert world.orders.get(order.id).received == PRICE


def test_what_is_paid_at_the_last_moment_gets_no_other_page(world: World) -> None:
    def paid_meanwhile() -> UUID:
        told(world, PAID)
        return world.id("fresh")

    order, provider = with_page(world), Stripe()
    repaired = repair(world, provider, fresh=paid_meanwhile)
    assert repaired.replace(order, at=world.clock()) is Repair.PAID
    assert provider.asked == []


@pytest.mark.parametrize(
    ("early", "again"), [(SECOND, True), (timedelta(), False)], ids=["as long as one", "later"]
)
def test_a_page_without_an_answer_is_asked_for_again_as_long_as_a_page_lives(
    world: World, early: timedelta, again: bool
) -> None:
    order, provider = world.orders.get(world.id("order")), Stripe()
    at = world.clock() + PAGE_LIFETIME - early
    assert repair(world, provider).replace(order, at=at) is Repair.REGENERATED
    asked = [one.correlation_id for one in provider.asked]
    recovered = [one.correlation_id for one in provider.recovered]
    assert (asked, recovered) == (([], [attempt(world)]) if again else ([world.id("fresh")], []))


def test_without_an_answer_the_order_waits(world: World) -> None:
    order, provider = with_page(world), Stripe(answer=NoAnswer("time-out"))
    assert repair(world, provider).replace(order, at=world.clock()) is Repair.LEFT
    assert len(provider.asked) == 1
