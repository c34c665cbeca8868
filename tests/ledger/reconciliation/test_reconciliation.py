"""Our books beside a provider's, over a ledger: what is missing there, and what we know of."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from ledger.inbox.ports import Report
from ledger.inbox.receive import receive
from ledger.kernel.money import Money
from ledger.order.stamps import Paid
from ledger.reconciliation.compare import Statement, Verdict
from ledger.reconciliation.our_records import known_since
from ledger.reconciliation.reconcile import Reconciliation
from ledger.reconciliation.records import Kind, NotShown, Period, State, TheirRecord
from tests.kits.worlds import World

PRICE = Money(7000, "EUR")
DAY = timedelta(days=1)


@dataclass
class Books:
    """A provider that lists nothing, and shows what it is asked for."""

    shown: Any = None
    name: str = "stripe"
    account: str = "acct_1"
    live: bool = False
    names_orders: bool = True
    asked: list[str] = field(default_factory=list)

    def records(self, period: Period) -> Iterator[TheirRecord]:
        return iter(())

    def record(self, kind: Kind, reference: str) -> TheirRecord | None:
        self.asked.append(reference)
        if isinstance(self.shown, Exception):
            raise self.shown
        return self.shown  # type: ignore[no-any-return]


@pytest.fixture
def world() -> Iterator[World]:
    """An order that was paid."""
    made = World()
    order = made.place()
    (attempt,) = order.attempts
    receive(
        Report(
            provider="stripe",
            account="acct_1",
            live=False,
            order=order.id,
            attempt=attempt,
            correlation_id=attempt,
            fact=Paid(amount=PRICE, provider="stripe", provider_reference="pi_1"),
            currency="EUR",
            amount=PRICE,
            reference="pi_1",
            occurred_at=made.clock(),
        ),
        orders=made.orders,
        cases=made.cases,
        find=lambda provider, reference: None,
        evidence="ab" * 32,
        at=made.clock(),
    )
    yield made
    made.close()


def statement(world: World, books: Books) -> Statement:
    now, intake = world.clock(), None
    period = Period(since=now - DAY, until=now + DAY)
    rows: Any = world.store.stored()
    made = Reconciliation(books=books, rows=rows, intake=intake, period=period)  # type: ignore[arg-type]
    return made.statement()


def test_what_the_provider_does_not_know_is_missing_there(world: World) -> None:
    books = Books()
    (line,) = statement(world, books).lines
    assert (line.verdict, books.asked) == (Verdict.MISSING_THERE, ["pi_1"])


def test_what_nobody_can_know_is_unchecked(world: World) -> None:
    (line,) = statement(world, Books(shown=NotShown())).lines
    assert line.verdict is Verdict.UNCHECKED


def test_what_it_has_in_another_period_is_compared(world: World) -> None:
    found = TheirRecord(
        kind=Kind.PAYMENT,
        reference="pi_1",
        amount=Money(6999, "EUR"),
        state=State.DONE,
        at=world.clock() - 9 * DAY,
        message=None,  # type: ignore[arg-type]
    )
    (line,) = statement(world, Books(shown=found)).lines
    assert line.verdict is Verdict.AMOUNT_DIFFERS


def test_all_that_was_told_of_since_is_known_once(world: World) -> None:
    rows: Any = world.store.stored()
    since = world.clock()
    (payment,) = known_since(rows, since - DAY, Books())
    assert (payment.kind, payment.reference) == (Kind.PAYMENT, "pi_1")
    assert payment.owner == world.id("order")
    assert isinstance(payment.correlation_id, UUID)
    assert [*known_since(rows, since + DAY, Books())] == []
    assert [*known_since(rows, since - DAY, Books(account="acct_2"))] == []
