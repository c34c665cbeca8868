"""SumUp's records beside ours: what was never told is found, and taken in once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from adapters.providers.sumup.references import reference_of
from adapters.store.memory_inbox import MemoryInbox
from adapters.worker.look_up import Look
from ledger.inbox.receive import Intake
from ledger.order.commands import ProviderAccount
from ledger.order.status import status
from ledger.payments.provider import ProviderAway, start_payment
from ledger.reconciliation.compare import Verdict
from ledger.reconciliation.reconcile import Reconciliation
from ledger.reconciliation.records import Kind, Period, State, TheirRecord
from tests.kits.sumup import (
    MERCHANT,
    TRANSACTION,
    Teller,
    checkout,
    refund_event,
    transaction,
    tried,
)
from tests.kits.worlds import PREFERENCES, SPEC, World

PERIOD = Period(since=datetime(2027, 1, 1, tzinfo=UTC), until=datetime(2027, 2, 1, tzinfo=UTC))
SHOP = replace(SPEC, preferences=replace(PREFERENCES, provider="sumup"))


def history(*items: dict, following: str = "") -> tuple[int, dict]:
    links = [{"rel": "next", "href": following}] if following else []
    return 200, {"items": [*items], "links": links}


def item(known_as: str = TRANSACTION) -> dict:
    return {"transaction_id": known_as, "type": "PAYMENT", "amount": 70.0}


def told(one: object) -> tuple[Any, ...]:
    assert isinstance(one, TheirRecord)
    return (one.kind, one.reference, one.amount.amount, one.state)


def test_payments_refunds_and_chargebacks_of_a_period_are_listed():
    back = {**refund_event(8, amount=1.0), "event_type": "CHARGE_BACK"}
    late = {**refund_event(9), "timestamp": "2027-03-01T12:00:00Z"}
    found = transaction(refund_event(7, amount=10.0), back, late)
    teller = Teller(history(item(), item()), (200, found))
    listed = [*teller.payments.records(PERIOD)]
    assert [told(one) for one in listed] == [
        (Kind.PAYMENT, TRANSACTION, 7000, State.DONE),
        (Kind.REFUND, f"{TRANSACTION}/7", 1000, State.DONE),
        (Kind.DISPUTE, f"{TRANSACTION}/8", 100, State.UNDER_WAY),
    ]
    asked = teller.asked[0].url.params
    assert asked["changes_since"].startswith("2027-01-01T00:00:00")


def test_every_page_is_read_and_a_page_that_shows_nothing_new_is_the_last():
    pages = [
        history(item("t-1"), following="limit=1&oldest_ref=1&order=ascending"),
        (200, {**transaction(), "id": "t-1"}),
        history(item("t-2"), following="limit=1&oldest_ref=2&order=ascending"),
        (200, {**transaction(), "id": "t-2"}),
        history(item("t-2"), following="limit=1&oldest_ref=2&order=ascending"),
    ]
    teller = Teller(*pages)
    assert [one.reference for one in teller.payments.records(PERIOD)] == ["t-1", "t-2"]
    assert teller.asked[2].url.params["oldest_ref"] == "1"


def test_one_record_is_looked_up_by_our_name_of_it():
    teller = Teller((200, transaction(refund_event(7))), (200, transaction()), (404, {}))
    found = teller.payments.record(Kind.REFUND, f"{TRANSACTION}/7")
    assert isinstance(found, TheirRecord)
    assert found.state is State.DONE
    assert teller.payments.record(Kind.REFUND, f"{TRANSACTION}/7") is None
    assert teller.payments.record(Kind.PAYMENT, "t-0") is None


@pytest.mark.parametrize(
    "answers",
    [[httpx2.ConnectError("x")] * 2, [(500, {})] * 2, [(200, [])], [(200, {"items": 7})]],
)
def test_a_provider_that_does_not_tell_is_away(answers):
    with pytest.raises(ProviderAway):
        [*Teller(*answers).payments.records(PERIOD)]


class Books:
    """An order with a page at SumUp, of whose payment nobody told us."""

    def __init__(self) -> None:
        self.world, self.inbox = World(SHOP), MemoryInbox()
        self.order = self.world.place(
            accounts={"sumup": ProviderAccount(name=MERCHANT, live=False)}
        )
        (self.attempt,) = self.order.attempts
        ask: Any = type("Ask", (), {"order": self.order.id, "correlation_id": self.attempt})
        self.reference = reference_of(ask, try_number=1)
        self.teller = Teller((201, checkout(self.reference)))
        start_payment(
            self.world.orders,
            self.teller.payments,
            self.order.id,
            self.attempt,
            return_url="https://shop.example",
        )

    def intake(self) -> Intake:
        return Intake(
            orders=self.world.orders,
            cases=self.world.cases,
            find=lambda *_: None,
            archive=self.inbox,
            doors={"sumup": self.teller.door},
            clock=self.world.clock,
        )

    def looked_at(self, *answers: Any) -> bool:
        self.teller.answers = [*answers]
        look = Look(pages={"sumup": self.teller.payments}, intake=self.intake())
        return look(self.world.orders.get(self.order.id))

    def reconciling(self, *events: dict) -> Reconciliation:
        found = {**transaction(*events), "foreign_transaction_id": self.reference}
        self.teller.answers = [history(item()), (200, found)]
        return Reconciliation(
            books=self.teller.payments,
            rows=self.world.store.stored(),
            intake=self.intake(),
            period=Period(since=PERIOD.since, until=self.world.clock() + timedelta(days=9)),
        )


def test_a_payment_and_a_refund_that_were_never_told_are_found_and_taken_in_once():
    books = Books()
    work = books.reconciling(refund_event(7, amount=10.0))
    statement = work.statement()
    assert statement.counts == {Verdict.MISSING_HERE: 2}
    assert work.commit(statement) == 2
    order = books.world.orders.get(books.order.id)
    assert (status(order), order.received.amount, order.refunded.amount) == (
        "PARTIALLY_REFUNDED",
        7000,
        1000,
    )
    again = books.reconciling(refund_event(7, amount=10.0)).statement()
    assert again.counts == {Verdict.MATCHED: 2}
    assert len(books.inbox.states) == 2


def test_a_look_at_the_page_finds_a_payment_that_nobody_told_of():
    books = Books()
    paid = checkout(books.reference, status="PAID", transactions=[tried("SUCCESSFUL")])
    assert books.looked_at((200, paid))
    assert status(books.world.orders.get(books.order.id)) == "PAID"
    assert books.looked_at()  # what is paid is not looked at


def test_a_look_that_finds_nothing_and_one_that_could_not_be_had():
    books = Books()
    assert books.looked_at((200, checkout(books.reference)))
    assert books.looked_at((404, {}))
    assert not books.looked_at((500, {}), (500, {}))
    assert status(books.world.orders.get(books.order.id)) == "PENDING"
