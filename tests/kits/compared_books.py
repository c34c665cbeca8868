"""Orders of a shop beside the books of a provider that lists what a test gives it."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from ledger.inbox import payout_line
from ledger.inbox.ports import Evidence, Report
from ledger.inbox.receive import Intake
from ledger.kernel.money import Money
from ledger.order.order import Order
from ledger.order.stamps import CreatePaymentSuccess, Paid
from ledger.payments.provider import BadMessage, Message
from ledger.reconciliation.reconcile import Reconciliation
from ledger.reconciliation.records import Kind, Period, State, TheirRecord, Unread
from tests.kits.worlds import NAMES, SPEC, World

DAY, INSTANT = timedelta(days=1), timedelta(microseconds=1)
GARBLED = b"garbled"


@dataclass
class ListedBooks:
    """A provider that lists and shows what a test put here, and counts what it is asked."""

    listed: list[TheirRecord | Unread] = field(default_factory=list)
    shown: dict[tuple[Kind, str], Any] = field(default_factory=dict)
    name: str = "stripe"
    account: str = "acct_1"
    live: bool = False
    names_orders: bool = True
    looks: int = 0
    asked: list[tuple[Kind, str]] = field(default_factory=list)

    def records(self, period: Period) -> Iterator[TheirRecord | Unread]:
        self.looks += 1
        return iter(self.listed)

    def record(self, kind: Kind, reference: str) -> TheirRecord | Unread | None:
        self.asked.append((kind, reference))
        found = self.shown.get((kind, reference))
        if isinstance(found, Exception):
            raise found
        return found


@dataclass
class KeptMessages:
    """Messages by their name and body; which of them were understood."""

    kept: dict[tuple[str, bytes], Evidence] = field(default_factory=dict)
    states: dict[UUID, str] = field(default_factory=dict)

    def find(self, provider: str, provider_event_id: str, body: bytes) -> Evidence | None:
        return self.kept.get((provider_event_id, body))

    def keep(self, provider: str, door: str, *, body: bytes, **told: Any) -> Evidence:
        name = told["provider_event_id"]
        evidence = Evidence(uuid5(NAMES, name), hashlib.sha256(body).hexdigest())
        self.kept[name, body] = evidence
        return evidence

    def mark(self, id: UUID, state: str, *, error: str | None = None) -> None:
        self.states[id] = state


@dataclass
class ToldDoor:
    """A door that reads a message as what a test said it means."""

    means: dict[bytes, Sequence[Report]] = field(default_factory=dict)
    provider: str = "stripe"

    def reread(self, body: bytes) -> Sequence[Report]:
        if body == GARBLED:
            raise BadMessage("nobody can read it")
        return payout_line.reports(body) or self.means.get(body, ())


class ComparedBooks:
    """A world with orders that were paid, and the provider's word beside them."""

    def __init__(self) -> None:
        self.world = World(replace(SPEC, quotas={"weekend": 5, "friday": 9}))
        self.books, self.door = ListedBooks(), ToldDoor()
        self.archive = KeptMessages()
        self.views: dict[tuple[str, str], UUID] = {}
        archive: Any = self.archive
        doors: Mapping[str, Any] = {"stripe": self.door}
        self.intake = Intake(
            orders=self.world.orders,
            cases=self.world.cases,
            find=lambda provider, reference: self.views.get((provider, reference)),
            archive=archive,
            doors=doors,
            clock=self.world.clock,
        )
        self.told: list[tuple[str, int]] = []

    @property
    def now(self) -> datetime:
        return self.world.clock()

    @property
    def period(self) -> Period:
        return Period(since=self.now - DAY, until=self.now + DAY)

    @property
    def rows(self) -> Any:
        return self.world.store.stored()

    def reconciliation(self, **changes: Any) -> Reconciliation:
        given: dict[str, Any] = {
            "books": self.books,
            "rows": self.rows,
            "intake": self.intake,
            "period": self.period,
            "tell": lambda what, number: self.told.append((what, number)),
        } | changes
        return Reconciliation(**given)

    def placed(self, name: str = "order") -> Order:
        return self.world.place(name, ("friday", 1))

    def page(self, order: Order, session: str) -> None:
        (attempt,) = order.attempts
        made = CreatePaymentSuccess(
            provider_reference=session,
            redirect_url="https://pay.example/1",
            expires_at=self.now + DAY,
            try_number=1,
        )
        self.record(order, made, attempt)

    def paid(self, name: str = "order", reference: str = "pi_1", *, views: bool = True) -> Order:
        """Placed and paid; known to the views under the payment's name, or not yet."""
        order = self.placed(name)
        (attempt,) = order.attempts
        fact = Paid(amount=order.due, provider="stripe", provider_reference=reference)
        self.record(order, fact, attempt)
        if views:
            self.views["stripe", reference] = order.id
        return self.world.orders.get(order.id)

    def record(self, order: Order, fact: Any, cause: UUID) -> None:
        self.world.orders.record(order.id, fact, correlation_id=cause, actor="provider:stripe")

    def report(self, order: Order | None, fact: Any, cause: UUID, **changes: Any) -> Report:
        given: dict[str, Any] = {
            "provider": "stripe",
            "account": "acct_1",
            "live": False,
            "order": order.id if order else None,
            "attempt": cause if order and cause in order.attempts else None,
            "correlation_id": cause,
            "fact": fact,
            "currency": "EUR",
            "amount": getattr(fact, "amount", None),
            "reference": fact.provider_reference,
            "occurred_at": self.now,
        } | changes
        return Report(**given)

    def news_of_payment(self, order: Order, reference: str) -> Message:
        """A message that says that an order was paid."""
        (attempt,) = order.attempts
        fact = Paid(amount=order.due, provider="stripe", provider_reference=reference)
        return self.news(reference, self.report(order, fact, attempt))

    def news(self, name: str, *reports: Report) -> Message:
        body = name.encode()
        self.door.means[body] = reports
        return Message(provider="stripe", name=name, body=body)

    def theirs(self, kind: Kind, reference: str, cents: int = 1500, **changes: Any) -> TheirRecord:
        given: dict[str, Any] = {
            "kind": kind,
            "reference": reference,
            "amount": Money(cents, "EUR"),
            "state": State.DONE,
            "at": self.now,
            "message": Message(provider="stripe", name=reference, body=reference.encode()),
        } | changes
        return TheirRecord(**given)
