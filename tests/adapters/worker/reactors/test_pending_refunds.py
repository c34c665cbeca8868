"""A refund that was accepted and not settled is asked about until the provider says."""

from dataclasses import dataclass
from uuid import UUID

import pytest

from adapters.worker.reactor import Reactor
from adapters.worker.reactors.pending_refunds import Promises, unhurried
from ledger.kernel.money import Money
from ledger.order.stamps import CreateRefundFailure, CreateRefundSuccess, Refunded
from ledger.order.status import status
from ledger.payments.provider import Accepted, NoAnswer, RefundAnswer, RefundAsk
from tests.kits.worker import PRICE, World


@dataclass
class Books:
    """A provider that is only looked up; it tells nobody anything by itself."""

    answer: RefundAnswer | None = None
    asked: int = 0

    def find_refund(self, ask: RefundAsk) -> RefundAnswer | None:
        self.asked += 1
        return self.answer


@dataclass
class Waiting:
    """An order whose refund was accepted."""

    world: World
    books: Books
    order: UUID
    refund: UUID

    def __post_init__(self) -> None:
        act = Promises(
            orders=self.world.orders,
            providers={"stripe": self.books},  # type: ignore[dict-item] # only looked up
            clock=self.world.clock,
        )
        self.promises = Reactor(
            name="promises",
            find=self.world.all_orders,
            each=act,
            after=unhurried(self.world.clock),
        )

    def look(self) -> str:
        self.promises.run()
        return str(status(self.world.orders.get(self.order)))

    def accepted(self, *, settled: bool) -> Accepted:
        (payment,) = self.world.orders.get(self.order).attempts
        outcome = CreateRefundSuccess(payment=payment, amount=PRICE, provider_reference="re_1")
        last = Refunded(payment=payment, amount=PRICE, provider_reference="re_1")
        return Accepted(outcome=outcome, settled=last if settled else None)


@pytest.fixture
def waiting() -> Waiting:
    world = World()
    order = world.placed_and_paid()
    link = world.ask_for_link(order)
    world.confirm(order, link)
    made = Waiting(world, Books(), order.id, link)
    first = made.accepted(settled=False).outcome
    world.orders.record(order.id, first, correlation_id=link, actor="ledger")
    return made


def test_settled_is_stamped_once(waiting):
    waiting.books.answer = waiting.accepted(settled=True)
    assert [waiting.look() for _ in range(2)] == ["REFUNDED", "REFUNDED"]
    assert waiting.books.asked == 1


def test_failed_after_all_is_no_refusal_and_the_money_is_back(waiting):
    waiting.books.answer = CreateRefundFailure(code="closed_account")
    assert waiting.look() == "REFUND_FAILED"
    order = waiting.world.orders.get(waiting.order)
    assert order.refunds[waiting.refund].failed == {"re_1": "closed_account"}
    assert order.refund_pending == Money(0, "EUR")


@pytest.mark.parametrize("answer", [None, NoAnswer("time-out")], ids=["nothing", "no answer"])
def test_while_nobody_knows_nothing_is_stamped_and_questions_become_rare(waiting, answer):
    waiting.books.answer = answer
    before = len(waiting.world.stamps())
    for _ in range(600):
        waiting.look()
        waiting.world.clock.forward(minutes=1)
    assert len(waiting.world.stamps()) == before
    assert 10 < waiting.books.asked < 20


def test_a_refund_without_an_answer_is_not_this_reactors(waiting):
    order = waiting.world.placed_and_paid()
    waiting.world.confirm(order, waiting.world.ask_for_link(order))
    waiting.books.answer = waiting.accepted(settled=False)
    waiting.look()
    assert waiting.books.asked == 1
