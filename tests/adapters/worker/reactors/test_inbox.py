from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from adapters.keys.evidence import Message, Waiting
from adapters.worker.reactor import NOTHING
from adapters.worker.reactors.inbox import Inbox
from ledger.cases.stamps import CaseKind
from ledger.inbox.ports import Report
from ledger.order.order import Order
from ledger.order.stamps import Paid
from ledger.order.status import Status, status
from ledger.payments.provider import BadMessage
from tests.kits.worker import PRICE, World, reading
from tests.kits.worker_fakes import BEGIN


@dataclass
class FakeInbox:
    """Messages in memory, each with its mark."""

    messages: dict[UUID, tuple[Waiting, bytes | None]] = field(default_factory=dict)
    states: dict[UUID, str] = field(default_factory=dict)

    def arrive(self, at: datetime, *, body: bytes | None = b"paid", verdict: str = "signed"):
        id = uuid4()
        one = Waiting(
            id=id,
            received_at=at,
            provider="stripe",
            door="stripe",
            verdict=verdict,
            provider_event_id="evt_1",
            hash="h",
            attempts=0,
        )
        self.messages[id], self.states[id] = (one, body), "waiting"
        return id

    def unfinished(self, limit: int = 100) -> Sequence[Waiting]:
        waits = [one for one, _ in self.messages.values() if self.states[one.id] == "waiting"]
        return waits[:limit]

    def open(self, id: UUID) -> Message | None:
        body = self.messages[id][1]
        return None if body is None else Message({}, body)

    def mark(self, id: UUID, state: str, *, error: str | None = None) -> None:
        one, body = self.messages[id]
        self.messages[id] = replace(one, attempts=one.attempts + 1), body
        self.states[id] = state


@dataclass
class FakeDoor:
    """A door whose messages all tell of one payment. `troubled` readings go wrong first."""

    order: Order
    troubled: int = 0
    provider: str = "stripe"

    def check(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> None:
        return

    def event_id(self, body: bytes) -> str | None:
        return None

    def reread(self, body: bytes) -> Sequence[Report]:
        self.troubled -= 1
        if self.troubled >= 0:
            raise RuntimeError("aino@example.com")
        if body != b"paid":
            raise BadMessage
        attempt = next(iter(self.order.attempts))
        fact = Paid(amount=PRICE, provider="stripe", provider_reference="pi_1")
        return [
            Report(
                provider="stripe",
                account="acct_1",
                live=False,
                order=self.order.id,
                attempt=attempt,
                correlation_id=attempt,
                fact=fact,
                currency="EUR",
                amount=PRICE,
                reference="pi_1",
                occurred_at=BEGIN,
            )
        ]


def given(troubled: int = 0):
    world, kept = World(), FakeInbox()
    order = world.opened(world.place())
    act = Inbox(
        kept=kept,
        doors={"stripe": FakeDoor(order, troubled)},
        orders=world.orders,
        cases=world.cases,
        find_order=lambda provider, reference: None,
        clock=world.clock,
    )
    reactor = reading(kept, act, world.clock)
    return world, kept, order, reactor


def test_a_message_that_the_web_did_not_finish_is_read_again():
    world, kept, order, reactor = given()
    id = kept.arrive(world.clock())
    assert reactor.run() == NOTHING
    world.clock.forward(seconds=5)
    assert reactor.run().done == 1
    assert kept.states[id] == "done"
    assert status(world.orders.get(order.id)) is Status.PAID


def test_reading_it_twice_stamps_nothing_twice():
    world, kept, _, reactor = given()
    early = world.clock() - timedelta(minutes=1)
    kept.arrive(early)
    kept.arrive(early)
    assert reactor.run().done == 2
    assert sum(isinstance(one.stamp, Paid) for one in world.stamps()) == 1


def test_one_that_goes_wrong_is_tried_again_later():
    world, kept, _, reactor = given(troubled=1)
    id = kept.arrive(world.clock() - timedelta(minutes=1))
    assert reactor.run().failed == 1
    assert reactor.run().waiting == 1
    world.clock.forward(seconds=5)
    assert reactor.run().done == 1
    assert kept.states[id] == "done"


def test_one_that_always_goes_wrong_ends_as_a_case():
    world, kept, _, reactor = given(troubled=100)
    id = kept.arrive(world.clock() - timedelta(minutes=1))
    for _ in range(10):
        reactor.run()
        world.clock.forward(minutes=10)
    assert kept.states[id] == "failed"
    (case,) = world.opened_cases()
    assert case.kind is CaseKind.UNBOUND_FACT
    assert "aino" not in case.text


def test_what_nobody_signed_or_can_read_is_never_interpreted():
    world, kept, order, reactor = given()
    early = world.clock() - timedelta(minutes=1)
    ids = [
        kept.arrive(early, verdict="forged"),
        kept.arrive(early, body=b"nonsense"),
        kept.arrive(early, body=None),
    ]
    reactor.run()
    assert [kept.states[id] for id in ids] == ["failed"] * 3
    assert not world.orders.get(order.id).received


def test_what_cannot_be_read_names_order_object_and_event_all_the_same():
    world, kept, order, reactor = given(troubled=100)
    told = b'{"id":"evt_1ab","data":{"object":{"id":"cs_1ab","client_reference_id":"%s","x":'
    kept.arrive(world.clock() - timedelta(minutes=1), body=told % str(order.id).encode())
    for _ in range(10):
        reactor.run()
        world.clock.forward(minutes=10)
    (case,) = world.opened_cases()
    assert (case.order, case.provider_reference) == (order.id, "cs_1ab")
    assert "evt_1ab" in case.text


def test_what_nobody_signed_names_nothing():
    world, kept, order, reactor = given()
    told = f'{{"id":"evt_1ab","order":"{order.id}"}}'.encode()
    kept.arrive(world.clock() - timedelta(minutes=1), verdict="forged", body=told)
    reactor.run()
    (case,) = world.opened_cases()
    assert (case.order, case.provider_reference) == (None, "")
    assert "evt_1ab" not in case.text
