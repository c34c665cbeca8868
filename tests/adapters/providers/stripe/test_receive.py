"""From the hosted page to the order: the real library, the real door, the real rules."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from uuid import UUID, uuid4

import pytest

from adapters.providers.stripe import StripeDoor
from adapters.sandbox import SandboxSettings, running_sandbox
from ledger.cases.stamps import CaseKind
from ledger.inbox.ports import Report
from ledger.inbox.receive import receive
from ledger.order.order import Order
from ledger.order.status import status
from ledger.payments.provider import start_payment
from tests.kits.receive_again import receive_all
from tests.kits.stripe import API_KEY, LEVERS, SECRET, Provider
from tests.kits.worlds import World

ACCOUNT = "acct_1"
DOOR = StripeDoor(SECRET, account=ACCOUNT)


@dataclass
class Selling:
    """An order with a payment page, and the provider that it is paid at."""

    world: World
    provider: Provider
    order_id: UUID

    @property
    def order(self) -> Order:
        return self.world.orders.get(self.order_id)

    @property
    def page(self) -> str:
        (attempt,) = self.order.attempts.values()
        return attempt.session

    def events(self) -> list[dict]:
        return self.provider.objects("events")[::-1]

    def deliver(self, events: list[dict]) -> None:
        told = (DOOR.reread(json.dumps(event).encode()) for event in events)
        receive_all(chain.from_iterable(told), self.receive)

    def receive(self, report: Report, *, patient: bool) -> None:
        receive(
            report,
            orders=self.world.orders,
            cases=self.world.cases,
            find=self.find,
            evidence="ab" * 32,
            at=self.world.clock(),
            patient=patient,
        )

    def find(self, provider: str, reference: str) -> UUID | None:
        known = {(one.session, one.reference) for one in self.order.attempts.values()}
        return self.order_id if any(reference in pair for pair in known) else None


@pytest.fixture
def selling(tmp_path) -> Iterator[Selling]:
    world = World()
    with running_sandbox(SandboxSettings(home=tmp_path, api_key=API_KEY)) as sandbox:
        provider = Provider(sandbox)
        # Provider and world look at one clock.
        ahead = world.clock() - datetime.now(UTC)
        provider.lever("clock", offset=ahead.total_seconds())
        order = world.place(order=uuid4())
        (attempt,) = order.attempts
        stripe = provider.another(account=ACCOUNT)
        start_payment(
            world.orders, stripe, order.id, attempt, return_url="https://shop.example/orders/1"
        )
        yield Selling(world, provider, order.id)
    world.close()


def test_every_event_of_a_payment_three_times_in_any_order_is_one_payment(selling):
    selling.provider.lever(f"sessions/{selling.page}/decline")
    selling.provider.lever(f"sessions/{selling.page}/pay")
    events = selling.events() * 3
    random.Random(7).shuffle(events)
    selling.deliver(events)
    assert status(selling.order) == "PAID"
    assert selling.order.received == selling.order.due
    assert selling.world.cases_opened() == []


def test_a_page_that_is_known_needs_no_metadata(selling):
    selling.provider.lever(f"sessions/{selling.page}/pay")
    (event,) = [e for e in selling.events() if e["type"] == "checkout.session.completed"]
    event["data"]["object"] |= {"client_reference_id": None, "metadata": {}}
    selling.deliver([event])
    assert status(selling.order) == "PAID"
    selling.deliver(selling.events())
    assert selling.order.received == selling.order.due
    assert selling.world.cases_opened() == []


@pytest.mark.parametrize(
    "said",
    [
        {"client_reference_id": None, "metadata": {"correlation_id": "basket 7"}},
        {"client_reference_id": None, "metadata": {"order": "7"}},
    ],
    ids=["correlation", "order"],
)
def test_a_page_that_is_known_and_names_somebody_else_pays_nothing(selling, said):
    selling.provider.lever(f"sessions/{selling.page}/pay")
    (event,) = [e for e in selling.events() if e["type"] == "checkout.session.completed"]
    ours = selling.events()
    event["data"]["object"] |= said
    selling.deliver([event])
    selling.deliver([one for one in ours if one["type"] == "payment_intent.succeeded"])
    assert not selling.order.received
    case, _ = selling.world.cases_opened()
    assert (case.kind, case.order) == (CaseKind.UNMATCHED_MONEY, selling.order_id)
    assert "names no payment of ours" in case.text


@pytest.mark.parametrize("key", ["correlation_id", "payment", "order"])
def test_a_refund_that_names_somebody_else_s_is_a_case(selling, key):
    selling.provider.lever(f"sessions/{selling.page}/pay")
    intent = selling.provider.objects("payment_intents")[0]["id"]
    LEVERS.post(
        f"{selling.provider.sandbox.url}/v1/refunds",
        data={"payment_intent": intent, f"metadata[{key}]": "basket 7"},
        headers={"Authorization": f"Bearer {API_KEY}"},
    )
    selling.deliver(selling.events())
    (attempt,) = selling.order.attempts
    assert selling.order.held_by(attempt) == selling.order.due
    assert {one.order for one in selling.world.cases_opened()} == {selling.order_id}


def test_a_refund_from_the_dashboard_is_counted_against_its_payment(selling):
    selling.provider.lever(f"sessions/{selling.page}/pay")
    intent = selling.provider.objects("payment_intents")[0]["id"]
    LEVERS.post(
        f"{selling.provider.sandbox.url}/v1/refunds",
        data={"payment_intent": intent},
        headers={"Authorization": f"Bearer {API_KEY}"},
    )
    selling.deliver(selling.events())
    (attempt,) = selling.order.attempts
    assert status(selling.order) == "REFUNDED"
    assert not selling.order.held_by(attempt)


def test_a_lost_dispute_takes_the_money_of_its_payment(selling):
    selling.provider.lever(f"sessions/{selling.page}/pay")
    intent = selling.provider.objects("payment_intents")[0]["id"]
    dispute = selling.provider.lever("disputes", payment_intent=intent)
    selling.deliver(selling.events())
    assert status(selling.order) == "DISPUTED"
    selling.provider.lever(f"disputes/{dispute['id']}/close", outcome="lost")
    selling.deliver(selling.events())
    (attempt,) = selling.order.attempts
    assert selling.order.lost == selling.order.due
    assert not selling.order.held_by(attempt)


def test_the_news_of_another_order_moves_nothing(selling):
    selling.provider.lever(f"sessions/{selling.page}/pay")
    (event,) = [e for e in selling.events() if e["type"] == "checkout.session.completed"]
    event["data"]["object"]["metadata"]["order"] = str(uuid4())
    selling.deliver([event])
    assert not selling.order.received
    (case,) = selling.world.cases_opened()
    assert case.kind is CaseKind.UNMATCHED_MONEY


@pytest.mark.parametrize(
    "changed", [{"livemode": True}, {"account": "acct_2"}], ids=["live", "another account"]
)
def test_live_money_and_money_of_another_account_move_no_order(selling, changed):
    selling.provider.lever(f"sessions/{selling.page}/pay")
    selling.deliver([event | changed for event in selling.events()])
    assert not selling.order.received
    kinds = {case.kind for case in selling.world.cases_opened()}
    assert kinds == {CaseKind.UNMATCHED_MONEY}


def test_a_page_that_expired_after_it_was_paid_changes_nothing(selling):
    selling.provider.lever(f"sessions/{selling.page}/pay")
    (paid,) = [e for e in selling.events() if e["type"] == "checkout.session.completed"]
    late = paid | {"id": "evt_late", "type": "checkout.session.expired"}
    for events in ([late, *selling.events()], [*selling.events(), late]):
        selling.deliver(events)
        assert status(selling.order) == "PAID"
    assert selling.world.cases_opened() == []


@pytest.mark.parametrize("ending", ["settle", "fail"])
def test_a_delayed_payment_is_pending_for_days_and_then_settled_or_failed(selling, ending):
    selling.provider.lever(f"sessions/{selling.page}/pay-later")
    selling.deliver(selling.events())
    assert status(selling.order) == "PENDING"
    selling.world.clock.pass_(days=2)
    selling.provider.lever("clock", advance=2 * 24 * 3600)
    selling.provider.lever(f"payments/{selling.page}/{ending}")
    for events in (selling.events()[::-1], selling.events()):
        selling.deliver(events)
        assert status(selling.order) == ("PAID" if ending == "settle" else "FAILED")
    assert selling.world.cases_opened() == []
